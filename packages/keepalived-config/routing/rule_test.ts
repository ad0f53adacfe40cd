import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig, type LoadOptions, type Rule } from "../mod.ts";

function instance(name: string, id: number, lines: readonly string[]): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\n` +
    `virtual_ipaddress {\n10.0.0.${id}\n}\nvirtual_rules {\n${lines.join("\n")}\n}\n}\n`;
}

function load(text: string, options: Partial<LoadOptions> = {}) {
  const { config, diagnostics } = loadConfig(
    (path) => [{ path, text }],
    "a",
    { hostName: "h", ...options },
  );
  return { config, said: diagnostics.map(({ message }) => message) };
}

function read(line: string, options: Partial<LoadOptions> = {}) {
  const { config, said } = load(instance("A", 1, [line]), options);
  const rules: readonly Rule[] = config?.instances[0]?.rules ?? [];
  return { rules, said };
}

const plain: Rule = {
  family: 4,
  action: { kind: "table", table: 5 },
  priority: 6,
  invert: false,
  from: { address: "10.0.0.1", prefixLength: 32 },
  tos: 0,
  track: true,
  protocol: 18,
};

/** What follows `from 10.0.0.1 preference 6 table 5`, and the fields in which the rule differs from a plain one. */
const lines: readonly (readonly [string, Partial<Rule>])[] = [
  ["", {}],
  ["inet", {}],
  ["not", { invert: true }],
  ["to 10.1.0.0/16", { to: { address: "10.1.0.0", prefixLength: 16 } }],
  ["to all", {}],
  ["order 7", { priority: 7 }],
  ["priority 0", { priority: 0 }],
  ["tos AF11", { tos: 0x28 }],
  ["dsfield 0x10", { tos: 16 }],
  ["fwmark 0x5/0xff", { mark: { value: 5, mask: 255 } }],
  ["fwmark 5", { mark: { value: 5 } }],
  ["realms 5/6", { realms: { from: 5, to: 6 } }],
  ["suppress_prefixlength 0", { suppressPrefixLength: 0 }],
  ["sup_pl 8", { suppressPrefixLength: 8 }],
  ["suppress_ifgroup default", { suppressGroup: 0 }],
  ["sup_group 9", { suppressGroup: 9 }],
  ["iif eth0 oif eth1", { inputInterface: "eth0", outputInterface: "eth1" }],
  ["dev lo", { inputInterface: "lo" }],
  ["tunnel-id 18446744073709551615", { tunnelId: "18446744073709551615" }],
  ["uidrange 5-10", { userIds: { from: 5, to: 10 } }],
  ["protocol 7 no_track", { protocol: 7, track: false }],
  ["protocol 18", {}],
  ["ipproto UDP sport 1-2 dport 3-3", {
    ipProtocol: 17,
    sourcePorts: { from: 1, to: 2 },
    destinationPorts: { from: 3, to: 3 },
  }],
  ["ipproto 47", { ipProtocol: 47 }],
];

for (const [more, fields] of lines) {
  test(`rule with ${more}`, () => {
    const { rules, said } = read(`from 10.0.0.1 preference 6 table 5 ${more}`);
    assert.deepEqual(said, []);
    assert.deepEqual(rules, [{ ...plain, ...fields }]);
  });
}

const actions: readonly (readonly [string, Rule["action"]])[] = [
  ["lookup main", { kind: "table", table: 254 }],
  ["l3mdev suppress_prefixlength 0", { kind: "l3mdev" }],
  ["goto 7", { kind: "goto", priority: 7 }],
  ["nop", { kind: "nop" }],
  ["blackhole", { kind: "blackhole" }],
  ["type prohibit", { kind: "prohibit" }],
  ["unreachable", { kind: "unreachable" }],
];

for (const [words, action] of actions) {
  test(`rule that does ${words}`, () => {
    const { rules, said } = read(`from 10.0.0.1 preference 6 ${words}`);
    assert.deepEqual(said, []);
    assert.deepEqual(rules[0]?.action, action);
  });
}

/** A line that is left out, and what is said. */
const faults: readonly (readonly [string, string])[] = [
  ["from 10.0.0.1 preference 6", "No action specified for rule - ignoring"],
  ["10.0.0.1 table 5", "Unknown rule option 10.0.0.1"],
  ["from x table 5", "Invalid rule from address x"],
  ["from 10.0.0.1 to fe80::1 table 5", "rule specification has mixed IPv4 and IPv6"],
  ["from 10.0.0.1 inet6 table 5", "inet6 specified for IPv4 rule"],
  ["from 10.0.0.1 table x", "Routing table x not found for rule"],
  ["from 10.0.0.1 table 0", "Table 0 is not valid"],
  [
    "table 5 blackhole",
    "Cannot specify more than one of table/nop/goto/blackhole/prohibit/unreachable/l3mdev for rule",
  ],
  ["table 5 l3mdev", "Cannot specify l3mdev with other action"],
  ["table 5 tos 256", "TOS value 256 is invalid"],
  ["table 5 fwmark 5/x", "Invalid rule fwmark 5/x specified"],
  ["table 5 fwmark 4294967296", "Invalid rule fwmark 4294967296 specified"],
  ["table 5 realms 256", "invalid realms 256 for rule"],
  ["table 5 suppress_ifgroup x", "suppress_group x is invalid"],
  ["blackhole realms 5", "suppressor/realm specified for non table action - skipping"],
  ["table 5 tunnel-id x", "Invalid tunnel-id x specified"],
  ["table 5 uidrange 5", "Invalid uidrange 5 specified"],
  ["table 5 uidrange 10-5", "Invalid uidrange 10-5 specified"],
  ["table 5 ipproto x", "Invalid ipproto x"],
  ["table 5 sport 80", "invalid sport range 80"],
  ["table 5 dport 1-65536", "invalid dport range 1-65536"],
  ["goto 5", "Invalid rule - goto target 5 specified without preference"],
  ["goto 5 preference 5", "Invalid rule - preference 5 >= goto target 5"],
  ["table 5 track_group G", "Unknown rule option track_group"],
  [
    "type foo",
    "Invalid type foo specified for rule: unknown word 'foo' (range blackhole, prohibit, unreachable, nop)",
  ],
];

for (const [line, message] of faults) {
  test(`rule ${line} is left out`, () => {
    const { rules, said } = read(line);
    assert.deepEqual(said, [`(A) ${message}`]);
    assert.deepEqual(rules, []);
  });
}

test("a single port is explained", () => {
  const { diagnostics } = loadConfig(
    (path) => [{ path, text: instance("A", 1, ["table 5 preference 6 sport 80"]) }],
    "a",
    { hostName: "h" },
  );
  assert.equal(diagnostics[0]?.hint, "write 80-80");
});

test("rules without a preference count down by family, in the order of the file", () => {
  const text = `${instance("A", 1, ["from 10.0.0.1 table 5", "from fe80::1 table 5"])}
