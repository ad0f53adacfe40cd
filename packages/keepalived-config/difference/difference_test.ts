import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../load.ts";
import type { Config } from "../model.ts";
import { describeDifference } from "./describe.ts";
import { difference } from "./difference.ts";

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
    'A: notify "/bin/a" → "/bin/b c" root',
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
  ["static addresses", "", "static_ipaddress {\n10.0.0.1 dev eth1\n}", ["static_ipaddress added"]],
  [
    "a static address",
    "static_ipaddress {\n10.0.0.1 dev eth1\n}",
    "static_ipaddress {\n10.0.0.1 dev eth1\n10.0.0.2 dev eth1\n}",
    ["static_ipaddress: 10.0.0.2/32 dev eth1 scope global added"],
  ],
];

for (const [what, from, to, expected] of told) {
  test(`describeDifference() tells of ${what}`, () => {
    assert.deepEqual(words(from, to).toSorted(), expected.toSorted());
  });
}
