import { type ControlPacket, encodeControlPacket } from "@keepalived/bfd-codec";
import {
  session,
  type SessionAction,
  type SessionConfig,
  type SessionEvent,
  type SessionPacket,
  type SessionState,
} from "@keepalived/bfd-fsm";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import { type Host, host, type Scheduler } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { bfdDiagnostic, bfdState } from "../names.ts";
import { Counters } from "../vrrp/counters.ts";
import { Sender } from "./sender.ts";
import { sendsAlike, sessionConfig } from "./session_config.ts";

export type BfdSessionOptions = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** How often `-D` was given. */
  readonly detail: number;
  /** Told when the session is Up, and when it is no more. */
  readonly onChange: (name: string, up: boolean) => void;
};

/** One session of the configuration: its machine, its socket, its counters. */
export class BfdSession implements Disposable {
  readonly localDiscriminator: number;
  /** `sent`, `received`, `up`, `down`. */
  readonly counters: Counters = new Counters();
  readonly #options: BfdSessionOptions;
  readonly #host: Host<SessionConfig, SessionState, SessionEvent>;
  #config: BfdInstanceConfig;
  #sender: Sender;
  /** Why the last packet was not sent. */
  #problem: string | undefined;
  #changedAtUs: number;

  /** @param localDiscriminator random: whatever else is to be random follows from it */
  constructor(config: BfdInstanceConfig, localDiscriminator: number, options: BfdSessionOptions) {
    this.localDiscriminator = localDiscriminator;
    this.#config = config;
    this.#options = options;
    this.#sender = new Sender(config, localDiscriminator);
    this.#changedAtUs = options.scheduler.nowUs();
    this.#host = host<SessionConfig, SessionState, SessionEvent, SessionAction>(session, {
      name: `BFD session ${config.name}`,
      config: sessionConfig(config, localDiscriminator),
      seed: localDiscriminator,
      scheduler: options.scheduler,
      perform: (action) => this.#perform(action),
    });
  }

  get config(): BfdInstanceConfig {
    return this.#config;
  }

  get state(): SessionState {
    return this.#host.state;
  }

  /** Since when it is in its state, on the scheduler's clock. */
  get changedAtUs(): number {
    return this.#changedAtUs;
  }

  /** Why its packets are not sent, as far as is known. */
  get problem(): string | undefined {
    return this.#problem;
  }

  start(): void {
    this.#host.send({ kind: "startup" });
  }

  /** Goes on with other settings. */
  configure(config: BfdInstanceConfig): void {
    const previous = this.#config;
    this.#config = config;
    if (!sendsAlike(previous, config)) {
      this.#sender[Symbol.dispose]();
      this.#sender = new Sender(config, this.localDiscriminator);
    }
    this.#host.configure(sessionConfig(config, this.localDiscriminator));
  }

  /** A packet for this session. @param atUs when it arrived */
  hear(packet: ControlPacket, atUs: number | undefined): void {
    this.counters.add("received");
    const { state, diagnostic, poll, final, demand, detectMult, myDiscriminator } = packet;
    const { desiredMinTxIntervalUs, requiredMinRxIntervalUs } = packet;
    this.#host.send({
      kind: "packet",
      ...{ state, diagnostic, poll, final, demand, detectMult, myDiscriminator },
      ...{ desiredMinTxIntervalUs, requiredMinRxIntervalUs },
    }, atUs);
  }

  /** Tells the neighbour that this was wanted. */
  stop(): void {
    this.#host.send({ kind: "shutdown" });
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#host[Symbol.dispose]();
    this.#sender[Symbol.dispose]();
  }

  #perform(action: SessionAction): void {
    const { name } = this.#config;
    const { log, detail } = this.#options;
    switch (action.kind) {
      case "send-packet":
        return this.#send(action.packet);
      case "poll-started":
        return detail > 0 ? log("info", `(${name}) Starting poll sequence`) : undefined;
      case "state-changed":
        return this.#changed(action);
      default:
        return action satisfies never;
    }
  }

  #send(packet: SessionPacket): void {
    const problem = this.#sender.send(encodeControlPacket({
      ...packet,
      controlPlaneIndependent: false,
      demand: false,
      requiredMinEchoRxIntervalUs: 0,
    }));
    if (problem === undefined) this.counters.add("sent");
    if (problem === this.#problem) return;
    this.#problem = problem;
    const { log } = this.#options;
    const { name } = this.#config;
    if (problem === undefined) log("info", `(${name}) Sending again`);
    else log("warning", `(${name}) Cannot send: ${problem}`);
  }

  #changed(
    { from, to, diagnostic, remoteDiagnostic }: Extract<
      SessionAction,
      { readonly kind: "state-changed" }
    >,
  ): void {
    const { log, onChange, scheduler } = this.#options;
    const { name } = this.#config;
    this.#changedAtUs = scheduler.nowUs();
    if (to === "up") this.counters.add("up");
    if (from === "up") this.counters.add("down");
    // That a session begins to look for its neighbour is no news.
    if (from !== "admin-down") {
      const why = to !== "down" ? "" : ` (Local diagnostic - ${bfdDiagnostic(diagnostic)},` +
        ` Remote diagnostic - ${bfdDiagnostic(remoteDiagnostic)})`;
      const severity = to === "init" ? "info" : "notice";
      log(severity, `(${name}) Entering ${bfdState(to)} state${why}`);
    }
    if ((to === "up") !== (from === "up")) onChange(name, to === "up");
  }
}
