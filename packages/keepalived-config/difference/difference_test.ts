import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../load.ts";
import type { Config } from "../model.ts";
import { describeDifference } from "./describe.ts";
import { difference } from "./difference.ts";
import { matchCheckers, matchRealServers } from "./match.ts";

function configOf(text: string): Config {
  const { config } = loadConfig((path) => [{ path, text }], "a.conf", { hostName: "low" });
  assert.ok(config !== undefined);
  return config;
}

function router(lines = "", name = "A", address = "10.0.0.1", id = 51): string {
  return `vrrp_instance ${name} {
    interface eth0
    virtual_router_id ${id}
    virtual_ipaddress {
      ${address}
    }
    ${lines}
  }\n`;
}

function words(from: string, to: string): readonly string[] {
  return describeDifference(difference(configOf(from), configOf(to)));
}

test("difference() finds nothing between two ways to write the same", () => {
  const from = configOf(router("priority 100"));
  const to = configOf(`\n\n# more\n${router()}`);
  const { refused, global, instances, staticAddresses } = difference(from, to);
  assert.deepEqual({ refused, global }, { refused: [], global: false });
  assert.deepEqual(instances, { add: [], change: [], remove: [] });
  assert.deepEqual(staticAddresses, { add: [], change: [], remove: [] });
  assert.deepEqual(describeDifference(difference(from, to)), []);
});

const fixed = [
  ["net_namespace", "net_namespace x"],
  ["net_namespace_ipvs", "net_namespace_ipvs"],
  ["instance", "instance x"],
  ["nftables", "global_defs {\n nftables other\n}"],
  ["nftables_ipvs", "global_defs {\n nftables_ipvs\n}"],
  ["tmp_config_directory", "global_defs {\n tmp_config_directory /tmp/x\n}"],
  ["disable_local_igmp", "global_defs {\n disable_local_igmp\n}"],
] as const;

for (const [keyword, text] of fixed) {
  test(`difference() refuses to change ${keyword}`, () => {
    assert.deepEqual(difference(configOf(router()), configOf(router() + text)).refused, [keyword]);
  });
}

/** What of an instance makes it another virtual router. */
const identities = [
  ["its VRID", router("", "A", "10.0.0.1", 52)],
  ["its interface", router("interface eth1")],
  ["its group", router("mcast_dst_ip 224.0.0.99")],
  ["unicast", router("unicast_peer {\n 10.0.0.9\n}")],
  ["its source", router("mcast_src_ip 10.0.0.7")],
  ["its family", router("", "A", "fe80::1")],
  ["a VMAC", router("use_vmac")],
] as const;

for (const [what, text] of identities) {
  test(`difference() takes an instance with another ${what} for another one`, () => {
    const { add, change, remove } = difference(configOf(router()), configOf(text)).instances;
    assert.deepEqual([add.length, change.length, remove.length], [1, 0, 1]);
  });
}

test("difference() finds an instance again under another name", () => {
  const { add, change, remove } =
    difference(configOf(router()), configOf(router("", "B"))).instances;
  assert.deepEqual([add, remove], [[], []]);
  assert.deepEqual(change.map(({ from, to }) => [from.name, to.name]), [["A", "B"]]);
});

test("difference() tells instances with one identity apart by name", () => {
  const pair = (priority: number) =>
    router("unicast_peer {\n10.0.0.8\n}", "A", "10.0.0.1") +
    router(`priority ${priority}\nunicast_peer {\n10.0.0.9\n}`, "B", "10.0.0.2");
  const { add, change, remove } = difference(configOf(pair(1)), configOf(pair(2))).instances;
  assert.deepEqual([add, remove], [[], []]);
  assert.deepEqual(change.map(({ to }) => [to.name, to.priority]), [["B", 2]]);
});

function service(servers: string, head = "10.0.0.1 80", lines = "protocol TCP"): string {
  return `virtual_server ${head} {\nlvs_sched rr\nlvs_method NAT\n${lines}\n${servers}\n}\n`;
}

