/** What the rows of the VRRP process and of BFD need to be tried. */
import type { Ledger } from "./keyword_ledger.ts";

const KEY = "0123456789abcdef0123456789abcdef";

/** Blocks of their own, so that lists have something to name. */
const DEFINITIONS = `
vrrp_script S {
script /bin/true
}
track_file F {
file /tmp/f
}
vrrp_track_process P {
process nginx
}
bfd_instance B1 {
neighbor_ip 10.0.9.9
}
`;

/** What a block cannot be without, by keyword; a statement for one of these words takes its place. */
const NEEDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  vrrp_instance: {
    interface: "eth0",
    virtual_router_id: "7",
    virtual_ipaddress: "{\n10.0.0.1\n}",
  },
  "vrrp_instance/authentication": { auth_type: "PASS", auth_pass: "secret" },
  "vrrp_instance/auth_hmac": { key: `1 ${KEY}`, active_key: "1" },
  vrrp_sync_group: { group: "{\nA\nB\n}" },
  track_group: {},
  garp_group: { garp_interval: "1", gna_interval: "1", interfaces: "{\neth1\n}" },
  vrrp_script: { script: "/bin/true" },
  vrrp_track_process: { process: "nginx" },
  track_file: { file: "/tmp/f" },
  vrrp_track_file: { file: "/tmp/f" },
  bfd_instance: { neighbor_ip: "10.0.0.2" },
};

/** What a keyword has no effect without. */
const HELPERS: Readonly<Record<string, string>> = {
  accept: "strict_mode",
  check_unicast_src: "unicast_peer {\n10.0.0.2\n}",
  old_unicast_checksum: "unicast_peer {\n10.0.0.2\n}",
  preempt: "nopreempt",
  thread_timer_expired: "nopreempt",
  timer_expired_backup: "nopreempt",
  unicast_ttl: "unicast_peer {\n10.0.0.2\n}",
  vmac_xmit_base: "use_vmac",
};

/** Keywords that take the place of another. */
const INSTEAD: Readonly<Record<string, string>> = { neighbour_ip: "neighbor_ip" };

