import type { Influence } from "@keepalived/tracking";
import { GROUP_FAULT, type InstanceState } from "@keepalived/vrrp-fsm";
import { operatorCause, operatorState } from "../../names.ts";
import type { Peer } from "../../vrrp/peers.ts";
import type { TrackersStatus } from "../../vrrp/trackers/trackers.ts";
import type { VirtualRouterStatus } from "../../vrrp/virtual_router_status.ts";
import { type Moment, seconds, unixTime } from "./moment.ts";
import type { TrackedEntry } from "./tracker_snapshot.ts";
import type { FaultSnapshot, InstanceSnapshot, PeerSnapshot } from "./vrrp_snapshot.ts";

/** What an instance tracks, as the trackers know it. */
export type TrackedBy = TrackersStatus["instances"][number];

/** The snapshot of one virtual router. @param tracked undefined: nothing */
export function instanceOf(
  status: VirtualRouterStatus,
  tracked: TrackedBy | undefined,
  moment: Moment,
): InstanceSnapshot {
  const { config, machine, contest, sourceAddress } = status;
  const { unicast } = config;
  return {
    name: config.name,
    ...(config.syncGroup === undefined ? {} : { group: config.syncGroup }),
    virtualRouterId: config.virtualRouterId,
    version: config.version,
    family: config.family,
    ...(config.interface === undefined ? {} : { interface: config.interface }),
    ...(config.placement === undefined ? {} : { device: config.placement.device }),
    ...(sourceAddress === undefined ? {} : { sourceAddress }),
    state: operatorState(machine.kind),
    reason: operatorCause(machine.cause),
    changedAt: unixTime(moment, status.changedUs),
    priority: {
      base: config.priority,
      effective: status.priority,
      tracked: machine.adjustment,
    },
    preempt: config.preempt,
    advertisementIntervalS: seconds(config.advertisementIntervalUs),
    ...masterOf(machine),
    timers: timersOf(machine, moment),
    waitsForGroup: machine.router.kind === "backup" && machine.router.candidate,
    waitsFor: status.waitsFor,
    faults: machine.faults.map((reason) => faultOf(reason, status.faults)),
    ...(contest === undefined ? {} : {
      contested: {
        by: contest.contender.by,
        address: contest.contender.source,
        ...(contest.evidence === undefined ? {} : { evidence: contest.evidence }),
      },
    }),
    ...(unicast === undefined ? {} : { unicastPeers: unicast.peers.map((it) => it.address) }),
    peers: status.peers.map((peer) => peerOf(peer, moment)),
    held: heldOf(status),
    tracked: (tracked?.entries ?? []).map(trackedOf),
    counters: status.counters,
  };
}

function masterOf({ router }: InstanceState): Pick<InstanceSnapshot, "master"> {
  if (router.kind !== "backup" || router.heard === null) return {};
  const { source, priority } = router.heard;
  const advertisementIntervalS = seconds(router.activeAdverIntervalUs);
  return { master: { address: source, priority, advertisementIntervalS } };
}

function timersOf(
  { router, startAtUs, toleratedUntilUs }: InstanceState,
  moment: Moment,
): InstanceSnapshot["timers"] {
  const at = (us: number) => unixTime(moment, us);
  return {
    ...(router.kind === "active" ? { advertisesAt: at(router.adverAtUs) } : {}),
    ...(router.kind === "backup" ? { takesOverAt: at(router.activeDownAtUs) } : {}),
    ...(toleratedUntilUs === null ? {} : { preemptsAt: at(toleratedUntilUs) }),
    ...(startAtUs === null ? {} : { startsAt: at(startAtUs) }),
  };
}

function faultOf(reason: string, texts: ReadonlyMap<string, string>): FaultSnapshot {
  const group = reason.startsWith(GROUP_FAULT)
    ? `another member of sync group ${reason.slice(GROUP_FAULT.length)} is in FAULT`
    : reason;
  return { reason, text: texts.get(reason) ?? group };
}

function peerOf(peer: Peer, moment: Moment): PeerSnapshot {
  const { acceptedUs, version, priority, intervalUs, lastRefusal } = peer;
  return {
    address: peer.source,
    heardAt: unixTime(moment, peer.lastSeenUs),
    ...(acceptedUs === undefined ? {} : { acceptedAt: unixTime(moment, acceptedUs) }),
    advertisements: peer.advertisements,
    ...(version === undefined ? {} : { version }),
    ...(priority === undefined ? {} : { priority }),
    ...(intervalUs === undefined ? {} : { advertisementIntervalS: seconds(intervalUs) }),
    refused: peer.refusals.toJSON(),
    ...(lastRefusal === undefined ? {} : { lastRefusal }),
  };
}

/** Addresses come first, as many as the configuration has: they are told apart by their places. */
function heldOf({ held, config }: VirtualRouterStatus): InstanceSnapshot["held"] {
  const addresses = [...config.addresses, ...config.excludedAddresses];
  return held.map((stock, i) => {
    const address = addresses[i];
    return address === undefined
      ? stock
      : { ...stock, interface: address.interface, excluded: !address.advertised };
  });
}

function trackedOf({ kind, name, weight, reverse, influence }: TrackedBy["entries"][number]) {
  return { kind, name, weight, reverse, effect: effectOf(influence) } satisfies TrackedEntry;
}

function effectOf({ adjustment, faults, pending }: Influence): TrackedEntry["effect"] {
  if (faults.length > 0) return "fault";
  return pending.length > 0 ? "pending" : adjustment;
}
