import { decodeControlPacket } from "@keepalived/bfd-codec";
import type { IpAddress } from "@keepalived/ip-address";
import type { BfdInstanceConfig, Config } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import type { SessionReport } from "../control.ts";
import type { Log } from "../log.ts";
import { keepCompiledModules } from "../self.ts";
import { Counters } from "../vrrp/counters.ts";
import { sessionOf } from "./admission.ts";
import { BfdSession, type BfdSessionOptions } from "./bfd_session.ts";
import { newDiscriminator } from "./discriminator.ts";
import type { PacketFault } from "./faults.ts";
import { type Datagram, Listeners } from "./listeners.ts";
import { isSameSession } from "./session_config.ts";

export type BfdProcessOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly detail: number;
  /** Tells the parent, and through it those who want to know. */
  readonly report: (sessions: readonly SessionReport[]) => void;
};

/** All BFD sessions of one configuration, on one event loop. */
export class BfdProcess {
  readonly #options: BfdProcessOptions;
  readonly #sessionOptions: BfdSessionOptions;
  readonly #listeners: Listeners;
  readonly #faults = new Counters();
  readonly #byDiscriminator = new Map<number, BfdSession>();
  readonly #byNeighbor = new Map<IpAddress, BfdSession>();
  #sessions: readonly BfdSession[] = [];
  #seed = 0;
  #isStopping = false;

  constructor(options: BfdProcessOptions) {
    const { reactor, log, detail } = options;
    this.#options = options;
    this.#sessionOptions = {
      scheduler: reactor,
      log,
      detail,
      onChange: (name, up) => this.#report([{ name, up, atUs: reactor.nowUs() }]),
    };
    this.#listeners = new Listeners({
      reactor,
      log,
      onDatagram: (datagram) => this.#receive(datagram),
    });
  }

  /** In the order of the configuration. */
  get sessions(): readonly BfdSession[] {
    return this.#sessions;
  }

  /** How many datagrams were discarded, by the reason. */
  get faults(): Counters {
    return this.#faults;
  }

  /** Each session is down until its neighbour was heard. */
  start(config: Config): Promise<void> {
    this.#seed = config.global.randomSeed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    this.#change(config.bfdInstances);
    this.#options.reactor.post(keepCompiledModules);
    return Promise.resolve();
  }

  /** Goes over to another configuration: sessions with the same neighbours go on. */
  configure(config: Config): Promise<void> {
    const { added, changed, removed } = this.#change(config.bfdInstances);
    this.#options.log(
      "info",
      `Reload: ${added} BFD sessions added, ${changed} changed, ${removed} removed`,
    );
    return Promise.resolve();
  }

  /** Tells every neighbour that this was wanted. */
  stop(): Promise<void> {
    this.#isStopping = true;
    for (const session of this.#sessions) this.#drop(session);
    this.#sessions = [];
    this.#listeners[Symbol.dispose]();
    return Promise.resolve();
  }

  /** Begins to count from 0 again. */
  clearCounters(): void {
    this.#faults.clear();
    for (const { counters } of this.#sessions) counters.clear();
  }

  #change(
    configs: readonly BfdInstanceConfig[],
  ): { readonly added: number; readonly changed: number; readonly removed: number } {
    const kept = new Map<string, BfdSession>();
    let removed = 0;
    for (const session of this.#sessions) {
      const next = configs.find((it) => isSameSession(it, session.config));
      if (next !== undefined) kept.set(next.name, session);
      else {
        removed++;
        this.#drop(session);
      }
    }
    this.#listeners.configure(configs);
    let changed = 0;
    const added: BfdSession[] = [];
    this.#sessions = configs.map((config) => {
      const session = kept.get(config.name);
      if (session === undefined) {
        const fresh = this.#sessionOf(config);
        added.push(fresh);
        return fresh;
      }
      if (isChanged(session.config, config)) {
        changed++;
        session.configure(config);
      }
      return session;
    });
    this.#report(
      added.map(({ config }) => ({
        name: config.name,
        up: false,
        atUs: this.#options.reactor.nowUs(),
      })),
    );
    for (const session of added) session.start();
    return { added: added.length, changed, removed };
  }

  #sessionOf(config: BfdInstanceConfig): BfdSession {
    const discriminator = this.#discriminator();
    const session = new BfdSession(config, discriminator, this.#sessionOptions);
    this.#byDiscriminator.set(discriminator, session);
    this.#byNeighbor.set(config.neighborAddress, session);
    return session;
  }

  #drop(session: BfdSession): void {
    session.stop();
    this.#byDiscriminator.delete(session.localDiscriminator);
    this.#byNeighbor.delete(session.config.neighborAddress);
  }

  #receive({ data, truncated, arrivalUs, ...arrival }: Datagram): void {
    if (truncated) return this.#discard("truncated");
    const decoded = decodeControlPacket(data);
    if (!decoded.ok) return this.#discard(decoded.error.fault);
    const session = sessionOf(decoded.value, arrival, {
      byDiscriminator: (it) => this.#byDiscriminator.get(it),
      byNeighbor: (it) => this.#byNeighbor.get(it),
    });
    if (typeof session === "string") this.#discard(session);
    else session.hear(decoded.value, arrivalUs);
  }

  #discard(fault: PacketFault): void {
    this.#faults.add(fault);
  }

  #report(sessions: readonly SessionReport[]): void {
    if (!this.#isStopping && sessions.length > 0) this.#options.report(sessions);
  }

  #discriminator(): number {
    const { value, seed } = newDiscriminator(this.#seed, (it) => this.#byDiscriminator.has(it));
    this.#seed = seed;
    return value;
  }
}

/** Whether anything but its place in the file is different. */
function isChanged({ at: _, ...one }: BfdInstanceConfig, other: BfdInstanceConfig): boolean {
  const { at: __, ...rest } = other;
  return JSON.stringify(one) !== JSON.stringify(rest);
}
