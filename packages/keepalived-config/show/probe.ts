import type { Connection, Scheduled } from "../model_checker.ts";
import { type Entries, onOff, type Said, seconds, words } from "./entry.ts";

/** When a checker runs: the keywords that all but two kinds of checkers have. */
export function schedule<T>(of: (subject: T) => Scheduled): Entries<T> {
  return {
    retry: (it) => words(of(it).retry),
    rise: (it) => words(of(it).rise),
    delay_before_retry: (it) => words(seconds(of(it).delayBeforeRetryUs)),
    warmup: (it) => words(seconds(of(it).warmupUs)),
    delay_loop: (it) => words(seconds(of(it).delayLoopUs)),
    alpha: (it) => onOff(of(it).alpha),
    log_all_failures: (it) => onOff(of(it).logAllFailures),
  };
}

/** Where a checker connects to, and from. */
export const CONNECTION: Entries<{ readonly connection: Connection }> = {
  connect_ip: ({ connection }) => words(connection.address),
  // No port at all cannot be said; it comes from a server without one.
  connect_port: ({ connection }): readonly Said[] => words(connection.port || undefined),
  bindto: ({ connection }) => words(connection.sourceAddress),
  bind_port: ({ connection }) => words(connection.sourcePort),
  bind_if: ({ connection }) => words(connection.interface),
  connect_timeout: ({ connection }) => words(seconds(connection.timeoutUs)),
  fwmark: ({ connection }) => words(connection.mark),
};
