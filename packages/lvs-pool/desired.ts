import type { Endpoint, PoolConfig, PoolServer } from "./config.ts";
import type { PoolState } from "./pool.ts";
import { isUp, type ServerState, weightOf } from "./server.ts";

/** A server as the kernel is to have it. */
export type Destination = Endpoint & {
  /** 0: no new connections, those that there are stay. */
  readonly weight: number;
};

/** What the kernel is to have for each service of a pool. */
export type PoolTable = {
  /** The servers in their order, then the sorry server. */
  readonly destinations: readonly Destination[];
  /** Servers of which nobody knows yet whether they are up: one that is there, from an earlier run, may stay so long. */
  readonly undecided: readonly Endpoint[];
};

/** What the kernel is to have of a pool. */
export function desired(config: PoolConfig, state: PoolState): PoolTable {
  if (!state.running) return { destinations: [], undecided: [] };
  const { servers, sorryServer } = config;
  const isServing = state.up || sorryServer === undefined;
  const destinations: Destination[] = [];
  const undecided: Endpoint[] = [];
  for (const [i, server] of servers.entries()) {
    const its = state.servers[i];
    const share = its === undefined ? "none" : shareOf(server, its, isServing);
    if (share === "undecided") undecided.push(server.endpoint);
    else if (share !== "none") destinations.push({ ...server.endpoint, weight: share });
  }
  if (sorryServer !== undefined && (!state.up || sorryServer.inhibit)) {
    destinations.push({ ...sorryServer.endpoint, weight: state.up ? 0 : 1 });
  }
  return { destinations, undecided };
}

/** Whether two tables are the same to the kernel, in the same order. */
export function sameTable(a: PoolTable, b: PoolTable): boolean {
  return sameList(
    a.destinations,
    b.destinations,
    (one, other) => one.weight === other.weight && sameEndpoint(one, other),
  ) &&
    sameList(a.undecided, b.undecided, sameEndpoint);
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (one: T, other: T) => boolean) {
  return a.length === b.length && a.every((one, i) => {
    const other = b[i];
    return other !== undefined && same(one, other);
  });
}

function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port && a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold &&
    (a.forwarding === b.forwarding ||
      JSON.stringify(a.forwarding) === JSON.stringify(b.forwarding));
}

/** What one server gets: a weight, nothing, or not to be touched. */
export type Share = number | "none" | "undecided";

/** What one server gets. @param isServing whether servers that are up are used */
export function shareOf(server: PoolServer, state: ServerState, isServing: boolean): Share {
  if (state.service === "out") return "none";
  if (isUp(state) && isServing) return weightOf(server, state);
  if (server.inhibitOnFailure) return 0;
  return state.pending ? "undecided" : "none";
}
