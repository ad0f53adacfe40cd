/** What a session is configured for. Times are microseconds. */
export type SessionConfig = {
  /** bfd.LocalDiscr: not 0, unlike that of any other session of the system, and the same as long as the session lives. */
  readonly localDiscriminator: number;
  /** bfd.DesiredMinTxInterval while the session is Up; not 0. */
  readonly desiredMinTxIntervalUs: number;
  /** bfd.RequiredMinRxInterval */
  readonly requiredMinRxIntervalUs: number;
  /** bfd.DesiredMinTxInterval while it is not: at least a second (RFC 5880 §6.8.3). */
  readonly idleTxIntervalUs: number;
  /** 1–255. */
  readonly detectMult: number;
  /** Says nothing before it is spoken to (§6.1). */
  readonly passive: boolean;
};
