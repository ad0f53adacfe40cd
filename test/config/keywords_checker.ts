/** What virtual servers, their groups, servers and checkers need to be tried. */
import type { Ledger } from "./keyword_ledger.ts";

const SERVER = "virtual_server/real_server";

/** What a block cannot be without, or what it or a keyword in it acts on. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  virtual_server: [
    "protocol UDP",
    "lvs_sched sh",
    "lvs_method NAT",
    "sorry_server 10.2.0.1 80",
    "persistence_timeout 9",
  ],
  "virtual_server hysteresis": ["quorum 2"],
  [SERVER]: ["uthreshold 9"],
  [`${SERVER}/HTTP_GET`]: ["url {\npath /x\n}", "virtualhost a"],
  [`${SERVER}/SSL_GET`]: ["url {\npath /x\n}", "virtualhost a"],
  [`${SERVER}/HTTP_GET/url`]: ["regex x"],
  [`${SERVER}/SSL_GET/url`]: ["regex x"],
  [`${SERVER}/MISC_CHECK`]: ["misc_path /bin/true"],
  [`${SERVER}/UDP_CHECK`]: ["require_reply"],
  [`${SERVER}/FILE_CHECK`]: ["track_file t"],
  [`${SERVER}/BFD_CHECK`]: ["name b"],
};

/** Names that stand for another one. */
const ALIASES: Readonly<Record<string, string>> = {
  lb_algo: "lvs_sched",
  lb_kind: "lvs_method",
  nb_get_retry: "retry",
};

