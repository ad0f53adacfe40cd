import type { InterfaceDelay } from "@keepalived/keepalived-config";
import { type Host, host, type Scheduler } from "@keepalived/reactor";
import { link, type LinkConfig, type LinkEvent, type LinkState } from "@keepalived/tracking";
import type { Log } from "../../log.ts";
import type { Interfaces } from "../interfaces.ts";

type WatchedLink = Disposable & {
  readonly host: Host<LinkConfig, LinkState, LinkEvent>;
  readonly listeners: Set<() => void>;
};

const atOnce: LinkConfig = { downUs: 0, upUs: 0 };

/**
 * Interfaces as virtual routers see them: up or down after the delays of `interface_up_down_delays`.
 *
 * The devices of a VMAC and the like have the delays of the interface below them, unless they have their own.
 */
export class Links {
  readonly #scheduler: Scheduler;
  readonly #interfaces: Interfaces;
  readonly #log: Log;
  readonly #links = new Map<string, WatchedLink>();
  #delays: ReadonlyMap<string, LinkConfig> = new Map();

  constructor(scheduler: Scheduler, interfaces: Interfaces, log: Log) {
    this.#scheduler = scheduler;
    this.#interfaces = interfaces;
    this.#log = log;
  }

  configure(delays: readonly InterfaceDelay[]): void {
    this.#delays = new Map(
      delays.map(({ interface: name, downUs, upUs }) => [name, { downUs, upUs }]),
    );
    for (const [name, { host }] of this.#links) host.configure(this.#delaysOf(name));
  }

  /** Whether an interface counts as up. */
  isUp(name: string): boolean {
    return this.#links.get(name)?.host.state.up ?? this.#interfaces.isRunning(name);
  }

  /** Calls back each time that an interface comes to count as up, or down, until disposed. */
  watch(name: string, listener: () => void): Disposable {
    let watched = this.#links.get(name);
    if (watched === undefined) this.#links.set(name, watched = this.#begin(name));
    const { listeners } = watched;
    // One of its own, so that a listener given twice is two.
    const call = () => listener();
    listeners.add(call);
    return {
      [Symbol.dispose]: () => {
        if (!listeners.delete(call) || listeners.size > 0) return;
        this.#links.get(name)?.[Symbol.dispose]();
        this.#links.delete(name);
      },
    };
  }

  #begin(name: string): WatchedLink {
    const listeners = new Set<() => void>();
    let delayed = false;
    const running = host(link, {
      name: `link ${name}`,
      config: this.#delaysOf(name),
      seed: 0,
      scheduler: this.#scheduler,
      perform: ({ up }) => {
        if (delayed) this.#log("info", `${name} has stayed ${up ? "up" : "down"}`);
        for (const listener of listeners) listener();
      },
    });
    const observe = () => {
      const present = this.#interfaces.link(name) !== undefined;
      running.configure(this.#delaysOf(name));
      delayed = false;
      running.send(
        present ? { kind: "observed", up: this.#interfaces.isRunning(name) } : { kind: "absent" },
      );
      delayed = true;
    };
    observe();
    const watch = this.#interfaces.watch(name, observe);
    return {
      host: running,
      listeners,
      [Symbol.dispose]: () => {
        watch[Symbol.dispose]();
        running[Symbol.dispose]();
      },
    };
  }

  #delaysOf(name: string): LinkConfig {
    return this.#delays.get(name) ?? this.#delays.get(this.#interfaces.baseOf(name)) ?? atOnce;
  }
}
