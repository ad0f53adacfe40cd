import type { IpAddress } from "@keepalived/ip-address";
import type { Machine } from "@keepalived/machine";
import type {
  Action,
  InstanceConfig,
  InstanceEvent,
  InstanceState,
  SyncGroupAction,
  SyncGroupConfig,
  SyncGroupEvent,
  SyncGroupState,
} from "@keepalived/vrrp-fsm";

/** The machines under test: those of vrrp-fsm, or mutants of them. */
export type Machines = {
  readonly instance: Machine<InstanceConfig, InstanceState, InstanceEvent, Action>;
  readonly syncGroup: Machine<SyncGroupConfig, SyncGroupState, SyncGroupEvent, SyncGroupAction>;
};

/** A router to be. */
export type Member = {
  /** Source of its advertisements on every segment. */
  readonly address: IpAddress;
  /** One virtual router for each segment; undefined: it has no part in it. */
  readonly instances: readonly (InstanceConfig | undefined)[];
  readonly groups: readonly SyncGroupConfig[];
};

/** The name of every router's instance on a segment. */
export function instanceName(segment: number): string {
  return `instance ${segment}`;
}

/** A member with one instance on one segment. */
export function lone(address: IpAddress, config: InstanceConfig): Member {
  return { address, instances: [{ ...config, name: instanceName(0), grouped: false }], groups: [] };
}

/** The same member with its instances in groups, each a list of segments. */
export function inGroups(member: Member, layout: readonly (readonly number[])[]): Member {
  const grouped = new Set(layout.flat());
  return {
    ...member,
    instances: member.instances.map((config, segment) =>
      config === undefined ? undefined : { ...config, grouped: grouped.has(segment) }
    ),
    groups: layout.map((segments) => ({
      name: `group ${segments.join(" ")}`,
      members: segments.map(instanceName),
    })),
  };
}

/** The segments of the group that a segment's instance is in, itself included. */
export function groupOf(member: Member, segment: number): readonly number[] {
  const group = member.groups.find(({ members }) => members.includes(instanceName(segment)));
  return member.instances.flatMap((config, other) =>
    config !== undefined && (other === segment || group?.members.includes(config.name))
      ? [other]
      : []
  );
}
