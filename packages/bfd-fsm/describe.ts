import type { SessionState } from "./session.ts";

/**
 * A session's state and what it waits for: one line for operators.
 *
 * @example
 * ```
 * up: polls, hears 0x2b (up), gone in 0.3 s, speaks in 0.08 s
 * ```
 */
export function describeSession(state: SessionState, nowUs: number): string {
  const { kind, diagnostic, remote, polls, transmitAtUs, detectAtUs } = state;
  const parts = [
    ...(diagnostic === 0 ? [] : [`diag ${diagnostic}`]),
    ...(polls === 0 ? [] : [polls === 1 ? "polls" : "polls, and will again"]),
    ...(remote.discriminator === 0 ? ["hears nobody"] : [
      `hears 0x${remote.discriminator.toString(16)} (${remote.state})`,
    ]),
    ...(detectAtUs === null ? [] : [`gone in ${seconds(detectAtUs - nowUs)}`]),
    ...(transmitAtUs === null ? ["silent"] : [`speaks in ${seconds(transmitAtUs - nowUs)}`]),
  ];
  return kind === "admin-down" ? kind : `${kind}: ${parts.join(", ")}`;
}

function seconds(us: number): string {
  return `${Number((us / 1_000_000).toFixed(3))} s`;
}
