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

/** Clocks read within this time count as read at once; they are read again at most so often. */
const CLOSE_US = 100;
const MOST_TRIES = 5;

/**
 * The time of {@linkcode nowUs} at which a packet arrived, from the kernel's time stamp, which is of the wall clock.
 *
 * @param stampUs CLOCK_REALTIME in microseconds
 */
export function arrivalUs(stampUs: number): number {
  for (let tries = 1;; tries++) {
    const before = nowUs();
    const waitedUs = read(CLOCK_REALTIME) - stampUs;
    const after = nowUs();
    // The process may lose its processor between two clocks, which would be taken for a later arrival.
    if (after - before > CLOSE_US && tries < MOST_TRIES) continue;
    return waitedUs >= 0 && waitedUs <= LONGEST_WAIT_US ? after - waitedUs : after;
  }
}

function read(clock: number): number {
  libc().calls.clock_gettime(clock, time);
  return view.getUint32(0, true) * 1_000_000 + Math.floor(view.getUint32(8, true) / 1000);
}