static_rules {\nfrom 10.0.0.2 table 5\nfrom 10.0.0.3 table 5 preference 9\n}
${instance("B", 2, ["from 10.0.0.4 table 5"])}`;
  const { config, said } = load(text);
  const of = (rules: readonly Rule[] | undefined) => rules?.map(({ priority }) => priority);
  assert.deepEqual(of(config?.instances[0]?.rules), [16384, 16384]);
  assert.deepEqual(of(config?.staticRules), [16383, 9]);
  assert.deepEqual(of(config?.instances[1]?.rules), [16382]);
  assert.deepEqual(said.slice(2), [
    "Rule has no preference specified - setting to 16383. This is probably not what you want.",
    "(B) Rule has no preference specified - setting to 16382. This is probably not what you want.",
  ]);
});

test("static rules, routes and addresses are tied to groups of instances", () => {
  const text = `static_rules {
from 10.0.0.2 table 5 preference 1 iif eth0 track_group G
from 10.0.0.2 table 5 preference 2 track_group G
from 10.0.0.2 table 5 preference 3 iif eth0 track_group H
from 10.0.0.2 table 5 preference 4 iif eth0 track_group G no_track
}
static_routes {
10.1.0.0/16 dev eth0 track_group G
10.2.0.0/16 via 10.0.0.1 track_group G
}
static_ipaddress {
10.0.9.1/24 track_group G
10.0.9.2/24 track_group H
10.0.9.3/24 no_track track_group G
10.0.9.4/24 use_vmac
}
track_group G {\ngroup {\nA\n}\n}
${instance("A", 1, [])}`;
  const { config, said } = load(text);
  assert.deepEqual(said, [
    "Static rule cannot have track_group if dev/iif not specified",
    "track_group H not found",
    "Static rule has both track_group and no_track set - not tracking",
    "Warning - cannot track route 10.2.0.0/16 with no interface specified, not tracking",
    "Static route cannot have track group if no oif specified",
    "track_group H not found",
    "Static address has both track_group and no_track set - not tracking",
    "Unknown configuration entry 'use_vmac' for ip address - ignoring",
  ]);
  const of = (all: readonly { readonly trackGroup?: string }[] | undefined) =>
    all?.map(({ trackGroup }) => trackGroup);
  assert.deepEqual(of(config?.staticRules), ["G", undefined, undefined, undefined]);
  assert.deepEqual(of(config?.staticRoutes), ["G", undefined]);
  assert.deepEqual(of(config?.staticAddresses), ["G", undefined, undefined, undefined]);
});

test("interfaces of rules that the host lacks are named, and the rule stays", () => {
  const { rules, said } = read("table 5 preference 6 iif ethx", {
    interfaceExists: (name) => name === "eth0",
  });
  assert.deepEqual(said, ["(A) WARNING - interface ethx for rule doesn't exist"]);
  assert.equal(rules.length, 1);
});
