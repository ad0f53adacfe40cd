import type { Config } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { programOf, refreshAccounts } from "../program.ts";
import { type Deliver, toldOf } from "./delivery.ts";
import type { NotifyEvent, ToldState } from "./event.ts";
import { Fifos } from "./fifos.ts";
import { mailOf } from "./mail.ts";
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

export type NotifierOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** The FIFO to write to besides the one that all processes share. */
  readonly ownFifo: "vrrp" | "lvs";
  /** Has the parent tell others over the network. */
  readonly deliver: Deliver;
};

/** Tells scripts and FIFOs what becomes of instances and sync groups, or of virtual and real servers. */
export class Notifier {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #fifos: Fifos;
  readonly #options: NotifierOptions;
  readonly #queues = new Map<string, ScriptQueue>();
  /** What each group was last said to be. */
  readonly #groups = new Map<string, ToldState>();
  #config: NotifierConfig | undefined;
  #listeners: Listeners = { instance: () => undefined, group: () => undefined };
  #notices = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: NotifierOptions) {
    const { reactor, log } = options;
    this.#options = options;
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
    this.#fifos.configure([global.fifos[this.#options.ownFifo], global.fifos.all], global);
  }

  /** Tells one thing: at once to FIFOs, and to scripts when those of the same instance or group before it have ended. */
  notify(event: NotifyEvent): void {
    if (event.kind === "group-state") this.#groups.set(event.name, event.state);
    const notice = noticeOf(event, this.#listeners);
    if (notice === undefined) return;
    this.#deliver(event);
    if (event.kind === "instance-state" && this.#isCovered(event)) return;
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

  /** Mails and webhooks. They hear of members of groups too, as in the C daemon. */
  #deliver(event: NotifyEvent): void {
    const global = this.#config?.global;
    if (global === undefined) return;
    const mail = mailOf(event, this.#listeners, global);
    const told = global.notify.webhooks.length > 0 ? toldOf(event) : undefined;
    if (mail === undefined && told === undefined) return;
    this.#options.deliver({
      atMs: Date.now(),
      ...(mail === undefined ? {} : { mail }),
      ...(told === undefined ? {} : { told }),
    });
  }

  #run({ about, name, topic, commands }: Notice): void {
    const global = this.#config?.global;
    if (commands.length === 0 || global === undefined) return;
    const { scripts, notify } = global;
    const key = `${about} ${name}`;
    const queue = this.#queues.get(key) ?? this.#openQueue(key, name);
    queue.push(commands.map((command) => programOf(command, scripts)), topic, notify);
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
