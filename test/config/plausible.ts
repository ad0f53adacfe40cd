import fc from "fast-check";
import { type Argument, type Keyword, ROOT, type Table } from "@keepalived/keepalived-config";

/**
 * Texts of configurations that mostly make sense: every keyword of every block from the keyword tables, with values in
 * range, names that exist, and what a block cannot be without.
 */
export const configurations: fc.Arbitrary<string> = fc.array(row(), { minLength: 3, maxLength: 14 })
  .chain((rows) => fc.tuple(...rows.map(statement))).map((all) => `${all.join("\n")}\n`);

/** A keyword outside all blocks, most of the time one of the two large ones. */
function row(): fc.Arbitrary<Keyword> {
  const rows = rowsOf(ROOT);
  const large = rows.filter(({ name }) => ["vrrp_instance", "virtual_server"].includes(name));
  return fc.oneof(fc.constantFrom(...rows), fc.constantFrom(...large));
}

/** Names of what can be referred to. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  vrrp_instance: ["A", "B", "C"],
  vrrp_sync_group: ["G", "H"],
  track_group: ["TG"],
  vrrp_script: ["S", "T"],
  track_script: ["S", "T", "missing"],
  track_file: ["F", "E"],
  vrrp_track_process: ["P", "Q"],
  track_process: ["P", "Q"],
  bfd_instance: ["X", "Y"],
  track_bfd: ["X", "Y"],
  virtual_server_group: ["V", "W"],
  track_interface: ["eth0", "eth1", "eth2"],
  linkbeat_interfaces: ["eth0", "eth1"],
  interface_up_down_delays: ["eth0", "eth1"],
  interfaces: ["eth0", "eth1"],
  group: ["A", "B", "C"],
  notification_email: ["a@example.com", "b@example.com"],
};

const one = (...all: readonly string[]) => fc.constantFrom(...all);
const four = one("10.0.0.1", "10.0.0.2", "10.1.0.3", "192.0.2.7");
const six = one("fe80::1", "2001:db8::a");
const anyAddress = fc.oneof({ weight: 6, arbitrary: four }, { weight: 1, arbitrary: six });
const prefix = fc.oneof(anyAddress, one("10.0.0.0/24", "192.0.2.0/25", "2001:db8::/32", "default"));
const device = one("eth0", "eth1", "eth2");

/** Values of words and of `rest` arguments, by what the table says they are. */
const TEXTS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "IFNAME": device,
  "IFNAME...": device,
  "N|NAME": one("7", "100", "0x20"),
  "IP[/LEN]": prefix,
  "[SRC/]DST": one("5", "6/7"),
  "N[s|ms]": one("300ms", "1.5s", "250"),
  "A-B": one("5-9", "7-7"),
  "N[/MASK]": one("16", "0x10/0xff"),
  "N": one("7", "99"),
  "low|medium|high": one("low", "medium", "high"),
  "host|link|site|global|N": one("host", "link", "77"),
  "IP|+|-": one("+", "-", "10.0.0.255"),
  "SECONDS|forever": one("0", "20", "forever"),
  "MTU|ADVERT|BYTES": one("MTU", "ADVERT", "5000"),
  "NETMASK|PREFIXLEN": one("24", "255.255.0.0", "64"),
  "MD5HEX": one("0123456789abcdef0123456789ABCDEF"),
  "DOMAIN": one("example.com", "."),
  "PATTERN": one("abc", '"a b"', '"x\\\\.y"', '"\\x22q"', '"#!{}"'),
  "VALUE": one("0123456789abcdef0123456789abcdef", `hex:${"ab".repeat(40)}`, "file:/k"),
  "PATH": one("/", "/a/b", '"/with blank"', '"/#{}"'),
  "STRING": one("secret", '"two words"', "x#y"),
  "BFD-INSTANCE": one("X", "Y"),
  "NAME": one("n1", '"n 2"'),
  "[tcp N] [tcpfin N] [udp N]": one("tcp 5", "udp 7 tcpfin 6"),
  "IFNAME [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group IP]": one(
    "eth0",
    "eth0 A id 7",
    "eth1 inst B maxlen 100 port 5 ttl 6 group 224.0.0.9",
  ),
  "CPU...": one("0", "1 3"),
  "OCTAL | IRUSR|IWGRP...": one("022", "IWGRP | IWOTH"),
  "[+|-]read|match|wildcard_match|brace_match": one("+read"),
  "[[name] IFNAME] [MAC] [netlink_notify_msg] [group G]": one(
    "",
    "v0",
    "name v1 02:00:00:00:01:02 group 5",
    "02:00:00:00:01 netlink_notify_msg",
  ),
  "[[name] IFNAME] [IP] [bridge|private|vepa] [group G]": one("v2 10.0.0.9/24 vepa", "10.0.0.9"),
  "SET4 [SET6 [SETIF6 [IGMP [MLD [ND]]]]]": one("a b", "a"),
  "CMD [ARG...]": one("redis", "haproxy -f /etc/x", '"a b" c'),
  "[VALUE] [overwrite]": one("", "5", "overwrite", "-3 overwrite"),
  "type ipip|gue port N|gre nocsum|csum|remcsum": one(
    "",
    "type gre csum",
    "type gue port 5 remcsum",
  ),
  "CODE|LOW-HIGH ...": one("200", "200-299 404"),
  "OPTION ...": one("caseless", "caseless dotall"),
  "HEXSTRING": one("00ff", "0a 1b"),
  "[IP...]": one("10.0.0.1", "10.0.0.1 2001:db8::1", "nonsense"),
  "IP [PORT] | fwmark N | group NAME": one(
    "10.9.0.1 80",
    "10.9.0.2 443",
    "10.9.0.3",
    "2001:db8::9 80",
    "fwmark 5",
    "group V",
    "group W",
  ),
};

