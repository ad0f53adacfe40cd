import type { PoolConfig, PoolServer } from "./config.ts";
import { isUp, type ServerState, weightOf } from "./server.ts";

/** Where the quorum is gained and lost, in weight of servers that are up. Between the two it stays what it is. */
export type QuorumBand = {
  /** At least 1, and no more than all servers weigh. */
  readonly quorum: number;
  /** At this weight and above. */
  readonly gainedAt: number;
  /** Below this weight. */
  readonly lostBelow: number;
};

/**
 * The band of a pool.
 *
 * All servers together always have the quorum, even where quorum and hysteresis add up to more than they weigh, and no
 * weight at all never has it.
 */
export function quorumBand(
  config: Pick<PoolConfig, "quorum" | "hysteresis" | "servers">,
): QuorumBand {
  const { hysteresis, servers } = config;
  let total = 0;
  for (const { weight } of servers) total += weight;
  const quorum = Math.max(1, Math.min(config.quorum, total));
  return {
    quorum,
    gainedAt: Math.max(quorum, Math.min(quorum + hysteresis, total)),
    lostBelow: Math.max(1, quorum - hysteresis),
  };
}

/** Whether a pool has the quorum. @param had whether it had it before */
export function hasQuorum(config: PoolConfig, had: boolean, weight: number): boolean {
  const { gainedAt, lostBelow } = quorumBand(config);
  return weight >= (had ? lostBelow : gainedAt);
}

/** The weight of all servers that are up. @param states in the order of the servers */
export function aliveWeight(
  servers: readonly PoolServer[],
  states: readonly ServerState[],
): number {
  return servers.reduce((sum, server, i) => {
    const state = states[i];
    return state === undefined ? sum : sum + aliveShare(server, state);
  }, 0);
}

/** What one server adds to it. */
export function aliveShare(server: PoolServer, state: ServerState): number {
  return isUp(state) ? weightOf(server, state) : 0;
}
