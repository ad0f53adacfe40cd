import { isUp, weightOf } from "@keepalived/lvs-pool";
import type { BalancerStatus } from "../../check/balancer.ts";
import { type CheckerStatus, keywordOf } from "../../check/checker.ts";
import type { Detail } from "../../control.ts";
import type {
  CheckerSnapshot,
  CheckSnapshot,
  RealServerSnapshot,
  VirtualServerSnapshot,
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
  const told = servers.map((server, i) => realServerOf(server, pool.servers[i], moment));
  return {
    name,
    up,
    weight,
    quorum,
    hysteresis,
    suspended,
    ...sorryServer !== undefined && { sorryServer: { name: sorryServer.name, active: !up } },
    counts: { servers: told.length, up: told.filter((it) => it.up).length },
    servers: detail === "full" ? told : told.filter(isOdd),
  };
}

/** Whether it is down, or as an operator wants it. */
function isOdd({ up, service, weight }: RealServerSnapshot): boolean {
  return !up || service !== "in" || weight.ordered !== undefined;
}

function realServerOf(
  { config, state, checkers }: BalancerStatus["servers"][number],
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