/** What a block is worth nothing without. */
const NEEDED: Readonly<Record<string, fc.Arbitrary<string>>> = {
  vrrp_instance: fc.tuple(device, fc.integer({ min: 1, max: 255 }), four).map((
    [dev, id, address],
  ) => `interface ${dev}\nvirtual_router_id ${id}\nvirtual_ipaddress {\n${address} dev ${dev}\n}`),
  vrrp_script: one("script /bin/true", 'script "/bin/a b \\"c\\""', "script </etc/hosts"),
  track_file: one("file /f"),
  vrrp_track_process: one("process redis"),
  bfd_instance: one("neighbor_ip 10.0.0.8", "neighbor_ip 10.0.0.9", "neighbor_ip fe80::8"),
  track_group: one("group {\nA\nB\n}"),
  vrrp_sync_group: one("group {\nA\nB\n}", "group {\nC\n}"),
  virtual_server: one(
    "protocol TCP\nlvs_sched rr\nlvs_method NAT\nreal_server 10.2.0.1 80 {\nTCP_CHECK {\n}\n}",
    "protocol UDP\nlvs_sched sh\nlvs_method TUN\nreal_server 10.2.0.2 {\n}",
  ),
  virtual_server_group: one("10.9.1.1 80", "10.9.1.1-9 80\n10.9.2.0/24 81", "fwmark 7\nfwmark 8"),
  HTTP_GET: one("url {\n}"),
  SSL_GET: one("url {\n}", "enable_sni\nurl {\nvirtualhost a.example\n}\nurl {\n}"),
  MISC_CHECK: one("misc_path /bin/true", 'misc_path "/bin/x y"'),
  FILE_CHECK: one("track_file F"),
  BFD_CHECK: one("name X"),
  authentication: one("auth_type PASS\nauth_pass abc", "auth_type AH\nauth_pass abc"),
  auth_hmac: one(`key 7 hex:${"cd".repeat(32)}\nactive_key 7`),
  garp_group: one("garp_interval 0.5"),
};

function rowsOf(table: Table): readonly Keyword[] {
  return table.kind === "keywords" ? table.keywords : [];
}

