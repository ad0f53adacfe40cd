import { type Machine, move, nextRandom, stay, type Step } from "@keepalived/machine";
import type { CheckConfig } from "./check_config.ts";
import type { Ending, Failure } from "./ending.ts";
import { habits } from "./habits.ts";

export type CheckEvent =
  | { readonly kind: "finished"; readonly ending: Ending }
  /** No attempts for now: the service is not on this machine. */
  | { readonly kind: "suspended" }
  | { readonly kind: "resumed" };

export type CheckAction =
  /** Make an attempt, and tell `finished` in any case, unless it is abandoned. */
  | { readonly kind: "begin"; readonly part: number }
  /** The attempt that runs is not wanted any more. */
  | { readonly kind: "abandon" }
  | {
    readonly kind: "attempt-failed";
    readonly failure: Failure;
    /** How many more are made before it counts. */
    readonly retriesLeft: number;
  }
  /** Null: the configured weight. */
  | { readonly kind: "weight-changed"; readonly weight: number | null }
  | { readonly kind: "verdict-changed"; readonly up: true }
  | { readonly kind: "verdict-changed"; readonly up: false; readonly failure: Failure };

/** Plain JSON data. */
export type CheckState = {
  readonly up: boolean;
  /** Nobody has seen the server up or down yet: `up` is what is assumed. */
  readonly assumed: boolean;
  /** It has passed all that it must to count as up. */
  readonly passed: boolean;
  /** Successes since the last failure that counted. */
  readonly successes: number;
  readonly retriesLeft: number;
  /** What the next attempt asks for. */
  readonly part: number;
  /** When the attempt that runs began. */
  readonly runningSinceUs: number | null;
  /** By how much it began after its time. */
  readonly lateUs: number;
  /** Null: not before something happens. */
  readonly nextAtUs: number | null;
  /** Whether the first attempt has its time. */
  readonly scheduled: boolean;
  readonly suspended: boolean;
  readonly weight: number | null;
  readonly seed: number;
};

type Moved = Step<CheckState, CheckAction>;

/** The first attempt comes this long after the start, and the warm-up. */
const startDelayUs = 1_000_000;

/**
 * The schedule of a check, and its verdict.
 *
 * A server counts as up from the start (with `alpha` as down), until the first failure: one alone takes it down. Later
 * `retry` further attempts are made before a failure counts. One success brings it up again, of HTTP one for each url
 * and one more, of which a failure in between that a retry makes good takes none away.
 *
 * The delay to the next attempt counts from the end of one; if that began late, and was good, it is so much shorter.
 */
export const check: Machine<CheckConfig, CheckState, CheckEvent, CheckAction> = {
  start: (config, seed) => ({
    up: !config.alpha,
    assumed: true,
    passed: false,
    successes: 0,
    retriesLeft: habits[config.kind].retriesAtFirst ? config.retry : 0,
    part: 0,
    runningSinceUs: null,
    lateUs: 0,
    nextAtUs: 0,
    scheduled: false,
    suspended: false,
    weight: null,
    seed,
  }),
  step(config, state, event, nowUs) {
    switch (event.kind) {
      case "timeout":
        if (state.nextAtUs === null || nowUs < state.nextAtUs) return stay(state);
        if (!state.scheduled) return move(spread(config, state, nowUs + startDelayUs));
        return move(
          { ...state, runningSinceUs: nowUs, lateUs: nowUs - state.nextAtUs, nextAtUs: null },
          [{ kind: "begin", part: state.part }],
        );
      case "finished":
        if (state.runningSinceUs === null) return stay(state);
        return event.ending.ok
          ? succeed(config, state, event.ending.weight ?? null, nowUs)
          : fail(config, state, event.ending.failure, nowUs);
      case "suspended":
        if (state.suspended) return stay(state);
        return move(
          { ...state, suspended: true, runningSinceUs: null, nextAtUs: null },
          state.runningSinceUs === null ? [] : [{ kind: "abandon" }],
        );
      case "resumed":
        return state.suspended
          ? move(spread(config, { ...state, suspended: false }, nowUs))
          : stay(state);
      case "configured":
        return adjust(config, state, nowUs);
    }
  },
  nextDeadlineUs: ({ nextAtUs }) => nextAtUs ?? undefined,
};

