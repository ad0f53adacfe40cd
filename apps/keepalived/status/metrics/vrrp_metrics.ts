import { stateNumbers } from "../../names.ts";
import { statisticsOf } from "../dump/statistics.ts";
import type { TrackerSnapshot } from "../snapshot/tracker_snapshot.ts";
import type { InstanceSnapshot, PeerSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { type Family, family, type Labels, type Sample } from "./exposition.ts";

/** Virtual routers, their peers and groups, and what they track. */
export function vrrpMetrics(vrrp: VrrpSnapshot): readonly Family[] {
  return [
    ...instanceMetrics(vrrp.instances),
    ...peerMetrics(vrrp.instances),
    family(
      {
        name: "keepalived_vrrp_group_state",
        type: "gauge",
        help: "State of a sync group: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT",
      },
      vrrp.groups,
      ({ name }) => ({ group: name }),
      ({ state }) => stateNumbers[state],
    ),
    ...trackerMetrics(vrrp.trackers),
  ];
}

function instanceMetrics(instances: readonly InstanceSnapshot[]): readonly Family[] {
  const labels = ({ name, virtualRouterId, family, interface: dev }: InstanceSnapshot) => ({
    instance: name,
    vrid: virtualRouterId,
    family: `IPv${family}`,
    interface: dev ?? "",
  });
  const gauge = (
    name: string,
    help: string,
    value: (it: InstanceSnapshot) => number | boolean | undefined,
  ) => family({ name: `keepalived_vrrp_${name}`, type: "gauge", help }, instances, labels, value);
  const counter = (
    name: string,
    help: string,
    value: (statistics: ReturnType<typeof statisticsOf>) => number,
  ) =>
    family(
      { name: `keepalived_vrrp_${name}`, type: "counter", help },
      instances,
      labels,
      ({ counters }) => value(statisticsOf(counters)),
    );
  return [
    gauge(
      "state",
      "State of an instance: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT",
      (it) => stateNumbers[it.state],
    ),
    family(
      {
        name: "keepalived_vrrp_state_since_seconds",
        type: "gauge",
        unit: "seconds",
        help: "When it entered the state, in Unix time",
      },
      instances,
      labels,
      (it) => it.changedAt,
    ),
    gauge("priority", "Effective priority", (it) => it.priority.effective),
    gauge("base_priority", "Configured priority", (it) => it.priority.base),
    gauge("faults", "Reasons for which it cannot take part", (it) => it.faults.length),
    gauge(
      "contested",
      "Whether another router is, or may be, MASTER as well",
      (it) => it.contested !== undefined,
    ),
    gauge(
      "held",
      "Addresses, routes and rules that it has in the kernel",
      (it) => it.held.filter(({ present }) => present).length,
    ),
    counter("advertisements_received", "Advertisements that counted", (it) => it.advert_rcvd),
    counter("advertisements_sent", "Advertisements sent", (it) => it.advert_sent),
    counter("became_master", "How often it became MASTER", (it) => it.become_master),
    counter("released_master", "How often it stopped being MASTER", (it) => it.release_master),
    counter("priority_zero_received", "Resignations heard", (it) => it.pri_zero_rcvd),
    counter("priority_zero_sent", "Resignations sent", (it) => it.pri_zero_sent),
    {
      name: "keepalived_vrrp_refused_advertisements",
      type: "counter",
      help: "Advertisements that did not count, and why, over all peers",
      samples: instances.flatMap((it) => refusals(labels(it), it.peers)),
    },
  ];
}

/** By reason, summed up over all peers. */
function refusals(labels: Labels, peers: readonly PeerSnapshot[]): readonly Sample[] {
  const sums = new Map<string, number>();
  for (const [reason, count] of peers.flatMap(({ refused }) => Object.entries(refused))) {
    sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return [...sums].map(([reason, value]) => ({ labels: { ...labels, reason }, value }));
}

function peerMetrics(instances: readonly InstanceSnapshot[]): readonly Family[] {
  const peers = instances.flatMap(({ name, peers }) => peers.map((peer) => ({ name, peer })));
  const labels = ({ name, peer }: (typeof peers)[number]) => ({
    instance: name,
    peer: peer.address,
  });
  return [
    family(
      {
        name: "keepalived_vrrp_peer_heard_seconds",
        type: "gauge",
        unit: "seconds",
        help: "When a peer was last heard, in Unix time",
      },
      peers,
      labels,
      ({ peer }) => peer.heardAt,
    ),
    family(
      {
        name: "keepalived_vrrp_peer_priority",
        type: "gauge",
        help: "Priority that a peer last said",
      },
      peers,
      labels,
      ({ peer }) => peer.priority,
    ),
    family(
      {
        name: "keepalived_vrrp_peer_advertisements",
        type: "counter",
        help: "Advertisements of a peer that counted",
      },
      peers,
      labels,
      ({ peer }) => peer.advertisements,
    ),
  ];
}

function trackerMetrics(trackers: readonly TrackerSnapshot[]): readonly Family[] {
  const of = <Kind extends TrackerSnapshot["kind"]>(kind: Kind) =>
    trackers.filter((it): it is Extract<TrackerSnapshot, { kind: Kind }> => it.kind === kind);
  const name = (it: { readonly name: string }) => ({ name: it.name });
  return [
    family(
      {
        name: "keepalived_tracker_up",
        type: "gauge",
        help: "Whether something tracked is as it should be",
      },
      trackers,
      (it) => ({ kind: it.kind, name: it.name }),
      isUp,
    ),
    family(
      { name: "keepalived_tracker_file_value", type: "gauge", help: "Number in a tracked file" },
      of("file"),
      name,
      ({ value }) => value,
    ),
    family(
      { name: "keepalived_tracker_processes", type: "gauge", help: "Tracked processes that run" },
      of("process"),
      name,
      ({ count }) => count,
    ),
    family(
      {
        name: "keepalived_tracker_script_runs",
        type: "counter",
        help: "Runs of a tracked script that have ended",
      },
      of("script"),
      name,
      ({ runs }) => runs,
    ),
  ];
}

function isUp(it: TrackerSnapshot): boolean | undefined {
  switch (it.kind) {
    case "script":
    case "process":
      return it.verdict === "unknown" ? undefined : it.verdict === "good";
    case "interface":
    case "bfd":
      return it.up;
    case "file":
      return undefined;
  }
}
