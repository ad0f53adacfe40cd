/**
 * What every process tells of itself.
 *
 * In all snapshots points in time are Unix times in seconds (`…At`), lengths of time are seconds (`…S`).
 */
export type ProcessSnapshot = {
  readonly pid: number;
  /** When this was asked. */
  readonly at: number;
  readonly startedAt: number;
  /** Resident memory. */
  readonly residentBytes: number;
  /** Processor time used. */
  readonly cpuS: number;
  /** How often timers came late enough to be worth a line in the log, and the worst of them; absent: not watched. */
  readonly lateness?: { readonly count: number; readonly longestS: number };
};
