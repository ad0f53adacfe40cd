import type { GarpGroupConfig, InterfaceDelay } from "@keepalived/keepalived-config";
import type { InterfaceSnapshot } from "../snapshot/interface_snapshot.ts";
import type { VrrpDump } from "./topology_data.ts";
import { head, weightWords } from "./words.ts";

/** The section `Interfaces`. */
export function interfaceData(dump: VrrpDump): readonly string[] {
  return [
    head("Interfaces"),
    ...dump.vrrp.interfaces.flatMap((it) => [
      ` Name = ${it.name}`,
      ...linesOf(it, dump).map((line) => `   ${line}`),
    ]),
  ];
}

/** `ARPHRD_*` */
const hardware: Readonly<Record<number, string>> = {
  1: "ETHERNET",
  32: "INFINIBAND",
  772: "LOOPBACK",
};

function linesOf(it: InterfaceSnapshot, { config, vrrp }: VrrpDump): readonly string[] {
  const delay = delayOf(config.interfaceDelays, it);
  const group = config.garpGroups.findIndex(({ interfaces }) => interfaces.includes(it.name));
  const below = vrrp.interfaces.find(({ name }) => name === it.below);
  const counts = it.countsAsUp === it.running;
  return [
    `index = ${it.index}`,
    `IPv4 address = ${it.ipv4 ?? "(none)"}`,
    `IPv6 address = ${it.ipv6 ?? "(none)"}`,
    ...(it.loopback || it.mac === undefined
      ? []
      : [`MAC = ${it.mac}`, `MAC broadcast = ${it.broadcastMac ?? "(none)"}`]),
    `State = ${stateOf(it)}`,
    `Delayed state change running = ${!counts}`,
    `Up debounce timer = ${delay?.upUs ?? 0}us`,
    `Down debounce timer = ${delay?.downUs ?? 0}us`,
    ...(below === undefined ? [] : [
      `${
        it.kind === "ipvlan" ? "IPVLAN" : "VMAC type private"
      }, underlying interface = ${below.name}, state = ${stateOf(below)}`,
    ]),
    ...(it.own ? ["I/f created by keepalived"] : []),
    ...(config.global.dynamicInterfaces === "allow-changes" && !it.own && !it.loopback
      ? ["Interface type/base can be changed"]
      : []),
    ...(it.vrf === undefined ? [] : [`VRF master = ${it.vrf}`]),
    `MTU = ${it.mtu ?? 0}`,
    `HW Type = ${hardware[it.hardwareType] ?? "UNKNOWN"}`,
    "NIC netlink status update",
    ...gapsOf(config.garpGroups[group], group),
    ...usersOf(it, vrrp),
  ];
}

function stateOf(it: InterfaceSnapshot): string {
  return [
    it.up ? "UP" : "DOWN",
    it.running ? "RUNNING" : "no link",
    ...(it.broadcast ? [] : ["no broadcast"]),
    ...(it.loopback ? ["loopback"] : []),
    ...(it.pointToPoint ? ["point to point"] : []),
    ...(it.arp ? [] : ["no arp"]),
    ...(it.multicast ? [] : ["no multicast"]),
  ].join(", ");
}

function delayOf(
  delays: readonly InterfaceDelay[],
  it: InterfaceSnapshot,
): InterfaceDelay | undefined {
  return delays.find((delay) => delay.interface === it.name) ??
    delays.find((delay) => delay.interface === it.below);
}

function gapsOf(group: GarpGroupConfig | undefined, index: number): readonly string[] {
  if (group === undefined) return [];
  const ms = (us: number) => `${us / 1000}ms`;
  return [
    ...(group.garpIntervalUs === 0 ? [] : [`Gratuitous ARP interval ${ms(group.garpIntervalUs)}`]),
    ...(group.gnaIntervalUs === 0 ? [] : [`Gratuitous NA interval ${ms(group.gnaIntervalUs)}`]),
    ...(group.interfaces.length < 2 ? [] : [`Gratuitous ARP aggregation group ${index + 1}`]),
  ];
}

/** Instances on it, which need it, and those that track it. */
function usersOf(it: InterfaceSnapshot, { instances }: VrrpDump["vrrp"]): readonly string[] {
  const lines = instances.flatMap(({ name, tracked }) => {
    const entry = tracked.find((one) => one.kind === "interface" && one.name === it.name);
    if (entry !== undefined) return [`  ${name}, ${weightWords(entry)}`];
    return it.usedBy.includes(name) ? [`  ${name}, weight 0`] : [];
  });
  return lines.length === 0 ? [] : ["Tracking VRRP instances :", ...lines];
}
