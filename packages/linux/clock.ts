import { libc } from "./libc.ts";

const CLOCK_MONOTONIC = 1;

const time = new Uint8Array(16);
const view = new DataView(time.buffer);

/** CLOCK_MONOTONIC in integer microseconds, rounded down: the clock of `Timer`, of deadlines and of every machine. */
export function nowUs(): number {
  libc().calls.clock_gettime(CLOCK_MONOTONIC, time);
  // Seconds since boot fit in 32 bits.
  return view.getUint32(0, true) * 1_000_000 + Math.floor(view.getUint32(8, true) / 1000);
}
