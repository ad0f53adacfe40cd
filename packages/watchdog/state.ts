/** Plain JSON data. Points in time are integer microseconds. */
export type WatchdogState =
  /** Nothing runs and nothing is wanted. */
  | { readonly kind: "off" }
  | {
    readonly kind: "running";
    readonly startedAtUs: number;
    /** Whether this process has given a heartbeat yet. */
    readonly heard: boolean;
    /** The counter: intervals in a row without a heartbeat. */
    readonly missed: number;
    /** When the counter goes up next. */
    readonly countAtUs: number;
    /** Restarts in a row so far. */
    readonly restarts: number;
  }
  /** Killed because it hung, and not gone yet. */
  | {
    readonly kind: "killed";
    readonly startedAtUs: number;
    readonly killedAtUs: number;
    readonly restarts: number;
  }
  /** Ended; a restart waits for its time. */
  | { readonly kind: "waiting"; readonly startAtUs: number; readonly restarts: number }
  /** Asked to end. */
  | {
    readonly kind: "stopping";
    readonly askedAtUs: number;
    /** When it is ended by force; null: that was done. */
    readonly killAtUs: number | null;
  };