function file(block: string, statements: string): string {
  if (block === "root") return statements;
  const keyword = /^(?:# )?(\S+)/.exec(statements)?.[1] ?? "";
  const needs = Object.entries(NEEDS[block] ?? {})
    .filter(([name]) => name !== (INSTEAD[keyword] ?? keyword))
    .map(([name, value]) => `${name} ${value}`);
  const lines = [...needs, HELPERS[keyword] ?? "", statements].join("\n");
  const [outer = "", inner] = block.split("/");
  const own = inner === undefined ? lines : `${everyNeed(outer)}${inner} {\n${lines}\n}`;
  const name = outer === "garp_group" ? "" : "T";
  return `${DEFINITIONS}${outer} ${name} {\n${own}\n}\n${instance("A", 1)}${instance("B", 2)}`;
}

function everyNeed(block: string): string {
  return Object.entries(NEEDS[block] ?? {}).map(([name, value]) => `${name} ${value}\n`).join("");
}

/** A plain instance. */
function instance(name: string, id: number): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\n` +
    `virtual_ipaddress {\n10.0.1.${id}\n}\n}\n`;
}

type Line = { readonly block: string; readonly statement: string };

const inInstance = (statement: string): Line => ({ block: "vrrp_instance", statement });
const inHmac = (statement: string): Line => ({ block: "vrrp_instance/auth_hmac", statement });
const route = (line: string): Line => inInstance(`virtual_routes {\n${line}\n}`);
const rule = (line: string): Line => inInstance(`virtual_rules {\n${line}\n}`);

/** A static route or rule that is tied to a group. */
function tied(list: "static_routes" | "static_rules", line: string): Line {
  const group = `track_group G {\ngroup {\nA\n}\n}\n${instance("A", 1)}`;
  return { block: "root", statement: `${list} {\n${line}\n}\n${group}` };
}

/** One statement for several words of a block, which are parted by blanks. */
function words(block: string, names: string, line: Line): Readonly<Record<string, Line>> {
  return Object.fromEntries(names.split(" ").map((name) => [`${block} ${name}`, line]));
}

const V4 = "10.1.0.0/24 dev eth0";
const V6 = "2001:db8::/64 dev eth0";
const FROM = "from 10.0.0.1 preference 5";

const ROUTE_WORDS = {
  "route-line DESTINATION": route(V4),
  "route-line track_group": tied("static_routes", `${V4} {} G`),
  "route-line/DESTINATION": route("{} dev eth0"),
  "route-line/pref": route(`${V6} pref {}`),
  "route-line/features": route(`${V4} features {}`),
  ...words("route-line", "src via gw or", route(`${V4} {} 10.0.0.1`)),
  ...words("route-line", "dev oif vrf", route("10.1.0.0/24 {} eth1")),
  ...words("route-line", "table", route(`${V4} {} main`)),
  ...words("route-line", "scope", route(`${V4} {} link`)),
  ...words("route-line", "protocol", route(`${V4} no_track {} static`)),
  ...words("route-line", "metric priority preference hoplimit window", route(`${V4} {} 5`)),
  ...words("route-line", "initcwnd initrwnd tos dsfield realms", route(`${V4} {} 5`)),
  ...words("route-line", "mtu advmss reordering cwnd ssthresh", route(`${V4} {} lock 1400`)),
  ...words("route-line", "rtt rttvar rto_min", route(`${V4} {} lock 250ms`)),
  ...words("route-line", "congctl", route(`${V4} {} lock cubic`)),
  ...words("route-line", "features", route(`${V4} {} ecn`)),
  ...words("route-line", "quickack fastopen_no_cookie", route(`${V4} {} 1`)),
  ...words("route-line", "ttl-propagate", route(`${V4} {} enabled`)),
  ...words("route-line", "pref", route(`${V6} {} low`)),
  ...words("route-line", "expires", route(`${V6} {} 60`)),
  ...words("route-line", "from", route(`${V6} {} 2001:db8:1::/64`)),
  ...words("route-line", "inet6", route(`${V6} {}`)),
  ...words("route-line", "inet onlink add prepend append no_track", route(`${V4} {}`)),
  ...words("route-line", "encap", route(`${V4} {} ip id 5`)),
  ...words("route-line", "nexthop", route("10.1.0.0/24 {} via 10.0.0.1 dev eth0")),
  ...words("route-line", "weight", route("10.1.0.0/24 nexthop via 10.0.0.1 {} 5")),
  ...words("route-line", "lock", route(`${V4} mtu {} 1400`)),
  ...words("route-line", "as", route(`${V4} {} to 10.0.0.1`)),
  ...words("route-line", "to unicast local broadcast multicast", route(`{} ${V4}`)),
  ...words("route-line", "throw unreachable prohibit blackhole nat", route(`{} ${V4}`)),
  ...words("route-line/encap", "ip ip6", route(`${V4} encap {} id 5`)),
  ...words("route-line/encap", "mpls", route(`${V4} encap {} 100/200`)),
  ...words("route-line/encap", "ila", route(`${V4} encap {} 1:2:3:4`)),
  ...words("route-line/encap", "id flags tos ttl", route(`${V4} encap ip id 5 {} 6`)),
  ...words("route-line/encap", "tc hoplimit", route(`${V4} encap ip6 id 5 {} 6`)),
  ...words("route-line/encap", "dst src", route(`${V4} encap ip id 5 {} 10.0.0.1`)),
};

const RULE_WORDS = {
  "rule-line track_group": tied("static_rules", `${FROM} table 5 iif eth0 {} G`),
  ...words("rule-line", "from to", rule("{} 10.0.0.1 table 5 preference 5")),
  ...words("rule-line", "table lookup", rule(`${FROM} {} 5`)),
  ...words("rule-line", "preference order priority", rule("from 10.0.0.1 table 5 {} 5")),
  ...words("rule-line", "tos dsfield realms tunnel-id", rule(`${FROM} table 5 {} 4`)),
  ...words("rule-line", "suppress_prefixlength sup_pl", rule(`${FROM} table 5 {} 4`)),
  ...words("rule-line", "suppress_ifgroup sup_group", rule(`${FROM} table 5 {} 4`)),
  ...words("rule-line", "fwmark", rule(`${FROM} table 5 {} 0x4/0xff`)),
  ...words("rule-line", "iif oif dev", rule(`${FROM} table 5 {} eth0`)),
  ...words("rule-line", "uidrange sport dport", rule(`${FROM} table 5 {} 4-5`)),
  ...words("rule-line", "ipproto ip_proto", rule(`${FROM} table 5 {} udp`)),
  ...words("rule-line", "protocol", rule(`${FROM} table 5 {} 18`)),
  ...words("rule-line", "goto", rule(`${FROM} {} 10`)),
  ...words("rule-line", "type", rule(`${FROM} {} blackhole`)),
  ...words("rule-line", "l3mdev nop blackhole prohibit unreachable", rule(`${FROM} {}`)),
  ...words("rule-line", "not inet no_track", rule(`${FROM} table 5 {}`)),
  ...words("rule-line", "inet6", rule("{} table 5 preference 5")),
};

const OTHER_WORDS = {
  linkbeat_interfaces: {
    block: "root",
    statement: "linkbeat_interfaces {\neth0 MII\neth1 ETHTOOL\neth2 IOCTL\n}",
  },
  "vrrp_instance/state": inInstance("state {}"),
  "vrrp_instance/authentication/auth_type": {
    block: "vrrp_instance/authentication",
    statement: "auth_type {}",
  },
  "vrrp_instance/auth_hmac/mode": inHmac("mode {}"),
  "vrrp_instance/auth_hmac/anti_replay": inHmac("anti_replay {}"),
  "vrrp_instance/auth_hmac/key hex:": inHmac(`key 2 hex:${KEY}${KEY}`),
  "vrrp_instance/auth_hmac/key file:": inHmac("key 2 file:/etc/key"),
  "vrrp_instance/use_vmac name": inInstance("use_vmac {} v0"),
  "vrrp_instance/use_vmac MAC": inInstance("use_vmac v0 02:00:00:00:01"),
  "vrrp_instance/use_vmac netlink_notify_msg": inInstance("use_vmac v0 {}"),
  "vrrp_instance/use_vmac group": inInstance("use_vmac v0 {} 5"),
  "vrrp_instance/use_ipvlan name": inInstance("use_ipvlan {} v0 10.0.0.9"),
  "vrrp_instance/use_ipvlan IP": inInstance("use_ipvlan v0 10.0.0.9/24"),
  "vrrp_instance/use_ipvlan": inInstance("use_ipvlan v0 10.0.0.9 {}"),
  "vrrp_instance/use_ipvlan group": inInstance("use_ipvlan v0 10.0.0.9 {} 5"),
  "vrrp_instance/unicast_peer": inInstance("unicast_peer {\n10.0.0.2 {} 5\n}"),
  "track-entry weight": inInstance("track_script {\nS {} 5\n}"),
  "track-entry": inInstance("track_script {\nS weight 5 {}\n}"),
  "vrrp_script/weight": { block: "vrrp_script", statement: "weight 5 {}" },
  "vrrp_track_process/weight": { block: "vrrp_track_process", statement: "weight 5 {}" },
  "vrrp_track_process/param_match": { block: "vrrp_track_process", statement: "param_match {}" },
  "track_file/weight": { block: "track_file", statement: "weight 5 {}" },
  "track_file/init_file": { block: "track_file", statement: "init_file 5 {}" },
  "bfd_instance/weight": { block: "bfd_instance", statement: "weight 5 {}" },
};

function limits(low: number, high: number) {
  return { low: `${low}`, below: `${low - 1}`, high: `${high}`, above: `${high + 1}` };
}

function trackRange(block: string, list: string, name: string, most: number, beyond: number) {
  return {
    block,
    statement: `${list} {\n${name} weight {}\n}`,
    low: `${-most}`,
    below: `${-beyond}`,
    high: `${most}`,
    above: `${beyond}`,
  };
}

const TRACK_RANGES = ["vrrp_instance", "vrrp_sync_group"].flatMap((block) => [
  trackRange(block, "track_interface", "eth1", 253, 255),
  trackRange(block, "track_script", "S", 253, 255),
  trackRange(block, "track_bfd", "B1", 253, 254),
  trackRange(block, "track_file", "F", 254, 255),
  trackRange(block, "track_process", "P", 254, 255),
]);

const ROUTE_RANGES = [
  { ...route("10.1.0.0/24 nexthop via 10.0.0.1 weight {}"), ...limits(1, 256) },
  { ...route(`${V4} hoplimit {}`), ...limits(0, 255) },
  { ...route(`${V4} quickack {}`), ...limits(0, 1) },
  { ...route(`${V4} fastopen_no_cookie {}`), ...limits(0, 1) },
  ...["metric", "mtu", "advmss", "reordering", "window", "cwnd", "ssthresh", "initcwnd", "initrwnd"]
    .map((name) => ({ ...route(`${V4} ${name} {}`), ...limits(0, 4294967295) })),
  { ...route(`${V6} expires {}`), ...limits(0, 4294967295) },
  { ...route(`${V4} table {}`), ...limits(0, 4294967295) },
  { ...route(`${V4} tos {}`), ...limits(0, 255) },
  { ...route(`${V4} scope {}`), ...limits(0, 255) },
  { ...route(`${V4} no_track protocol {}`), ...limits(0, 255) },
  { ...route(`${V4} realms {}/5`), ...limits(0, 255) },
  { ...route(`${V4} encap mpls {}`), ...limits(0, 1048575) },
  { ...route(`${V4} encap ip id 5 flags {}`), ...limits(0, 65535) },
  { ...route(`${V4} encap ip id 5 ttl {}`), ...limits(0, 255) },
  { ...route(`${V4} rtt {}s`), ...limits(0, 960) },
  { ...route(`${V4} rttvar {}`), ...limits(0, 480000) },
  { ...route(`${V4} rto_min {}ms`), ...limits(0, 120000) },
  { ...rule(`${FROM} table {}`), ...limits(1, 4294967295) },
  { ...rule("from 10.0.0.1 table 5 preference {}"), ...limits(0, 4294967295) },
  { ...rule(`${FROM} table 5 suppress_prefixlength {}`), ...limits(0, 2147483647) },
  { ...rule(`${FROM} table 5 protocol {} no_track`), ...limits(0, 255) },
  { ...rule(`${FROM} table 5 fwmark {}`), ...limits(0, 4294967295) },
  { ...rule(`${FROM} table 5 ipproto {}`), ...limits(0, 254) },
  { ...rule(`${FROM} table 5 sport 0-{}`), low: "0", below: "x", high: "65535", above: "65536" },
  {
    ...rule(`${FROM} table 5 tunnel-id {}`),
    low: "0",
    below: "-1",
    high: "18446744073709551615",
    above: "18446744073709551616",
  },
];

export const VRRP: Ledger = {
  blocks: Object.keys(NEEDS),
  file,
  samples: {
    "vrrp_instance authentication": "{\nauth_type PASS\nauth_pass secret\n}",
    "vrrp_instance auth_hmac": `{\nkey 1 ${KEY}\nactive_key 1\n}`,
    "vrrp_instance/auth_hmac key": `1 ${KEY}`,
    "vrrp_instance/auth_hmac active_key": "1",
    "vrrp_instance/auth_hmac anti_replay": "monotonic",
    "vrrp_instance/auth_hmac mode": "permissive",
    "vrrp_instance use_ipvlan": "v0 10.0.0.9/24 vepa",
    "vrrp_instance use_vmac": "name v0 02:00:00:00:01:02 group 5",
    "vrrp_instance unicast_peer": "{\n10.0.0.2 min_ttl 5 max_ttl 9\n}",
    "vrrp_instance virtual_ipaddress": "{\n10.0.0.3\n}",
    "vrrp_instance virtual_ipaddress_excluded": "{\n10.0.0.3\n}",
    "vrrp_instance virtual_routes": `{\n${V4}\n}`,
    "vrrp_instance virtual_rules": `{\n${FROM} table 5\n}`,
    "vrrp_instance version": "3",
    "vrrp_sync_group group": "{\nA\n}",
    "track_group group": "{\nA\n}",
    "garp_group interfaces": "{\neth1 eth2\n}",
    track_interface: "{\neth1\n}",
    track_script: "{\nS\n}",
    track_file: "{\nF\n}",
    track_process: "{\nP\n}",
    track_bfd: "{\nB1\n}",
    init_file: "5 overwrite",
    "vrrp_script script": "/bin/false",
    "vrrp_track_process process": "nginx -g x",
    "bfd_instance source_ip": "10.0.0.9",
    "bfd_instance min_rx": "20",
    "bfd_instance min_tx": "20",
    "bfd_instance idle_tx": "2000",
  },
  defaults: {
    "vrrp_instance priority": "100",
    "vrrp_instance down_timer_adverts": "3",
    "vrrp_instance version": "2",
    "vrrp_instance/auth_hmac time_window": "5",
    "vrrp_instance/auth_hmac mode": "enforce",
    "vrrp_instance/auth_hmac anti_replay": "time",
    "vrrp_script timeout": "1",
    "vrrp_script weight": "0",
    "vrrp_track_process weight": "0",
    "track_file weight": "1",
    "vrrp_track_file weight": "1",
    "bfd_instance weight": "0",
    "bfd_instance ttl": "255",
    "bfd_instance hoplimit": "255",
  },
  silent: {
    "vrrp_instance native_ipv6": "the first address says the family",
    "vrrp_instance no_virtual_ipaddress": "it only keeps a message away",
    "vrrp_instance lvs_sync_daemon_interface": "lvs_sync_daemon has taken its place",
  },
  ranges: [
    ...TRACK_RANGES,
    ...ROUTE_RANGES,
    ...["min_ttl", "max_ttl"].map((name) => ({
      ...inInstance(`unicast_peer {\n10.0.0.2 ${name} {}\n}`),
      ...limits(0, 255),
    })),
    ...["track_file", "vrrp_track_file"].map((block) => ({
      block,
      statement: "init_file {}",
      ...limits(-2147483648, 2147483647),
    })),
    ...["{} 1", "1 {}"].map((delays) => ({
      block: "root",
      statement: `interface_up_down_delays {\neth0 ${delays}\n}`,
      low: "0",
      below: "-0.000001",
      high: "255",
      above: "255.000001",
    })),
  ],
  prose: {
    "vrrp_instance virtual_ipaddress": "instance_test.ts, hmac_test.ts",
    "vrrp_instance virtual_ipaddress_excluded": "instance_test.ts",
    "vrrp_instance use_vmac": "instance_test.ts",
    "vrrp_instance use_ipvlan": "instance_test.ts",
    "vrrp_instance mcast_dst_ip": "mistakes_test.ts",
    "vrrp_instance nopreempt": "instance_test.ts",
    "vrrp_instance authentication": "instance_test.ts",
    "vrrp_instance/authentication auth_pass": "instance_test.ts",
    "vrrp_sync_group group": "tracking/groups_test.ts",
    "bfd_instance source_ip": "tracking/definitions_test.ts",
  },
  words: { ...ROUTE_WORDS, ...RULE_WORDS, ...OTHER_WORDS },
};

/** Blocks whose rows are not tried yet. */
export const PENDING: readonly string[] = [];
