import type { Body } from "../bind.ts";
import { numberOf } from "../body.ts";
import type { RealServer, VirtualServer } from "../model_lvs.ts";
import type { Say } from "./say.ts";

/**
 * Quorum and hysteresis, no more than the servers can reach.
 *
 * Where all weights are 0 the quorum is 0, and the hysteresis too; the C daemon's becomes 2³²-1 there.
 */
export function resolveQuorum(
  body: Body,
  name: string,
  servers: readonly RealServer[],
  say: Say,
): Pick<VirtualServer, "quorum" | "hysteresis"> {
  const wanted = numberOf(body, "quorum") ?? 1;
  const margin = numberOf(body, "hysteresis") ?? 0;
  const total = servers.reduce((sum, { weight }) => sum + weight, 0);
  const quorum = Math.min(wanted, total);
  if (wanted > total) {
    const message = `Warning - quorum ${wanted} for ${name} exceeds total weight of real servers` +
      ` ${total}, reducing quorum to ${total}`;
    say("warning", "adjusted", message, "quorum", "all servers together must be able to reach it");
  }
  const hysteresis = Math.min(margin, Math.max(0, quorum - 1));
  if (margin > hysteresis) {
    const message = `Virtual server ${name}: hysteresis ${margin} >= quorum ${quorum};` +
      ` setting hysteresis to ${hysteresis}`;
    say("warning", "adjusted", message, "hysteresis");
  }
  return { quorum, hysteresis };
}
