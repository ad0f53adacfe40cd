/** How patient a watchdog is. Lengths of time are integer microseconds. */
export type WatchdogConfig = {
  /** The counter goes up by one each interval, and a heartbeat sets it back to 0. More than 0. */
  readonly intervalUs: number;
  /** The process is killed when the counter gets there; at least 1. */
  readonly threshold: number;
  /** The same until the first heartbeat of a process: to start takes longer. At least 1. */
  readonly startThreshold: number;
  /** A process that lived so long starts anew at once, and the row of restarts ends. */
  readonly settledUs: number;
  /** Wait before the second restart in a row; the first has none, and each later one doubles it. */
  readonly firstDelayUs: number;
  readonly longestDelayUs: number;
  /** Restarts in a row after which the next end is the last; absent: no limit; 0: never restarted at all. */
  readonly restartsAtMost?: number;
  /** Exit statuses that a restart would not mend. */
  readonly permanent: readonly number[];
  /** How long a process may take to end when asked to. */
  readonly graceUs: number;
};