function server(lines = "", address = "10.0.1.1 80"): string {
  return `real_server ${address} {\n${lines}\n}`;
}

const services = [
  ["its address", service(server(), "10.0.0.2 80"), 1],
  ["its port", service(server(), "10.0.0.1 81"), 1],
  ["its protocol", service(server(), "10.0.0.1 80", "protocol UDP"), 1],
  ["a firewall mark", service(server(), "fwmark 5", ""), 1],
  ["its scheduler", service(server(), "10.0.0.1 80", "protocol TCP\nlvs_sched wrr"), 0],
  ["its servers", service(server("", "10.0.1.2 80")), 0],
] as const;

for (const [what, text, others] of services) {
  const verdict = others === 1 ? "another one" : "the same one";
  test(`difference() takes a virtual server with another ${what} for ${verdict}`, () => {
    const from = configOf(service(server()));
    const { add, change, remove } = difference(from, configOf(text)).virtualServers;
    assert.deepEqual([add.length, change.length, remove.length], [others, 1 - others, others]);
  });
}

test("matchRealServers() finds servers again by address and port", () => {
  const [from, to] = [
    service(server("weight 1") + "\n" + server("", "10.0.1.2 80")),
    service(server("weight 2") + "\n" + server("", "10.0.1.2 81")),
  ].map((text) => configOf(text).virtualServers[0]?.realServers ?? []);
  const { add, change, remove } = matchRealServers(from ?? [], to ?? []);
  assert.deepEqual(add.map(({ port }) => port), [81]);
  assert.deepEqual(remove.map(({ port }) => port), [80]);
  assert.deepEqual(change.map(({ from, to }) => [from.weight, to.weight]), [[1, 2]]);
});

const checks: readonly (readonly [string, string, string, readonly number[]])[] = [
  ["times", "TCP_CHECK {\nretry 1\n}", "TCP_CHECK {\nretry 2\n}", [0, 1, 0]],
  ["a port", "TCP_CHECK {\n}", "TCP_CHECK {\nconnect_port 9\n}", [1, 0, 1]],
  ["a payload", "UDP_CHECK {\npayload 00\n}", "UDP_CHECK {\npayload 01\n}", [0, 1, 0]],
  ["a kind", "TCP_CHECK {\n}", "PING_CHECK {\n}", [1, 0, 1]],
  ["a url", "HTTP_GET {\nurl {\npath /\n}\n}", "HTTP_GET {\nurl {\npath /a\n}\n}", [1, 0, 1]],
  ["one of two equal ones", "TCP_CHECK {\n}\nTCP_CHECK {\n}", "TCP_CHECK {\n}", [0, 0, 1]],
];

for (const [what, from, to, expected] of checks) {
  test(`matchCheckers() sees that ${what} changed`, () => {
    const [old, now] = [from, to].map((text) =>
      configOf(service(server(text))).virtualServers[0]?.realServers[0]?.checkers ?? []
    );
    const { add, change, remove } = matchCheckers(old ?? [], now ?? []);
    assert.deepEqual([add.length, change.length, remove.length], expected);
  });
}

