import type { Config, SyncGroupConfig } from "@keepalived/keepalived-config";
import type { ChannelSnapshot, GroupSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { instanceData, type InstancePair } from "./instance_data.ts";
import { head, script, weightWords, type WhoRuns, yesNo } from "./words.ts";

/** What `keepalived.data` is made of. */
export type VrrpDump = {
  readonly config: Config;
  readonly vrrp: VrrpSnapshot;
  readonly who: WhoRuns;
};

/** The instances that are both configured and running, in the order of the configuration. */
export function instancePairs({ config, vrrp }: Omit<VrrpDump, "who">): readonly InstancePair[] {
  const running = new Map(vrrp.instances.map((it) => [it.name, it]));
  return config.instances.flatMap((it) => {
    const now = running.get(it.name);
    return now === undefined ? [] : [{ config: it, now }];
  });
}

/** `VRRP Topology`, `VRRP Sockpool` and `VRRP Sync groups`. */
export function topologyData(dump: VrrpDump): readonly string[] {
  const { config, vrrp } = dump;
  return [
    head("VRRP Topology"),
    ...instancePairs(dump).flatMap((pair) => instanceData(pair, dump)),
    head("VRRP Sockpool"),
    ...vrrp.channels.flatMap((channel) => channelData(channel, dump)),
    ...(config.syncGroups.length === 0 ? [] : [head("VRRP Sync groups")]),
    ...config.syncGroups.flatMap((group) =>
      groupData(group, vrrp.groups.find(({ name }) => name === group.name), dump)
    ),
  ];
}

function channelData(channel: ChannelSnapshot, { config, vrrp }: VrrpDump): readonly string[] {
  const members = config.instances.filter(({ name }) => channel.instances.includes(name));
  const [first] = members;
  const unicast = first?.unicast !== undefined;
  const source = vrrp.instances.find(({ name }) => name === first?.name)?.sourceAddress;
  return [
    ` fd_in ${channel.receivers[0] ?? -1} fd_out = ${channel.senders[0] ?? -1}`,
    ...[
      `Interface = ${channel.interface ?? "(none)"}`,
      `Family = IPv${channel.family}`,
      `Protocol = ${first?.authentication.kind === "ah" ? "AH" : "VRRP"}`,
      `Type = ${unicast ? "Unicast" : "Multicast"}`,
      ...(unicast && source !== undefined ? [`Address = ${source}`] : []),
      `Rx buf size = ${channel.receiveBufferBytes}`,
      "VRRP instances",
      ...members.map((it) => `  ${it.name} vrid ${it.virtualRouterId}`),
    ].map((line) => `   ${line}`),
  ];
}

function groupData(
  group: SyncGroupConfig,
  now: GroupSnapshot | undefined,
  { vrrp, who }: VrrpDump,
): readonly string[] {
  const { name, members, tracking, notify } = group;
  const states = new Map(vrrp.instances.map((it) => [it.name, it.state]));
  const initial = members.filter((member) => states.get(member) === "INIT").length;
  const lists = [
    ["Tracked interfaces :", tracking.interfaces],
    ["Tracked scripts :", tracking.scripts],
    ["Tracked files :", tracking.files],
    ["Tracked processes :", tracking.processes],
    ["Tracked BFDs :", tracking.bfdInstances],
  ] as const;
  const scripts = [
    ["Backup", notify.backup],
    ["Master", notify.active],
    ["Fault", notify.fault],
    ["Stop", notify.stop],
    ["Generic", notify.any],
  ] as const;
  return [
    ` VRRP Sync Group = ${name}, ${now?.state ?? "INIT"}`,
    ...[
      `Num member fault ${now?.faulty.length ?? 0}, num member init ${initial}`,
      "VRRP member instances :",
      ...members.map((member) => `  ${member}`),
      ...(group.trackingWeight ? ["sync group tracking weight set"] : []),
      `Using smtp notification = ${yesNo(group.smtpAlert)}`,
      ...lists.flatMap(([title, entries]) =>
        entries.length === 0 ? [] : [
          title,
          ...entries.map((it) => `  ${it.name} ${weightWords(it)}`),
        ]
      ),
      ...scripts.flatMap(([title, command]) =>
        command === undefined ? [] : [`${title} state transition script = ${script(command, who)}`]
      ),
    ].map((line) => `   ${line}`),
  ];
}
