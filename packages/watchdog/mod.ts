/**
 * A watchdog for one process, as a pure machine: a counter of missed heartbeats, restarts with back-off, and the ends
 * after which there is no restart.
 *
 * Starting processes, sending signals and carrying heartbeats is the host's affair.
 *
 * @module
 */

export { isStuck, watchdog } from "./watchdog.ts";
export type { WatchdogConfig } from "./config.ts";
export type { WatchdogState } from "./state.ts";
export type { ProcessEnd, WatchdogEvent } from "./event.ts";
export type { WatchdogAction } from "./action.ts";