function statement(row: Keyword): fc.Arbitrary<string> {
  const head = headOf(row);
  const { block } = row;
  if (block === undefined) return head;
  if (block.kind === "lines") {
    const line = lineOf(row.name, block.words ?? []);
    return fc.array(line, { maxLength: 3 }).map((lines) =>
      [`${row.name} {`, ...lines, "}"].join("\n")
    );
  }
  const inner = fc.array(fc.constantFrom(...block.keywords), { maxLength: 7 })
    .chain((rows) => fc.tuple(...rows.map(statement)));
  const needed = NEEDED[row.aliasOf ?? row.name] ?? fc.constant("");
  return fc.tuple(head, needed, inner).map(([line, first, others]) =>
    [`${line} {`, first, ...others, "}"].join("\n")
  );
}

/** The keyword with its arguments. */
function headOf(row: Keyword): fc.Arbitrary<string> {
  const names = NAMES[row.aliasOf ?? row.name];
  const values = row.arguments.map((argument, i) =>
    i === 0 && row.block !== undefined && argument.kind === "word" && names !== undefined
      ? one(...names)
      : optionalOf(argument)
  );
  return fc.tuple(...values).map((words) =>
    [row.name, ...words].filter((word) => word !== "").join(" ")
  );
}

function lineOf(keyword: string, words: readonly Keyword[]): fc.Arbitrary<string> {
  const options = words.length === 0
    ? fc.constant<readonly string[]>([])
    : fc.array(fc.constantFrom(...words), { maxLength: 4 })
      .chain((rows) => fc.tuple(...rows.map((row) => headOf(row))));
  const first = /ipaddress/.test(keyword)
    ? fc.oneof(anyAddress, one("10.3.0.1/24", "2001:db8::1/64"))
    : keyword === "unicast_peer"
    ? one("10.0.0.8", "10.0.0.9", "fe80::9")
    : /routes/.test(keyword)
    ? one(
      "10.4.0.0/16",
      "blackhole 10.5.0.0/16",
      "default",
      "inet6 default",
      "2001:db8:1::/48 dev eth0",
    )
    : /rules/.test(keyword)
    ? one("from 10.6.0.0/16 table 5", "to 10.7.0.1 lookup 6 preference 99", "fwmark 5 blackhole")
    : keyword === "interface_up_down_delays"
    ? one("eth0 0.5", "eth1 0.25 1")
    : one(...NAMES[keyword] ?? ["x"]);
  return fc.tuple(first, options).map(([head, others]) => [head, ...others].join(" "));
}

function optionalOf(argument: Argument): fc.Arbitrary<string> {
  const value = valueOf(argument);
  return argument.optional === true ? fc.oneof(value, fc.constant("")) : value;
}

function valueOf(argument: Argument): fc.Arbitrary<string> {
  switch (argument.kind) {
    case "integer": {
      const { min, max } = argument;
      return fc.oneof(
        fc.integer({ min, max: Math.min(max, min + 300) }),
        fc.integer({ min: Math.max(min, 0), max: Math.max(0, Math.min(max, 20)) }),
        fc.constant(max),
      ).map(String);
    }
    case "seconds": {
      const places = argument.decimals ? argument.places ?? 6 : 0;
      const scale = 10 ** places;
      const [least, most] = [Math.ceil(argument.min * scale), Math.floor(argument.max * scale)];
      return fc.oneof(
        fc.integer({ min: least, max: Math.min(most, least + 5 * scale) }),
        fc.integer({ min: 1, max: 3 }).map((whole) =>
          Math.max(least, Math.min(most, whole * scale))
        ),
      ).map((value) => (value / scale).toFixed(places));
    }
    case "boolean":
      return one("on", "off");
    case "choice":
      return one(...argument.of);
    case "address":
      return argument.multicast === true
        ? argument.family === 6 ? one("ff02::5") : one("224.0.0.5", "239.1.1.1")
        : argument.family === 6
        ? six
        : argument.family === 4
        ? four
        : anyAddress;
    case "command":
      return one("/bin/true", '"/bin/a b"', `"/bin/sh -c 'x  y' \\x41" root`, "/bin/c root wheel");
    case "word":
    case "rest":
      return TEXTS[argument.of] ?? one("x1", "y2");
  }
}
