import type { CheckKind } from "./habits.ts";

/** When a check runs, and what its results decide. */
export type CheckConfig = {
  readonly kind: CheckKind;
  /** From the end of an attempt to the next. */
  readonly delayLoopUs: number;
  /** Further attempts before a failure counts. */
  readonly retry: number;
  readonly delayBeforeRetryUs: number;
  /** Longest random delay of the first attempt. */
  readonly warmupUs: number;
  /** The server is down until it has passed. */
  readonly alpha: boolean;
  /** Successes that bring a server up; at least 1. */
  readonly rise: number;
  /** What is asked in turn, one each attempt: the urls of HTTP_GET, else 1. */
  readonly parts: number;
  /** A server that has not passed all parts is asked for the next one at once. */
  readonly fastRecovery: boolean;
};

/** The schedule of a checker of keepalived.conf. */
export type CheckerSchedule = Omit<CheckConfig, "parts" | "fastRecovery"> & {
  readonly urls?: readonly unknown[];
  readonly fastRecovery?: boolean;
};

/** What the machine needs of a checker. */
export function checkConfigOf(checker: CheckerSchedule): CheckConfig {
  const { kind, delayLoopUs, retry, delayBeforeRetryUs, warmupUs, alpha, rise } = checker;
  return {
    kind,
    delayLoopUs,
    retry,
    delayBeforeRetryUs,
    warmupUs,
    alpha,
    rise,
    parts: checker.urls?.length ?? 1,
    fastRecovery: checker.fastRecovery ?? false,
  };
}
