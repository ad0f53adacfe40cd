/**
 * The contract that every protocol machine here follows: plain data in, plain data out, no I/O.
 *
 * A machine is three functions on plain data. Its host keeps the state, feeds it one event at a time, performs the
 * returned actions in order, and calls again with `timeout` once `nextDeadlineUs` is reached.
 *
 * Rules that hold for every machine:
 *
 * 1. Total: each event in each state returns; what does not apply returns the same state and no actions.
 * 2. Pure: no clock, randomness, logging or I/O.
 * 3. The order of the actions is part of the contract.
 * 4. Deadlines are state. `timeout` acts only if `nowUs` has reached the deadline, so a stray one is harmless.
 * 5. `nowUs` counts integer microseconds of a monotonic clock and never goes back for one machine.
 * 6. Unchanged means identical: `next.state === state`.
 * 7. Actions are complete JSON data: performing one needs neither the machine nor its configuration.
 * 8. Results of actions come back as events, or not at all.
 * 9. Randomness is state: a seed in the state and {@linkcode nextRandom}.
 *
 * @module
 */

export type { Common, Machine, Step } from "./machine.ts";
export { move, stay } from "./machine.ts";
export { nextRandom, type Random } from "./random.ts";
