import { libc } from "./libc.ts";

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;

const time = new Uint8Array(16);
const view = new DataView(time.buffer);

/** CLOCK_MONOTONIC in integer microseconds, rounded down: the clock of `Timer`, of deadlines and of every machine. */
export function nowUs(): number {
  // Seconds since boot fit in 32 bits.
  return read(CLOCK_MONOTONIC);
}

/** Longest time that a packet is believed to have waited; more is a step of the wall clock. */
const LONGEST_WAIT_US = 10_000_000;

/**
 * The time of {@linkcode nowUs} at which a packet arrived, from the kernel's time stamp, which is of the wall clock.
 *
 * @param stampUs CLOCK_REALTIME in microseconds
 */
export function arrivalUs(stampUs: number): number {
  const waitedUs = read(CLOCK_REALTIME) - stampUs;
  const now = nowUs();
  return waitedUs >= 0 && waitedUs <= LONGEST_WAIT_US ? now - waitedUs : now;
}

function read(clock: number): number {
  libc().calls.clock_gettime(clock, time);
  return view.getUint32(0, true) * 1_000_000 + Math.floor(view.getUint32(8, true) / 1000);
}