const told: readonly (readonly [string, string, string, readonly string[]])[] = [
  ["a value", router("priority 100"), router("priority 150"), ["A: priority 100 → 150"]],
  ["a time", router(), router("version 3\nadvert_int 0.5"), [
    "A: version 2 → 3",
    "A: advert_int 1 → 0.5",
  ]],
  ["an address", router(), router("", "A", "10.0.0.1\n10.0.0.2/24 label x"), [
    "A: virtual_ipaddress: 10.0.0.2/24 dev eth0 scope global label x added",
  ]],
  ["a word of an address", router(), router("", "A", "10.0.0.1 dev eth1"), [
    "A: virtual_ipaddress: 10.0.0.1/32 dev eth0 scope global → dev eth1 scope global",
  ]],
  ["a switch", router(), router("nopreempt"), ["A: nopreempt added", "A: preempt removed"]],
  ["a command", router("notify /bin/a"), router('notify "/bin/b c" root'), [
    'A: notify /bin/a → "/bin/b c" root',
  ]],
  [
    "a secret, without telling it",
    router("authentication {\nauth_type PASS\nauth_pass abc\n}"),
    router("authentication {\nauth_type PASS\nauth_pass abd\n}"),
    ["A: authentication: auth_pass changed"],
  ],
  ["another name", router(), router("", "B"), ["A: renamed B, its state is kept"]],
  ["a new instance", "", router(), ["A: added: virtual router 51 on eth0 with 1 address starts"]],
  ["an instance that is gone", router(), "", [
    "A: removed: virtual router 51 on eth0 with 1 address resigns if it is MASTER, and ends",
  ]],
  ["an instance that becomes another one", router(), router("", "A", "10.0.0.1", 52), [
    "A: virtual_router_id 51 → 52: this makes it another virtual router," +
    " the old one ends and the new one starts",
  ]],
  ["a global value", "", "global_defs {\n router_id x\n}", ["global_defs: router_id low → x"]],
  ["what a reload refuses", "", "instance x", [
    "instance cannot change while the daemon runs: the reload is refused, a restart is needed",
    "use_pid_dir added",
    "instance x added",
  ]],
  [
    "a real server",
    service(server("weight 1")),
    service(server("weight 2") + "\n" + server("", "10.0.1.2 80")),
    [
      "virtual_server 10.0.0.1 80: real_server 10.0.1.1 80: weight 1 → 2",
      "virtual_server 10.0.0.1 80: real_server 10.0.1.2 80 added",
    ],
  ],
  [
    "one of many real servers",
    service([1, 2, 3, 4].map((n) => server("weight 1", `10.0.1.${n} 80`)).join("\n")),
    service(
      [1, 2, 3, 4].map((n) => server(`weight ${n === 3 ? 2 : 1}`, `10.0.1.${n} 80`)).join("\n"),
    ),
    ["virtual_server 10.0.0.1 80: real_server 10.0.1.3 80: weight 1 → 2"],
  ],
  [
    "real servers in another order",
    service([1, 2, 3].map((n) => server("", `10.0.1.${n} 80`)).join("\n")),
    service([1, 3, 2].map((n) => server("", `10.0.1.${n} 80`)).join("\n")),
    [],
  ],
  [
    "one of two virtual servers with the same real servers",
    service(server()) + service(server()).replace("10.0.0.1", "10.0.0.2"),
    service(server()).replace("10.0.0.1", "10.0.0.2"),
    ["virtual_server 10.0.0.1 80 removed"],
  ],
  ["a virtual server that is gone", service(server()), "", ["virtual_server 10.0.0.1 80 removed"]],
  ["static addresses", "", "static_ipaddress {\n10.0.0.1 dev eth1\n}", ["static_ipaddress added"]],
  [
    "a static address",
    "static_ipaddress {\n10.0.0.1 dev eth1\n}",
    "static_ipaddress {\n10.0.0.1 dev eth1\n10.0.0.2 dev eth1\n}",
    ["static_ipaddress: 10.0.0.2/32 dev eth1 scope global added"],
  ],
];

test("describeDifference() counts changed real servers past a number", () => {
  const servers = (weight: number) =>
    service([1, 2, 3, 4].map((n) => server(`weight ${weight}`, `10.0.1.${n} 80`)).join("\n"));
  const changes = difference(configOf(servers(1)), configOf(servers(2)));
  assert.equal(describeDifference(changes).length, 4);
  assert.deepEqual(describeDifference(changes, 4), describeDifference(changes));
  assert.deepEqual(describeDifference(changes, 1), [
    "virtual_server 10.0.0.1 80: real_server 10.0.1.1 80: weight 1 → 2",
    "virtual_server [10.0.0.1]:tcp:80: 3 more real servers change",
  ]);
});

for (const [what, from, to, expected] of told) {
  test(`describeDifference() tells of ${what}`, () => {
    assert.deepEqual(words(from, to).toSorted(), expected.toSorted());
  });
}