/** A whole file with statements in a block, and what the block needs and the statements do not say or name. */
function file(block: string, statements: string): string {
  if (block === "SSL") return `SSL {\n${statements}\n}\n`;
  const said = new Set(
    statements.split("\n").map((line) => line.replace(/^# /, "").split(" ", 1)[0] ?? "")
      .flatMap((name) => [name, ALIASES[name] ?? name]),
  );
  const needs = [block, ...[...said].map((name) => `${block} ${name}`)]
    .flatMap((key) => NEEDS[key] ?? [])
    .filter((line) => !said.has(line.split(" ", 1)[0] ?? ""));
  let inner = [...needs, statements].join("\n");
  if (block === "virtual_server_group") return groupFile(statements);
  const path = block.split("/");
  for (const [i, name] of path.entries().toArray().reverse()) {
    if (i === 1) inner = `real_server 10.1.0.1 80 {\n${inner}\n}`;
    else if (i > 1) inner = `${name} {\n${inner}\n}`;
  }
  const others = path.length === 1
    ? "real_server 10.1.0.1 80 {\n}\nreal_server 10.1.0.2 80 {\n}"
    : "";
  return [
    "track_file t {\nfile /tmp/t\nweight 3\n}",
    "bfd_instance b {\nneighbor_ip 10.0.0.2\nsource_ip 10.0.0.1\n}",
    "bfd_instance c {\nneighbor_ip 10.0.0.3\nsource_ip 10.0.0.1\n}",
    "track_file u {\nfile /tmp/u\n}",
    `virtual_server 10.0.0.1 80 {\n${inner}\n${others}\n}\n`,
  ].join("\n");
}

function groupFile(members: string): string {
  const server = "real_server 10.1.0.1 80 {\n}";
  return `virtual_server_group g {\n10.9.0.1 80\n${members}\n}\n` +
    `virtual_server group g {\nprotocol TCP\nlvs_sched rr\nlvs_method TUN\n${server}\n}\n`;
}

function inServer(checker: string, statement: string): { block: string; statement: string } {
  return { block: `${SERVER}/${checker}`, statement };
}

function inGroup(statement: string): { block: string; statement: string } {
  return { block: "virtual_server_group", statement };
}

type Range = Ledger["ranges"][number];

/** @param values below the range, its ends, above it */
function range(
  block: string,
  statement: string,
  values: readonly [string, string, string, string],
): Range {
  const [below, low, high, above] = values;
  return { block, statement, below, low, high, above };
}

function port(block: string, statement: string): Range {
  return range(block, statement, ["-1", "0", "65535", "65536"]);
}

export const CHECKER: Ledger = {
  blocks: [
    "SSL",
    "virtual_server_group",
    "virtual_server",
    SERVER,
    ...[
      "TCP_CHECK",
      "HTTP_GET",
      "HTTP_GET/url",
      "SSL_GET",
      "SSL_GET/url",
      "SMTP_CHECK",
      "SMTP_CHECK/host",
      "DNS_CHECK",
      "MISC_CHECK",
      "UDP_CHECK",
      "PING_CHECK",
      "FILE_CHECK",
      "BFD_CHECK",
    ].map((name) => `${SERVER}/${name}`),
  ],
  file,
  samples: {
    lb_algo: "rr",
    lb_kind: "DR",
    lvs_method: "TUN type gue port 5555 remcsum",
    sorry_server_lvs_method: "TUN type gre csum",
    sorry_server: "10.2.0.2 81",
    real_server: "10.1.0.9 81 {\n}",
    protocol: "SCTP",
    persistence_granularity: "255.255.255.0",
    ha_suspend: "10.0.0.1 2001:db8::1",
    "virtual_server hysteresis": "1",
    "virtual_server quorum": "2",
    status_code: "200 301-399",
    digest: "640205b7b0fc66c1ea91c463fac6334d",
    regex: '"a b\\\\d"',
    regex_options: "caseless dotall",
    regex_stack: "1000 2000",
    header: '"X-A: b c"',
    body: '"{\\"a\\": 1}"',
    body_json: '/a/0 "b c"',
    http_protocol: "1.1",
    payload: "Ab12f 3 0x456",
    require_reply: "00XX 1x",
    misc_path: '"/bin/false a"',
    [`${SERVER}/MISC_CHECK user`]: "root root",
    [`${SERVER}/BFD_CHECK name`]: "c",
    [`${SERVER}/FILE_CHECK track_file`]: "u",
    [`${SERVER}/FILE_CHECK weight`]: "5 reverse",
    [`${SERVER} smtp_alert`]: "off",
    [`${SERVER} HTTP_GET`]: "{\nurl {\n}\n}",
    [`${SERVER} SSL_GET`]: "{\nurl {\n}\n}",
    [`${SERVER} MISC_CHECK`]: "{\nmisc_path /bin/true\n}",
    [`${SERVER} FILE_CHECK`]: "{\ntrack_file t\n}",
    [`${SERVER} BFD_CHECK`]: "{\nname b\n}",
    [`${SERVER}/SMTP_CHECK host`]: "{\nconnect_ip 10.3.0.1\n}",
  },
  defaults: {
    "virtual_server lb_algo": "wlc",
    "virtual_server lvs_method": "NAT",
    "virtual_server protocol": "UDP",
    "virtual_server sorry_server_lvs_method": "NAT",
    [`${SERVER} weight`]: "1",
    [`${SERVER} lvs_method`]: "NAT",
    uthreshold: "0",
    lthreshold: "0",
    [`${SERVER} inhibit_on_failure`]: "off",
    ...Object.fromEntries(
      ["", "/TCP_CHECK", "/HTTP_GET", "/SSL_GET", "/SMTP_CHECK", "/DNS_CHECK", "/MISC_CHECK"]
        .map((name) => [`${SERVER}${name} alpha`, "off"]),
    ),
    warmup: "60",
    log_all_failures: "off",
    connect_ip: "10.1.0.1",
    connect_port: "80",
    fwmark: "0",
    helo_name: "smtpchecker.keepalived.org",
    [`${SERVER}/DNS_CHECK name`]: ".",
    [`${SERVER}/DNS_CHECK delay_before_retry`]: "60",
    misc_timeout: "60",
    path: "/",
    status_code: "200-299",
    tls_compliant: "off",
    enable_sni: "off",
    fast_recovery: "off",
    [`${SERVER}/FILE_CHECK weight`]: "3",
  },
  silent: {
    "virtual_server ip_family": "it is that of the address",
    "virtual_server hashed": "the flag is the kernel's own",
    "virtual_server retry": "the servers have no checkers",
    "virtual_server delay_before_retry": "the servers have no checkers",
    "virtual_server warmup": "the servers have no checkers",
    "virtual_server connect_timeout": "the servers have no checkers",
    "virtual_server rise": "the servers have no checkers",
    [`${SERVER} rise`]: "the server has no checkers",
    [`${SERVER} retry`]: "the server has no checkers",
    [`${SERVER} delay_before_retry`]: "the server has no checkers",
    [`${SERVER} warmup`]: "the server has no checkers",
    [`${SERVER} connect_timeout`]: "the server has no checkers",
    [`${SERVER} delay_loop`]: "the server has no checkers",
    [`${SERVER} virtualhost`]: "the server has no checkers",
    [`${SERVER}/HTTP_GET enable_sni`]: "TLS only",
    [`${SERVER}/HTTP_GET sni_name`]: "TLS only",
  },
  ranges: [
    port("virtual_server", "sorry_server 10.2.0.1 {}"),
    port("virtual_server", "real_server 10.1.0.9 {} {\n}"),
    port("virtual_server_group", "10.0.0.1 {}"),
    range("virtual_server_group", "10.0.0.9-{} 80", ["9", "10", "255", "256"]),
    range("virtual_server_group", "fd00::a-{} 80", ["a", "b", "ffff", "10000"]),
    range("virtual_server_group", "0.0.0.0/{} 80", ["0", "1", "32", "33"]),
    range("virtual_server", "persistence_granularity {}", ["-1", "0", "32", "33"]),
    ...["HTTP_GET", "SSL_GET"].map((name) => `${SERVER}/${name}/url`).flatMap((block) => [
      range(block, "status_code {}", ["99", "100", "999", "1000"]),
      range(block, "digest {}", ["0".repeat(31), "0".repeat(32), "F".repeat(32), "f".repeat(33)]),
      range(block, "regex_options {}", ["nosuch", "caseless", "utf", "UTF"]),
    ]),
    range(`${SERVER}/UDP_CHECK`, "payload {}", ["0x", "0x00 ff", "0", "fg"]),
    range(`${SERVER}/UDP_CHECK`, "require_reply {}", ["Y", "X", "x0", "0y"]),
  ],
  prose: {
    "virtual_server ops": "lvs/virtual_server_test.ts",
    "virtual_server sh-port": "lvs/virtual_server_test.ts",
    "virtual_server sh-fallback": "lvs/virtual_server_test.ts",
    "virtual_server mh-port": "lvs/virtual_server_test.ts",
    "virtual_server mh-fallback": "lvs/virtual_server_test.ts",
    bindto: "lvs/checker_test.ts",
    url: "lvs/checker_test.ts",
    sni_name: "lvs/checker_test.ts",
    regex: "lvs/checker_test.ts",
  },
  words: {
    "virtual_server_group IP": inGroup("10.0.0.1 80"),
    "virtual_server_group IP-RANGE": inGroup("10.0.0.1-9 80\nfd00::1-ff 80"),
    "virtual_server_group IP/MASK": inGroup("10.0.0.0/24 80"),
    "virtual_server_group fwmark": inGroup("fwmark 5"),
    "virtual_server_group/fwmark": inGroup("fwmark 5 {}"),
    "virtual_server/lvs_sched": { block: "virtual_server", statement: "lvs_sched {}" },
    "virtual_server/lvs_method": { block: "virtual_server", statement: "lvs_method {}" },
    "virtual_server/protocol": { block: "virtual_server", statement: "protocol {}" },
    [`${SERVER}/DNS_CHECK/type`]: inServer("DNS_CHECK", "type {}"),
    [`${SERVER}/FILE_CHECK/weight`]: inServer("FILE_CHECK", "weight 5 {}"),
    [`${SERVER}/HTTP_GET/url/regex_options`]: inServer("HTTP_GET/url", "regex_options {}"),
    ...Object.fromEntries(
      Object.entries({
        type: "TUN type ipip",
        ipip: "TUN type {}",
        gue: "TUN type gue port 5",
        port: "TUN type gue port 5",
        gre: "TUN type {}",
        nocsum: "TUN type gue port 5 {}",
        csum: "TUN type gue port 5 {}",
        remcsum: "TUN type gue port 5 {}",
      }).map(([word, line]) => [
        `virtual_server/lvs_method ${word}`,
        { block: "virtual_server", statement: `lvs_method ${line}` },
      ]),
    ),
  },
};
