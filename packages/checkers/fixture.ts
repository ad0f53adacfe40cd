import type { Common, Machine } from "@keepalived/machine";
import { check, type CheckState } from "./check.ts";
import type { CheckConfig } from "./check_config.ts";
import { type Ending, failed, succeeded } from "./ending.ts";

/** A machine that is told events at times, for tables of tests. */
export class Bench<Config, State, Event, Action> {
  readonly #machine: Machine<Config, State, Event, Action>;
  #config: Config;
  state: State;

  constructor(machine: Machine<Config, State, Event, Action>, config: Config, seed = 0) {
    this.#machine = machine;
    this.#config = config;
    this.state = machine.start(config, seed);
  }

  /** What it does at an event. */
  tell(atUs: number, event: Event | Common<Config>): readonly Action[] {
    const { state, actions } = this.#machine.step(this.#config, this.state, event, atUs);
    this.state = state;
    return actions;
  }

  get deadlineUs(): number | undefined {
    return this.#machine.nextDeadlineUs(this.state);
  }

  configure(atUs: number, config: Config): readonly Action[] {
    const previous = this.#config;
    this.#config = config;
    return this.tell(atUs, { kind: "configured", previous });
  }
}

/** TCP_CHECK with `delay_loop 3`, `retry 1`, `delay_before_retry 1` and `warmup 0`. */
export const plain: CheckConfig = {
  kind: "tcp",
  delayLoopUs: 3_000_000,
  retry: 1,
  delayBeforeRetryUs: 1_000_000,
  warmupUs: 0,
  alpha: false,
  rise: 1,
  parts: 1,
  fastRecovery: false,
};

/**
 * A check from the start on.
 *
 * @param results of its attempts: `+`, `-`, or a digit: `+` with that weight
 * @param seconds how long an attempt takes
 * @returns when each attempt began (s), its part if there are several, its result, and what was told then: `U`p, `D`own,
 *   `=` and a weight
 */
export function playCheck(config: Partial<CheckConfig>, results: string, seconds = 0): string {
  const whole = { ...plain, ...config };
  const bench = new Bench(check, whole);
  const told: string[] = [];
  bench.tell(0, { kind: "timeout" });
  for (const result of results) {
    const beginUs = bench.deadlineUs ?? 0;
    const [begin] = bench.tell(beginUs, { kind: "timeout" });
    const part = begin?.kind === "begin" && whole.parts > 1 ? "abc"[begin.part] : "";
    const ending = endingOf(result);
    const actions = bench.tell(beginUs + seconds * 1_000_000, { kind: "finished", ending });
    const news = actions.map((action) =>
      action.kind === "verdict-changed"
        ? action.up ? "U" : "D"
        : action.kind === "weight-changed"
        ? `=${action.weight}`
        : ""
    );
    told.push(`${beginUs / 1_000_000}${part}${result}${news.join("")}`);
  }
  return told.join(" ");
}

/** The state of a check after some results. */
export function stateAfter(config: Partial<CheckConfig>, results: string): CheckState {
  const bench = new Bench(check, { ...plain, ...config });
  bench.tell(0, { kind: "timeout" });
  for (const result of results) {
    const atUs = bench.deadlineUs ?? 0;
    bench.tell(atUs, { kind: "timeout" });
    bench.tell(atUs, { kind: "finished", ending: endingOf(result) });
  }
  return bench.state;
}

function endingOf(result: string): Ending {
  if (result === "-") return failed("refused", "connection refused");
  return result === "+" ? succeeded : { ok: true, weight: Number(result) };
}