/** The first attempt at a random time, so that not all checks of a machine come at once. */
function spread(config: CheckConfig, state: CheckState, fromUs: number): CheckState {
  const { value, seed } = nextRandom(state.seed);
  const nextAtUs = fromUs + Math.floor(value * config.warmupUs);
  return { ...state, seed, nextAtUs, scheduled: true };
}

function succeed(
  config: CheckConfig,
  state: CheckState,
  weight: number | null,
  nowUs: number,
): Moved {
  const actions: CheckAction[] = [];
  if (weight !== state.weight) actions.push({ kind: "weight-changed", weight });
  const successes = state.passed ? 0 : state.successes + 1;
  const passed = state.passed || successes >= successesNeeded(config, state);
  if (passed && !state.up) actions.push({ kind: "verdict-changed", up: true });
  const delayUs = config.fastRecovery && !passed ? 0 : config.delayLoopUs;
  return move({
    ...state,
    weight,
    passed,
    up: state.up || passed,
    assumed: state.assumed && !passed,
    successes: passed ? 0 : successes,
    retriesLeft: state.assumed && !passed ? state.retriesLeft : config.retry,
    part: (state.part + 1) % config.parts,
    runningSinceUs: null,
    // One that began late is not followed by others that do: many checks stay spread as they were at first.
    nextAtUs: after(config, state, Math.max(0, delayUs - state.lateUs), nowUs),
  }, actions);
}

function successesNeeded(config: CheckConfig, { up, assumed }: CheckState): number {
  if (up) return config.parts;
  const extra = assumed ? 0 : habits[config.kind].extraSuccesses;
  return Math.max(config.parts + extra, config.rise);
}

function fail(config: CheckConfig, state: CheckState, failure: Failure, nowUs: number): Moved {
  const { retriesLeft } = state;
  const attempt: CheckAction = { kind: "attempt-failed", failure, retriesLeft };
  const ended: CheckState = { ...state, runningSinceUs: null };
  if (retriesLeft > 0) {
    const nextAtUs = after(config, state, config.delayBeforeRetryUs, nowUs);
    return move({ ...ended, retriesLeft: retriesLeft - 1, nextAtUs }, [attempt]);
  }
  const { retriesWhileDown, longPause } = habits[config.kind];
  const pauseUs = longPause
    ? Math.max(config.delayLoopUs, config.delayBeforeRetryUs)
    : config.delayLoopUs;
  const down: CheckState = {
    ...ended,
    up: false,
    assumed: false,
    passed: false,
    successes: 0,
    retriesLeft: retriesWhileDown ? config.retry : 0,
    nextAtUs: after(config, state, pauseUs, nowUs),
  };
  // A server that was only assumed to be down is now known to be.
  return state.up || state.assumed
    ? move(down, [attempt, { kind: "verdict-changed", up: false, failure }])
    : move(down, [attempt]);
}

/** The time of the next attempt. A program that ran longer than the delay is run again at once. */
function after(config: CheckConfig, state: CheckState, delayUs: number, nowUs: number): number {
  const fromUs = habits[config.kind].fromStart ? state.runningSinceUs ?? nowUs : nowUs;
  return Math.max(nowUs, fromUs + delayUs);
}

/** What is known stays. A shorter delay counts from now on, other things from the next attempt. */
function adjust(config: CheckConfig, state: CheckState, nowUs: number): Moved {
  const part = state.part % config.parts;
  const retriesLeft = Math.min(state.retriesLeft, config.retry);
  const { delayLoopUs, delayBeforeRetryUs, warmupUs } = config;
  const latestUs = nowUs + Math.max(delayLoopUs, delayBeforeRetryUs, warmupUs);
  const nextAtUs = state.scheduled && state.nextAtUs !== null
    ? Math.min(state.nextAtUs, latestUs)
    : state.nextAtUs;
  if (
    part === state.part && retriesLeft === state.retriesLeft && nextAtUs === state.nextAtUs
  ) return stay(state);
  return move({ ...state, part, retriesLeft, nextAtUs });
}
