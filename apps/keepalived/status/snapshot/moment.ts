/** Monotonic and wall clock read together: turns one into the other. */
export type Moment = {
  /** CLOCK_MONOTONIC in integer microseconds. */
  readonly nowUs: number;
  /** Unix time in milliseconds at the same moment. */
  readonly unixMs: number;
};

/** Unix time in seconds, to the microsecond, of a point of the monotonic clock. */
export function unixTime({ nowUs, unixMs }: Moment, atUs: number): number {
  return Math.round(unixMs * 1000 + atUs - nowUs) / 1_000_000;
}

/** Microseconds as seconds. */
export function seconds(us: number): number {
  return us / 1_000_000;
}
