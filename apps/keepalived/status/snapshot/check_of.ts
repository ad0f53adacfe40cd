import { isUp, weightOf } from "@keepalived/lvs-pool";
import type { BalancerStatus } from "../../check/balancer.ts";
import { type CheckerStatus, keywordOf } from "../../check/checker.ts";
import type { Detail } from "../../control.ts";
import {
  type CheckerSnapshot,
  type CheckSnapshot,
  type RealServerSnapshot,
  toldInSummary,
  type VirtualServerSnapshot,
} from "./check_snapshot.ts";
import { type Moment, unixTime } from "./moment.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";

/** Everything in the checker process that a snapshot tells of. */
export type CheckSources = {
  readonly balancers: readonly { readonly status: BalancerStatus }[];
  readonly programsIpvs: boolean;
};

/** The checker process as it is now. */
export function checkSnapshot(
  sources: CheckSources,
  process: ProcessSnapshot,
  moment: Moment,
  detail: Detail,
): CheckSnapshot {
  return {
    process,
    programsIpvs: sources.programsIpvs,
    virtualServers: sources.balancers.map(({ status }) => virtualServerOf(status, moment, detail)),
  };
}

function virtualServerOf(
  { config, pool, up, weight, suspended, servers }: BalancerStatus,
  moment: Moment,
  detail: Detail,
): VirtualServerSnapshot {
  const { name, quorum, hysteresis, sorryServer } = config;
  const all = [...servers.entries()];
  const odd = all.filter(([, { state }]) => isOdd(state));
  const told = detail === "full" ? all : odd.slice(0, toldInSummary);
  return {
    name,
    up,
    weight,
    quorum,
    hysteresis,
    suspended,
    ...sorryServer !== undefined && { sorryServer: { name: sorryServer.name, active: !up } },
    counts: {
      servers: servers.length,
      up: servers.filter(({ state }) => isUp(state)).length,
      odd: odd.length,
    },
    servers: told.map(([i, it]) => realServerOf(it, pool.servers[i], moment)),
  };
}

type Server = BalancerStatus["servers"][number];

/** Whether it is down, or as an operator wants it. */
function isOdd(state: Server["state"]): boolean {
  return !isUp(state) || state.service !== "in" || state.override !== null;
}

function realServerOf(
  { config, state, checkers }: Server,
  server: BalancerStatus["pool"]["servers"][number] | undefined,
  moment: Moment,
): RealServerSnapshot {
  const { name, address, port, weight } = config;
  return {
    name,
    address,
    port,
    up: isUp(state),
    pending: state.pending,
    weight: {
      configured: weight,
      effective: server === undefined ? weight : weightOf(server, state),
      ...state.override !== null && { ordered: state.override },
    },
    service: state.service,
    checkers: checkers.map((it) => checkerOf(it, moment)),
  };
}

function checkerOf(status: CheckerStatus, moment: Moment): CheckerSnapshot {
  const { config, up, assumed, attempts, failures, lastFailure } = status;
  const { checkedAtUs, nextAtUs, runningSinceUs } = status;
  const at = (us: number) => unixTime(moment, us);
  return {
    keyword: keywordOf(config),
    up,
    assumed,
    attempts,
    failures,
    ...checkedAtUs !== undefined && { checkedAt: at(checkedAtUs) },
    ...nextAtUs !== undefined && { nextAt: at(nextAtUs) },
    ...runningSinceUs !== undefined && { runningSince: at(runningSinceUs) },
    ...lastFailure !== undefined && { lastFailure },
  };
}
