import type { Interfaces } from "../../vrrp/interfaces.ts";
import { operatorState } from "../../names.ts";
import type { Channel } from "../../vrrp/channel.ts";
import type { Device } from "../../vrrp/devices/device.ts";
import type { Stock } from "../../vrrp/kernel/owner.ts";
import type { SyncGroups } from "../../vrrp/sync_groups.ts";
import type { TrackersStatus } from "../../vrrp/trackers/trackers.ts";
import type { Links } from "../../vrrp/trackers/links.ts";
import type { VirtualRouterStatus } from "../../vrrp/virtual_router_status.ts";
import { channelOf } from "./channel_of.ts";
import { instanceOf } from "./instance_of.ts";
import { interfacesOf } from "./interfaces_of.ts";
import type { Moment } from "./moment.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";
import { trackerOf } from "./tracker_of.ts";
import type { GroupSnapshot, VrrpSnapshot } from "./vrrp_snapshot.ts";

/** Everything in the VRRP process that a snapshot tells of. */
export type VrrpSources = {
  readonly routers: readonly { readonly status: VirtualRouterStatus }[];
  readonly groups: Pick<SyncGroups, "list">;
  readonly trackers: { status(): TrackersStatus };
  readonly interfaces: Interfaces;
  readonly links: Pick<Links, "isUp">;
  readonly channels: { list(): readonly Channel[] };
  readonly devices: { readonly wanted: readonly Device[] };
  readonly kernel: { staticInventory(): readonly Stock[] };
};

/** The VRRP process as it is now. */
export function vrrpSnapshot(
  sources: VrrpSources,
  process: ProcessSnapshot,
  moment: Moment,
): VrrpSnapshot {
  const routers = sources.routers.map(({ status }) => status);
  const { trackers, instances } = sources.trackers.status();
  const trackedBy = new Map(instances.map((it) => [it.name, it]));
  return {
    process,
    instances: routers.map((it) => instanceOf(it, trackedBy.get(it.config.name), moment)),
    groups: sources.groups.list().map(groupOf),
    trackers: trackers.map((it) => trackerOf(it, moment)),
    interfaces: interfacesOf(sources, routers),
    channels: sources.channels.list().map((it) => channelOf(it, moment)),
    statics: sources.kernel.staticInventory(),
  };
}

function groupOf({ config, state }: ReturnType<SyncGroups["list"]>[number]): GroupSnapshot {
  return {
    name: config.name,
    state: operatorState(state.kind),
    members: config.members,
    faulty: state.members.filter(({ faulty }) => faulty).map(({ member }) => member),
  };
}
