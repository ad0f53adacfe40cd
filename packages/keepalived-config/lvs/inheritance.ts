import type { Body } from "../bind.ts";
import { defined, flagOf, numberOf, textOf } from "../body.ts";
import type { Scheduled } from "../model_checker.ts";

/** What a virtual server says for its real servers, and those for their checkers. */
export type Inherited = {
  readonly retry?: number;
  readonly rise?: number;
  readonly delayBeforeRetryUs?: number;
  readonly warmupUs?: number;
  readonly delayLoopUs?: number;
  readonly timeoutUs?: number;
  readonly virtualHost?: string;
  readonly alpha: boolean;
};

/** What holds in a block: what it says itself, else what it inherits. */
export function inherit(body: Body, from: Inherited): Inherited {
  return {
    ...from,
    ...defined<Required<Inherited>>({
      retry: numberOf(body, "retry"),
      rise: numberOf(body, "rise"),
      delayBeforeRetryUs: numberOf(body, "delay_before_retry"),
      warmupUs: numberOf(body, "warmup"),
      delayLoopUs: numberOf(body, "delay_loop"),
      timeoutUs: numberOf(body, "connect_timeout"),
      virtualHost: textOf(body, "virtualhost"),
      alpha: flagOf(body, "alpha"),
    }),
  };
}

/** Between two checks, if nothing else is said. */
export const DELAY_LOOP_US = 60_000_000;

/** What a kind of checker does if nothing is said. */
export type Habits = {
  readonly retry: number;
  /** Undefined: as long as between two checks. */
  readonly delayBeforeRetryUs: number | undefined;
};

/** The schedule of a checker with all defaults. */
export function scheduled(
  body: Body,
  inherited: Inherited,
  habits: Habits,
  logAllFailures: boolean,
): Scheduled {
  const own = inherit(body, inherited);
  const delayLoopUs = own.delayLoopUs ?? DELAY_LOOP_US;
  return {
    delayLoopUs,
    retry: own.retry ?? habits.retry,
    rise: own.rise ?? 1,
    delayBeforeRetryUs: own.delayBeforeRetryUs ?? habits.delayBeforeRetryUs ?? delayLoopUs,
    warmupUs: own.warmupUs ?? delayLoopUs,
    alpha: own.alpha,
    logAllFailures: flagOf(body, "log_all_failures") ?? logAllFailures,
  };
}
