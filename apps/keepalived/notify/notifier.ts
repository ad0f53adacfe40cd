import type { Config } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { programOf, refreshAccounts } from "../program.ts";
import type { NotifyEvent, ToldState } from "./event.ts";
import { Fifos } from "./fifos.ts";
import { type Listeners, type Notice, noticeOf } from "./notice.ts";
import { ScriptQueue } from "./script_queue.ts";

/** How long the process waits at its end for scripts and readers. */
const farewellUs = 3_000_000;

/** How much was told, and how much was not. */
export type NotifyCounters = {
  readonly notices: number;
  /** Lines that found no room in a FIFO. */
  readonly linesLost: number;
};

/** What a notifier has of a configuration; a process tells only of what it runs. */
export type NotifierConfig =
  & Pick<Config, "global">
  & Partial<Pick<Config, "instances" | "syncGroups">>;

/** Tells scripts and FIFOs what becomes of instances and sync groups, or of virtual and real servers. */
export class Notifier {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #fifos: Fifos;
  readonly #ownFifo: "vrrp" | "lvs";
  readonly #queues = new Map<string, ScriptQueue>();
  /** What each group was last said to be. */
  readonly #groups = new Map<string, ToldState>();
  #config: NotifierConfig | undefined;
  #listeners: Listeners = { instance: () => undefined, group: () => undefined };
  #notices = 0;
  #onIdle: (() => void) | undefined;

  /** @param ownFifo the FIFO to write to besides the one that all processes share */
  constructor(reactor: Reactor, log: Log, ownFifo: "vrrp" | "lvs" = "vrrp") {
    this.#ownFifo = ownFifo;
    this.#reactor = reactor;
    this.#log = log;
    this.#fifos = new Fifos(reactor, log);
  }

  get counters(): NotifyCounters {
    return { notices: this.#notices, linesLost: this.#fifos.lost };
  }

  /** Goes over to a configuration. What ends with the one before must have been told before. */
  configure(config: NotifierConfig): void {
    const { global, instances = [], syncGroups = [] } = config;
    const byName = new Map(instances.map((it) => [it.name, it]));
    const groups = new Map(syncGroups.map((it) => [it.name, it]));
    this.#config = config;
    this.#listeners = { instance: (name) => byName.get(name), group: (name) => groups.get(name) };
    for (const name of this.#groups.keys()) if (!groups.has(name)) this.#groups.delete(name);
    refreshAccounts();
    this.#fifos.configure([global.fifos[this.#ownFifo], global.fifos.all], global);
  }

  /** Tells one thing: at once to FIFOs, and to scripts when those of the same instance or group before it have ended. */
  notify(event: NotifyEvent): void {
    if (event.kind === "group-state") this.#groups.set(event.name, event.state);
    if (event.kind === "instance-state" && this.#isCovered(event)) return;
    const notice = noticeOf(event, this.#listeners);
    if (notice === undefined) return;
    this.#notices++;
    this.#fifos.write(`${notice.line}\n`);
    this.#run(notice);
  }

  /**
   * After a reload: the states of all groups, and of instances, for the FIFOs alone and only if the configuration wants it.
   */
  repeat(instances: readonly NotifyEvent[]): void {
    if (this.#config?.global.fifos.writeStatesOnReload !== true) return;
    const groups = [...this.#groups].map(([name, state]) =>
      ({ kind: "group-state", name, state }) as const
    );
    for (const event of [...groups, ...instances]) {
      const notice = noticeOf(event, this.#listeners);
      if (notice !== undefined) this.#fifos.write(`${notice.line}\n`);
    }
  }

  /** Tells groups that they end, and ends: done when everything was told, or the time for that is over. */
  async stop(): Promise<void> {
    for (const name of this.#groups.keys()) this.notify({ kind: "group-stopped", name });
    let limit: Disposable | undefined;
    await new Promise<void>((resolve) => {
      limit = this.#reactor.at(this.#reactor.nowUs() + farewellUs, () => {
        for (const queue of this.#queues.values()) queue.hurry();
        resolve();
      });
      this.#fifos.end(() => {
        this.#onIdle = resolve;
        if (this.#queues.size === 0) resolve();
      });
    });
    limit?.[Symbol.dispose]();
  }

  /** Whether the group of an instance has told its state already. */
  #isCovered({ name, state }: Extract<NotifyEvent, { readonly kind: "instance-state" }>): boolean {
    const group = this.#listeners.instance(name)?.syncGroup;
    return group !== undefined && this.#groups.get(group) === state;
  }

  #run({ about, name, commands }: Notice): void {
    const scripts = this.#config?.global.scripts;
    if (commands.length === 0 || scripts === undefined) return;
    const key = `${about} ${name}`;
    const queue = this.#queues.get(key) ?? this.#openQueue(key, name);
    queue.push(commands.map((command) => programOf(command, scripts)));
  }

  #openQueue(key: string, name: string): ScriptQueue {
    const queue = new ScriptQueue({
      reactor: this.#reactor,
      complain: (text) => this.#log("warning", `(${name}) notify script ${text}`),
      onIdle: () => {
        this.#queues.delete(key);
        if (this.#queues.size === 0) this.#onIdle?.();
      },
    });
    this.#queues.set(key, queue);
    return queue;
  }
}
