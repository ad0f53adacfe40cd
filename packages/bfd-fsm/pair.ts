/** Two sessions on one link, on virtual time. For tests. */

import type { Common } from "@keepalived/machine";
import {
  describeSession,
  session,
  type SessionAction,
  type SessionConfig,
  type SessionEvent,
  type SessionState,
} from "./mod.ts";

export type Side = "a" | "b";

type Half = { config: SessionConfig; state: SessionState; seed: number };
type Flight = { readonly atUs: number; readonly to: Side; readonly event: SessionEvent };

/** A millisecond from one side to the other. */
const delayUs = 1000;

/** Carries packets from side to side, and meets every deadline. */
export class Pair {
  readonly #halves: Record<Side, Half>;
  /** Whether what a side sends arrives. */
  readonly #links: Record<Side, boolean> = { a: true, b: true };
  readonly #see: (side: Side, action: SessionAction, nowUs: number) => void;
  #flights: Flight[] = [];
  #nowUs = 0;

  constructor(
    a: SessionConfig,
    b: SessionConfig,
    see: (side: Side, action: SessionAction, nowUs: number) => void,
  ) {
    this.#halves = {
      a: { config: a, state: session.start(a, 1), seed: 1 },
      b: { config: b, state: session.start(b, 2), seed: 2 },
    };
    this.#see = see;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  config(side: Side): SessionConfig {
    return this.#halves[side].config;
  }

  state(side: Side): SessionState {
    return this.#halves[side].state;
  }

  describe(side: Side): string {
    return `${side} ${describeSession(this.state(side), this.#nowUs)}`;
  }

  /** Whether what a side sends arrives from now on. */
  setLink(side: Side, works: boolean): void {
    this.#links[side] = works;
  }

  /** The side is gone without a word; what starts in its place knows nothing. */
  crash(side: Side): void {
    const half = this.#halves[side];
    half.config = { ...half.config, localDiscriminator: half.config.localDiscriminator + 16 };
    half.state = session.start(half.config, half.seed += 2);
  }

  send(side: Side, event: SessionEvent | Common<SessionConfig>): void {
    const half = this.#halves[side];
    const { state, actions } = session.step(half.config, half.state, event, this.#nowUs);
    half.state = state;
    for (const action of actions) {
      this.#see(side, action, this.#nowUs);
      if (action.kind === "send-packet" && this.#links[side]) this.#carry(side, action);
    }
  }

  configure(side: Side, config: SessionConfig): void {
    const previous = this.#halves[side].config;
    this.#halves[side].config = config;
    this.send(side, { kind: "configured", previous });
  }

  runUntil(untilUs: number): void {
    for (;;) {
      const flight = this.#flights[0];
      const timers = (["a", "b"] as const).flatMap((side) => {
        const atUs = session.nextDeadlineUs(this.state(side));
        return atUs === undefined ? [] : [{ side, atUs }];
      }).sort((x, y) => x.atUs - y.atUs);
      const timer = timers[0];
      const nextUs = Math.min(flight?.atUs ?? Infinity, timer?.atUs ?? Infinity);
      if (nextUs > untilUs) break;
      this.#nowUs = Math.max(this.#nowUs, nextUs);
      if (flight !== undefined && flight.atUs === nextUs) {
        this.#flights.shift();
        this.send(flight.to, flight.event);
      } else if (timer !== undefined) this.send(timer.side, { kind: "timeout" });
    }
    this.#nowUs = untilUs;
  }

  /** A packet is for the session that it names; one that names none is for the only one here. */
  #carry(from: Side, { packet }: Extract<SessionAction, { readonly kind: "send-packet" }>): void {
    const to = from === "a" ? "b" : "a";
    const { yourDiscriminator } = packet;
    if (
      yourDiscriminator !== 0 && yourDiscriminator !== this.#halves[to].config.localDiscriminator
    ) {
      return;
    }
    const event: SessionEvent = { kind: "packet", demand: false, ...packet };
    this.#flights.push({ atUs: this.#nowUs + delayUs, to, event });
  }
}
