import assert from "node:assert/strict";
import { test } from "node:test";
import { instance, syncGroup } from "@keepalived/vrrp-fsm";
import {
  Dice,
  type Fault,
  inGroups,
  instanceName,
  lone,
  type Machines,
  type Member,
  scenarioOf,
  type Watch,
  World,
} from "./mod.ts";

const SECOND = 1_000_000;
const IGNORE: Watch = { turned: () => {}, rested: () => {} };
const MACHINES: Machines = { instance, syncGroup };
const NEVER = () => false;

/** Two routers with priorities 150 and 100 on some segments, started and left alone for a while. */
function pair(segments = 1, layout: readonly (readonly number[])[] = []): World {
  const members = [member("10.0.0.9", 150, segments), member("10.0.0.10", 100, segments)];
  const world = new World(MACHINES, members.map((it) => inGroups(it, layout)), 1, IGNORE);
  world.apply({ kind: "restart", router: 0 });
  world.apply({ kind: "restart", router: 1 });
  world.run(10 * SECOND, NEVER);
  return world;
}

function member(address: string, priority: number, segments = 1): Member {
  const config = scenarioOf(1).members[0]?.instances[0] ?? assert.fail("no members");
  const { instances: [first], ...rest } = lone(address, {
    ...config,
    priority,
    version: 3,
    advertisementIntervalUs: SECOND,
    initialState: "backup",
    preempt: true,
    preemptDelayUs: 0,
    startupDelayUs: 0,
    holdings: [],
  });
  const instances = Array.from(
    { length: segments },
    (_, i) => first && { ...first, name: instanceName(i) },
  );
  return { ...rest, instances };
}

/** By router, and by segment if there are more than one. */
function kinds(world: World): string[] {
  return world.routers.map(({ state }) => state.instances.map((it) => it?.kind).join(" "));
}

test("World elects the router of higher priority, which then holds the addresses", () => {
  const world = pair();
  assert.deepEqual(kinds(world), ["active", "backup"]);
  assert.deepEqual(world.routers.map((router) => router.ports[0]?.held.size), [2, 0]);
});

const ON = { segment: 0 };
const ALL = { segments: [0] };
const AFTER: readonly (readonly [Fault, readonly string[], readonly string[]])[] = [
  [{ kind: "shutdown", router: 0 }, ["initialize", "backup"], ["initialize", "active"]],
  [{ kind: "link-down", router: 0, ...ON }, ["fault", "backup"], ["fault", "active"]],
  [{ kind: "script-down", router: 0, ...ON }, ["fault", "backup"], ["fault", "active"]],
  [{ kind: "address-lost", router: 0, ...ON }, ["backup", "backup"], ["active", "backup"]],
  [{ kind: "address-lost", router: 1, ...ON }, ["active", "backup"], ["active", "backup"]],
  [{ kind: "weight", router: 0, ...ALL, adjustment: -60 }, ["active", "backup"], [
    "backup",
    "active",
  ]],
  [{ kind: "one-way", ...ALL, from: 0, to: 1 }, ["active", "backup"], ["active", "active"]],
  [{ kind: "one-way", ...ALL, from: 1, to: 0 }, ["active", "backup"], ["active", "backup"]],
  [{ kind: "partition", ...ALL, groups: [[0], [1]] }, ["active", "backup"], ["active", "active"]],
  [{ kind: "loss", percent: 100 }, ["active", "backup"], ["active", "active"]],
  [{ kind: "pause", router: 0, forUs: 60 * SECOND }, ["active", "backup"], ["active", "active"]],
  [{ kind: "pause", router: 0, forUs: 6 * SECOND }, ["active", "backup"], ["active", "backup"]],
  [{ kind: "freeze", router: 0, forUs: 60 * SECOND }, ["active", "backup"], ["active", "active"]],
  [{ kind: "freeze", router: 1, forUs: 6 * SECOND }, ["active", "backup"], ["active", "backup"]],
  [{ kind: "jump", router: 1, byUs: 60 * SECOND }, ["active", "active"], ["active", "backup"]],
  [
    { kind: "reconfigure", router: 1, member: member("10.0.0.10", 200) },
    ["active", "backup"],
    ["backup", "active"],
  ],
  [
    {
      kind: "reconfigure",
      router: 0,
      member: { ...member("10.0.0.9", 1), instances: [undefined] },
    },
    ["", "backup"],
    ["", "active"],
  ],
];

for (const [fault, atOnce, later] of AFTER) {
  test(`World does ${JSON.stringify(fault)}`, () => {
    const world = pair();
    world.apply(fault);
    assert.deepEqual(kinds(world), atOnce);
    world.run(world.nowUs + 9 * SECOND, NEVER);
    assert.deepEqual(kinds(world), later);
  });
}

test("World forgets a router that crashes, and starts it anew", () => {
  const world = pair();
  world.apply({ kind: "crash", router: 0 });
  assert.equal(world.routers[0]?.ports[0]?.held.size, 0);
  world.run(20 * SECOND, NEVER);
  assert.equal(kinds(world)[1], "active");
  world.apply({ kind: "restart", router: 0 });
  assert.deepEqual(kinds(world), ["backup", "active"]);
  world.run(30 * SECOND, NEVER);
  assert.deepEqual(kinds(world), ["active", "backup"]);
});

test("World carries what a group and its members tell each other", () => {
  const world = pair(2, [[0, 1]]);
  assert.deepEqual(kinds(world), ["active active", "backup backup"]);
  world.apply({ kind: "link-down", router: 0, segment: 1 });
  assert.deepEqual(kinds(world), ["fault fault", "backup backup"]);
  world.run(20 * SECOND, NEVER);
  assert.deepEqual(kinds(world), ["fault fault", "active active"]);
});

test("World goes over to other groups", () => {
  const world = pair(2, [[0, 1]]);
  const members = world.routers.map((router) => router.member);
  world.apply({ kind: "script-down", router: 0, segment: 1 });
  for (const [router, member] of members.entries()) {
    world.apply({ kind: "reconfigure", router, member: inGroups(member, []) });
  }
  assert.deepEqual(kinds(world), ["backup fault", "backup backup"]);
  world.run(20 * SECOND, NEVER);
  assert.deepEqual(kinds(world), ["active fault", "backup active"]);
  for (const [router, member] of members.entries()) {
    world.apply({ kind: "reconfigure", router, member });
  }
  assert.deepEqual(kinds(world), ["fault fault", "backup backup"]);
  world.run(40 * SECOND, NEVER);
  assert.deepEqual(kinds(world), ["fault fault", "active active"]);
});

test("World stops when it is told to", () => {
  const world = pair();
  world.apply({ kind: "shutdown", router: 0 });
  world.run(world.nowUs + 9 * SECOND, () => true);
  assert.deepEqual(kinds(world), ["initialize", "backup"]);
});

test("World knows its routers only", () => {
  const world = pair();
  assert.throws(() => world.apply({ kind: "crash", router: 9 }), RangeError);
});

test("Dice repeat by seed, and refuse to pick from nothing", () => {
  const rolls = (seed: number) => {
    const dice = new Dice(seed);
    return [dice.integer(1, 6), dice.pick(["a", "b", "c"]), ...dice.shuffle([1, 2, 3, 4, 5])];
  };
  assert.deepEqual(rolls(7), rolls(7));
  assert.notDeepEqual(rolls(7), rolls(8));
  assert.deepEqual(new Dice(3).shuffle([1, 2, 3]).sort(), [1, 2, 3]);
  assert.throws(() => new Dice(1).pick([]), RangeError);
});
