/** Checks that have a schedule. */
export type CheckKind = "tcp" | "http" | "smtp" | "dns" | "udp" | "ping" | "misc";

/** What the kinds do differently, as the C daemon 2.2.7 was seen to do it. */
export type Habits = {
  /** The very first failure is tried again too; others take the server down at once. */
  readonly retriesAtFirst: boolean;
  /** A server that is down is tried again like one that is up; others have one attempt each `delay_loop`. */
  readonly retriesWhileDown: boolean;
  /** A failure that counts is followed by the longer of `delay_loop` and `delay_before_retry`. */
  readonly longPause: boolean;
  /** Times count from the start of an attempt, not from its end. */
  readonly fromStart: boolean;
  /** Successes that bring a server up again, beyond one for each part. */
  readonly extraSuccesses: number;
};

const most: Habits = {
  retriesAtFirst: false,
  retriesWhileDown: false,
  longPause: false,
  fromStart: false,
  extraSuccesses: 0,
};

export const habits: Readonly<Record<CheckKind, Habits>> = {
  tcp: { ...most, retriesWhileDown: true },
  http: { ...most, longPause: true, extraSuccesses: 1 },
  smtp: { ...most, retriesAtFirst: true, retriesWhileDown: true },
  dns: most,
  udp: most,
  ping: most,
  misc: { ...most, fromStart: true },
};
