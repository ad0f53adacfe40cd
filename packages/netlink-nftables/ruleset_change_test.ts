import assert from "node:assert/strict";
import { test } from "node:test";
import { changeTables, inSet, replaceTable, type TableContent, verdict } from "./mod.ts";

const drop = verdict("drop");
const base = { type: "filter", hook: "input", priority: -1, policy: "accept" } as const;
const vips = { name: "vips", key: ["ipv4_addr"] } as const;
const bases = { name: "bases", key: ["ifname"], value: "iface_index" } as const;
const types = { name: "types", key: ["icmpv6_type"], constant: true } as const;
const inVips = [inSet(["ip daddr"], "vips"), drop];
const content: TableContent = {
  table: { family: "ip", name: "kt" },
  sets: [
    { ...vips, elements: [{ key: ["192.0.2.1"] }, { key: ["192.0.2.2"] }] },
    { ...bases, elements: [{ key: ["vrrp.51"], value: 1 }, { key: ["vrrp.52"], value: 1 }] },
  ],
  chains: [{ name: "in", base, rules: [inVips] }, { name: "aside", rules: [[drop]] }],
};
const [first, second] = content.sets;
const [input, aside] = content.chains;
if (!first || !second || !input || !aside) throw new RangeError();

function changes(to: Partial<TableContent>, from: Partial<TableContent> = {}): readonly string[] {
  return changeTables([{ ...content, ...from }], [{ ...content, ...to }])
    .map(({ name }) => name.replace("nft ", ""));
}

const whole = replaceTable(content).map(({ name }) => name.replace("nft ", ""));

test("changeTables() has nothing to do where nothing differs, in whichever order elements are", () => {
  const turned = { ...first, elements: first.elements.toReversed() };
  assert.deepEqual(changes({ sets: [second, turned], chains: [aside, input] }), []);
});

test("changeTables() touches of a set no element that is in both", () => {
  const sets = [
    { ...vips, elements: [{ key: ["192.0.2.2"] }, { key: ["192.0.2.3"] }] },
    { ...bases, elements: [{ key: ["vrrp.51"], value: 2 }, { key: ["vrrp.52"], value: 1 }] },
  ];
  assert.deepEqual(changes({ sets }), [
    "delete element ip kt vips { 192.0.2.1 }",
    "add element ip kt vips { 192.0.2.3 }",
    'delete element ip kt bases { "vrrp.51" : 1 }',
    'add element ip kt bases { "vrrp.51" : 2 }',
  ]);
});

test("changeTables() replaces the rules of a chain together, and leaves other chains", () => {
  assert.deepEqual(changes({ chains: [{ ...input, rules: [[drop], inVips] }, aside] }), [
    "flush chain ip kt in",
    "add rule ip kt in drop",
    "add rule ip kt in ip daddr @vips drop",
  ]);
});

test("changeTables() takes sets out of use before they go, and brings them before they are used", () => {
  const without = { sets: [second], chains: [aside] };
  assert.deepEqual(changes(without), [
    "flush chain ip kt in",
    "delete chain ip kt in",
    "delete set ip kt vips",
  ]);
  assert.deepEqual(changes({}, without), [
    "add set ip kt vips { type ipv4_addr ; }",
    "add element ip kt vips { 192.0.2.1, 192.0.2.2 }",
    "add chain ip kt in { type filter hook input priority -1 ; policy accept ; }",
    "add rule ip kt in ip daddr @vips drop",
  ]);
});

test("changeTables() replaces a table in which something cannot be changed in place", () => {
  const typed = (last: number) => ({ ...types, elements: [{ key: [last] }] });
  const cases: readonly Partial<TableContent>[] = [
    { sets: [{ ...first, key: ["ipv6_addr"], elements: [] }, second] },
    { chains: [{ ...input, base: { ...base, priority: 0 } }, aside] },
    { chains: [{ name: "in", rules: [inVips] }, aside] },
  ];
  for (const from of cases) assert.deepEqual(changes({}, from), whole);
  assert.deepEqual(changes({ sets: [first, typed(1)] }, { sets: [first, typed(1)] }), []);
  assert.equal(
    changes({ sets: [first, typed(2)] }, { sets: [first, typed(1)] })[1],
    "delete table ip kt",
  );
});

test("changeTables() makes tables that come, removes those that go, and leaves the others", () => {
  const other: TableContent = {
    ...content,
    table: { family: "ip6", name: "kt" },
    sets: [],
    chains: [],
  };
  const names = (from: readonly TableContent[], to: readonly TableContent[]) =>
    changeTables(from, to).map(({ name }) => name.replace("nft ", ""));
  assert.deepEqual(names([], [content]), whole);
  assert.deepEqual(names([content], [content, other]), [
    "add table ip6 kt",
    "delete table ip6 kt",
    "add table ip6 kt",
  ]);
  assert.deepEqual(names([other, content], [content]), ["add table ip6 kt", "delete table ip6 kt"]);
});
