import type { Command, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { InstanceSnapshot, VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";
import { addressWords } from "./address_words.ts";
import { routeWords } from "./route_words.ts";
import { ruleWords } from "./rule_words.ts";
import { enabled, pointOfTime, script, weightWords, type WhoRuns, yesNo } from "./words.ts";

/** One instance: what is configured, and what it is. */
export type InstancePair = {
  readonly config: VrrpInstanceConfig;
  readonly now: InstanceSnapshot;
};

/** What an instance's paragraph needs of the process. */
export type Surroundings = { readonly vrrp: VrrpSnapshot; readonly who: WhoRuns };

/** The paragraph of one instance under `VRRP Topology`. */
export function instanceData(pair: InstancePair, around: Surroundings): readonly string[] {
  return [
    ` VRRP Instance = ${pair.config.name}`,
    ...[
      ...stateOf(pair),
      ...placeOf(pair, around.vrrp),
      ...announcementOf(pair.config),
      ...electionOf(pair),
      ...authenticationOf(pair.config),
      ...heldOf(pair, around.vrrp),
      ...trackedOf(pair.config),
      ...noticesOf(pair.config, around.who),
    ].map((line) => `   ${line}`),
  ];
}

function stateOf({ config, now }: InstancePair): readonly string[] {
  const { master, faults } = now;
  const flags = flagsOf(config);
  const own = faults.filter(({ reason }) => !reason.startsWith("group "));
  return [
    `VRRP Version = ${config.version}`,
    ...(now.group === undefined ? [] : [`Sync group = ${now.group}`]),
    ...(config.family === 6 ? ["Using Native IPv6"] : []),
    `State = ${now.state}`,
    ...(master === undefined ? [] : [
      `Master router = ${master.address}`,
      `Master priority = ${master.priority}`,
      `Master advert int = ${master.advertisementIntervalS.toFixed(2)} sec`,
    ]),
    ...(flags.length === 0 ? ["Flags: none"] : ["Flags:", ...flags.map((flag) => `  ${flag}`)]),
    `Wantstate = ${now.waitsForGroup ? "MASTER" : now.state}`,
    "Number of config faults = 0",
    `Number of interface and track script faults = ${own.length}`,
    `Number of track scripts init = ${now.waitsFor.length}`,
    ...faults.map(({ text }) => `Fault = ${text}`),
    `Last transition = ${pointOfTime(now.changedAt)}`,
    `Read timeout = ${readTimeoutOf(now)}`,
    `Master down timer = ${downTimerUs(config, now)} usecs`,
  ];
}

function flagsOf({ unicast }: VrrpInstanceConfig): readonly string[] {
  return unicast === undefined ? [] : ["Using unicast"];
}

function readTimeoutOf({ timers }: InstanceSnapshot): string {
  const at = timers.takesOverAt ?? timers.advertisesAt;
  return at === undefined ? "DISABLED" : pointOfTime(at);
}

/** RFC 9568 §6.1, with the interval of the master where there is one. */
function downTimerUs({ downTimerAdverts }: VrrpInstanceConfig, now: InstanceSnapshot): number {
  const intervalS = now.master?.advertisementIntervalS ?? now.advertisementIntervalS;
  const skewS = (256 - now.priority.effective) * intervalS / 256;
  return Math.floor(1_000_000 * (downTimerAdverts * intervalS + skewS));
}

function placeOf({ config, now }: InstancePair, vrrp: VrrpSnapshot): readonly string[] {
  const { vmac, ipvlan, sourceAddress, unicast, multicastGroup } = config;
  const { device, interface: base } = now;
  const link = vrrp.interfaces.find(({ name }) => name === device);
  const kind = vmac !== undefined ? "VMAC" : "IPVLAN";
  const onBase = vmac?.transmitOnBase === true;
  const transmits = vmac === undefined ? "" : `, xmit_base = ${onBase}`;
  return [
    ...(device === undefined
      ? []
      : [`Use ${kind}, i/f name ${device}, is_up = ${link?.running === true}${transmits}`]),
    ...(config.vmacAddresses ? ["Use VMAC for VIPs on other interfaces"] : []),
    device === undefined
      ? `Interface = ${base ?? "(none)"}`
      : `Interface = ${device}, ${ipvlan === undefined ? "vmac" : "ipvlan"} on ${base}${
        onBase ? ", xmit base i/f" : ""
      }`,
    ...(config.trackPrimary ? [] : ["VRRP interface tracking disabled"]),
    ...(config.skipAddressCheck ? ["Skip checking advert IP addresses"] : []),
    ...(config.strict ? ["Enforcing strict VRRP compliance"] : []),
    `Using src_ip = ${now.sourceAddress ?? sourceAddress ?? "(none)"}${
      sourceAddress === undefined ? "" : " (from configuration)"
    }`,
    ...(unicast === undefined
      ? [`Multicast address ${multicastGroup}${groupPlace(config, vrrp)}`]
      : []),
  ];
}

/** The C daemon says on which interface an IPv6 group is. */
function groupPlace({ family, interface: base }: VrrpInstanceConfig, vrrp: VrrpSnapshot): string {
  const index = vrrp.interfaces.find(({ name }) => name === base)?.index;
  return family === 4 || index === undefined ? "" : `, ifindex ${index}`;
}

function announcementOf({ announcement: it, ...config }: VrrpInstanceConfig): readonly string[] {
  const s = (us: number) => us / 1_000_000;
  return [
    `Gratuitous ARP delay = ${s(it.delayUs)}`,
    `Gratuitous ARP repeat = ${it.repeat}`,
    `Gratuitous ARP refresh = ${s(it.refreshUs)}`,
    `Gratuitous ARP refresh repeat = ${it.refreshRepeat}`,
    `Gratuitous ARP lower priority delay = ${s(it.lowerPriorityDelayUs)}`,
    `Gratuitous ARP lower priority repeat = ${it.lowerPriorityRepeat}`,
    `Down timer adverts = ${config.downTimerAdverts}`,
    `Send advert after receive lower priority advert = ${!config.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${config.higherPrioritySendAdvert}`,
  ];
}

function electionOf({ config, now }: InstancePair): readonly string[] {
  const { base, effective, tracked } = now.priority;
  const interval = (s: number) =>
    config.version === 2 ? `${s} sec` : `${Math.round(1000 * s)} milli-sec`;
  return [
    `Virtual Router ID = ${config.virtualRouterId}`,
    `Priority = ${base}`,
    `Effective priority = ${effective}`,
    `Total priority = ${base === 255 ? base : base + tracked}`,
    `Advert interval = ${interval(now.advertisementIntervalS)}`,
    ...(config.version === 3 && now.master !== undefined
      ? [`Master advert interval = ${interval(now.master.advertisementIntervalS)}`]
      : []),
    `Accept = ${enabled(config.accept)}`,
    `Preempt = ${enabled(config.preempt)}`,
    ...(config.preemptDelayUs === 0
      ? []
      : [`Preempt delay = ${config.preemptDelayUs / 1_000_000} secs`]),
    `Promote_secondaries = ${enabled(config.promoteSecondaries)}`,
  ];
}

function authenticationOf(config: VrrpInstanceConfig): readonly string[] {
  const { authentication, hmac, version } = config;
  return [
    ...(version === 2 ? authenticationWords[authentication.kind] : []),
    ...(hmac === undefined ? [] : [
      `HMAC authentication = ${hmac.mode}, anti-replay ${hmac.antiReplay}, time window ${
        hmac.timeWindowUs / 1_000_000
      } sec`,
      `  Keys = ${hmac.keys.map(({ id }) => id).join(" ")}, active = ${hmac.activeKey}`,
    ]),
    ...(config.receiveBufferBytes === undefined
      ? []
      : [`Kernel rx buffer size = ${config.receiveBufferBytes}`]),
    ...(config.debug === 0 ? [] : [`Debug level = ${config.debug}`]),
  ];
}

const authenticationWords = {
  none: ["Authentication type = none"],
  pass: ["Authentication type = SIMPLE_PASSWORD", "Password = ********"],
  ah: ["Authentication type = IPSEC_AH"],
} as const;

function heldOf({ config, now }: InstancePair, vrrp: VrrpSnapshot): readonly string[] {
  const { addresses, excludedAddresses, unicast, routes, rules } = config;
  const words = addressLines({ config, now }, vrrp);
  const listed = words.slice(0, addresses.length);
  const excluded = words.slice(addresses.length);
  const channel = vrrp.channels.find(({ instances }) => instances.includes(now.name));
  return [
    `Virtual IP (${addresses.length}):`,
    ...listed.map((line) => `  ${line}`),
    ...(excludedAddresses.length === 0 ? [] : ["Virtual IP Excluded :"]),
    ...excluded.map((line) => `  ${line}`),
    ...(unicast === undefined ? [] : [
      ...(unicast.ttl === undefined ? [] : [`Unicast TTL = ${unicast.ttl}`]),
      `Check unicast src : ${yesNo(unicast.checkSource)}`,
      "Unicast Peer :",
      ...unicast.peers.map((it) => `  ${it.address} min_ttl ${it.minTtl} max_ttl ${it.maxTtl}`),
      `Unicast checksum compatibility = ${checksumWords[unicast.oldChecksum]}`,
    ]),
    ...(channel === undefined
      ? []
      : [`fd_in ${channel.receivers[0] ?? -1}, fd_out ${channel.senders[0] ?? -1}`]),
    ...(routes.length === 0 ? [] : ["Virtual Routes :"]),
    ...routes.map((route) => `  ${routeWords(route)}`),
    ...(rules.length === 0 ? [] : ["Virtual Rules :"]),
    ...rules.map((rule) => `  ${ruleWords(rule)}`),
  ];
}

const checksumWords = { detect: "no", always: "yes", never: "never" } as const;

/** The addresses of an instance in the words of the C daemon: those in advertisements first, then the others. */
export function addressLines({ config, now }: InstancePair, vrrp: VrrpSnapshot): readonly string[] {
  return [...config.addresses, ...config.excludedAddresses].map((address, i) => {
    const held = now.held[i];
    const dev = held?.interface ?? address.interface;
    const below = vrrp.interfaces.find(({ name, own }) => own && name === dev)?.below;
    const facts = { present: held?.present === true, below };
    return addressWords({ ...address, interface: dev }, facts);
  });
}

/** The lists of an instance; those of its group are the group's. */
const trackedLists = [
  ["Tracked interfaces :", "interfaces", ""],
  ["Tracked scripts :", "scripts", ""],
  ["Tracked files :", "files", ","],
  ["Tracked processes :", "processes", ","],
  ["Tracked BFDs :", "bfdInstances", ":"],
] as const;

function trackedOf({ tracking }: VrrpInstanceConfig): readonly string[] {
  return trackedLists.flatMap(([title, list, separator]) =>
    tracking[list].length === 0 ? [] : [
      title,
      ...tracking[list].map((it) => `  ${it.name}${separator} ${weightWords(it)}`),
    ]
  );
}

function noticesOf(config: VrrpInstanceConfig, who: WhoRuns): readonly string[] {
  const { notify } = config;
  const one = (title: string, command: Command | undefined) =>
    command === undefined ? [] : [`${title} state transition script = ${script(command, who)}`];
  return [
    `Using smtp notification = ${yesNo(config.smtpAlert)}`,
    `Notify deleted = ${config.notifyDeleted ? "Deleted" : "Fault"}`,
    ...one("Backup", notify.backup),
    ...one("Master", notify.active),
    ...one("Fault", notify.fault),
    ...one("Stop", notify.stop),
    ...one("Deleted", notify.deleted),
    ...one("Generic", notify.any),
    ...one("Master rx lower pri", notify.lowerPriorityReceived),
    ...one("Contested", notify.contested),
    `Notify priority changes = ${config.notifyPriorityChanges}`,
  ];
}
