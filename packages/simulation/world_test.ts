import assert from "node:assert/strict";
import { test } from "node:test";
import { instance, type StateKind } from "@keepalived/vrrp-fsm";
import { Dice, type Fault, type Member, scenarioOf, type Watch, World } from "./mod.ts";

const SECOND = 1_000_000;
const IGNORE: Watch = { stepped: () => {} };
const NEVER = () => false;

/** Two routers with priorities 150 and 100, started and left alone for a while. */
function pair(): World {
  const { config } = scenarioOf(1).members[0] ?? assert.fail("no members");
  const member = (address: string, priority: number): Member => ({
    address,
    config: {
      ...config,
      priority,
      version: 3,
      advertisementIntervalUs: SECOND,
      initialState: "backup",
      preempt: true,
      preemptDelayUs: 0,
      startupDelayUs: 0,
    },
  });
  const world = new World(instance, [member("10.0.0.9", 150), member("10.0.0.10", 100)], 1, IGNORE);
  world.apply({ kind: "restart", router: 0 });
  world.apply({ kind: "restart", router: 1 });
  world.run(10 * SECOND, NEVER);
  return world;
}

function kinds(world: World): StateKind[] {
  return world.routers.map((router) => router.state.kind);
}

test("World elects the router of higher priority, which then holds the addresses", () => {
  const world = pair();
  assert.deepEqual(kinds(world), ["active", "backup"]);
  assert.deepEqual(world.routers.map((router) => router.held.size), [2, 0]);
});

const AFTER: readonly (readonly [Fault, readonly StateKind[], readonly StateKind[]])[] = [
  [{ kind: "shutdown", router: 0 }, ["initialize", "backup"], ["initialize", "active"]],
  [{ kind: "link-down", router: 0 }, ["fault", "backup"], ["fault", "active"]],
  [{ kind: "script-down", router: 0 }, ["fault", "backup"], ["fault", "active"]],
  [{ kind: "address-lost", router: 0 }, ["backup", "backup"], ["active", "backup"]],
  [{ kind: "address-lost", router: 1 }, ["active", "backup"], ["active", "backup"]],
  [{ kind: "weight", router: 0, adjustment: -60 }, ["active", "backup"], ["backup", "active"]],
  [{ kind: "one-way", from: 0, to: 1 }, ["active", "backup"], ["active", "active"]],
  [{ kind: "one-way", from: 1, to: 0 }, ["active", "backup"], ["active", "backup"]],
  [{ kind: "partition", groups: [[0], [1]] }, ["active", "backup"], ["active", "active"]],
  [{ kind: "loss", percent: 100 }, ["active", "backup"], ["active", "active"]],
  [{ kind: "pause", router: 0, forUs: 60 * SECOND }, ["active", "backup"], ["active", "active"]],
  [{ kind: "pause", router: 0, forUs: 6 * SECOND }, ["active", "backup"], ["active", "backup"]],
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
  assert.equal(world.routers[0]?.held.size, 0);
  world.run(20 * SECOND, NEVER);
  assert.equal(world.routers[1]?.state.kind, "active");
  world.apply({ kind: "restart", router: 0 });
  assert.deepEqual(kinds(world), ["backup", "active"]);
  world.run(30 * SECOND, NEVER);
  assert.deepEqual(kinds(world), ["active", "backup"]);
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
