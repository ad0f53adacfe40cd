import type { CheckerConfig, RealServer, VirtualServer } from "@keepalived/keepalived-config";
import { checkerIdentity, realServerIdentity } from "@keepalived/keepalived-config/match";
import type { PoolConfig, PoolServer } from "@keepalived/lvs-pool";

/** The real servers of a virtual server and their checkers, with ids that outlive a reload. */
export type Plan = readonly PlannedServer[];

export type PlannedServer = {
  readonly id: string;
  readonly config: RealServer;
  readonly checkers: readonly PlannedChecker[];
  /** What the pool has to know of it. */
  readonly pool: PoolServer;
};

export type PlannedChecker = {
  /** `tcp 1`; unique among those of its server. */
  readonly id: string;
  /** What it is found again by. */
  readonly key: string;
  readonly config: CheckerConfig;
};

/** Gives servers and checkers their ids: those that were there before keep theirs. What is the same stays what it is. */
export function planOf(servers: readonly RealServer[], previous: Plan = []): Plan {
  const before = new Map(previous.map((server) => [server.id, server]));
  return servers.map((config) => {
    const id = realServerIdentity(config);
    const known = before.get(id);
    if (known?.config === config) return known;
    const checkers = planCheckers(config.checkers, known?.checkers ?? []);
    return { id, config, checkers, pool: poolServerOf(id, config, checkers) };
  });
}

function poolServerOf(
  id: string,
  config: RealServer,
  checkers: readonly PlannedChecker[],
): PoolServer {
  const { name, address, port, forwarding, upperThreshold, lowerThreshold } = config;
  return {
    id,
    name,
    endpoint: { address, port, forwarding, upperThreshold, lowerThreshold },
    weight: config.weight,
    inhibitOnFailure: config.inhibitOnFailure,
    checkers: checkers.map(({ id, config }) => ({ id, alpha: config.alpha })),
  };
}

/** What the pool of a virtual server has to know. */
export function poolConfigOf(
  { name, quorum, hysteresis, omega, sorryServer }: VirtualServer,
  plan: Plan,
  initNotifies: boolean,
): PoolConfig {
  return {
    name,
    quorum,
    hysteresis,
    omega,
    initNotifies,
    servers: plan.map(({ pool }) => pool),
    ...sorryServer !== undefined && {
      sorryServer: {
        name: sorryServer.name,
        endpoint: {
          address: sorryServer.address,
          port: sorryServer.port,
          forwarding: sorryServer.forwarding,
          upperThreshold: 0,
          lowerThreshold: 0,
        },
        inhibit: sorryServer.inhibit,
      },
    },
  };
}

function planCheckers(
  configs: readonly CheckerConfig[],
  previous: readonly PlannedChecker[],
): readonly PlannedChecker[] {
  if (configs.length === 0) return [];
  const known = new Map(previous.map(({ key, id }) => [key, id]));
  const keys = uniqueKeys(configs);
  const taken = new Set(keys.flatMap((key) => known.get(key) ?? []));
  return configs.map((config, i) => {
    const key = keys[i] ?? "";
    const id = known.get(key) ?? freeId(config.kind, taken);
    taken.add(id);
    return { id, key, config };
  });
}

/** Several checkers that check the same are told apart by their order. */
function uniqueKeys(configs: readonly CheckerConfig[]): readonly string[] {
  const counts = new Map<string, number>();
  return configs.map((config) => {
    const key = checkerIdentity(config);
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count === 0 ? key : `${key} ${count}`;
  });
}

function freeId(kind: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${kind} ${number}`)) number++;
  return `${kind} ${number}`;
}
