import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeFailure,
  findFailure,
  type Invariant,
  type Machines,
  scenarioOf,
  simulate,
} from "@keepalived/simulation";
import { instance, syncGroup } from "@keepalived/vrrp-fsm";
import { MUTANTS } from "./mutants.ts";

const SEEDS = 1_000;
const MACHINES: Machines = { instance, syncGroup };

test("a thousand networks keep every invariant, and put each to the test", () => {
  const checks: Record<string, number> = {};
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = simulate(MACHINES, scenarioOf(seed));
    if (run.violation !== undefined) {
      const failure = findFailure(MACHINES, seed);
      assert.fail(failure === undefined ? `seed ${seed}` : describeFailure(failure));
    }
    for (const [invariant, count] of Object.entries(run.checks)) {
      checks[invariant] = (checks[invariant] ?? 0) + count;
    }
  }
  for (const [invariant, count] of Object.entries(checks)) {
    assert.ok(count > SEEDS / 5, `${invariant} was checked ${count} times only`);
  }
});

test("a run is the same every time", () => {
  for (const seed of [3, 4]) {
    assert.deepEqual(simulate(MACHINES, scenarioOf(seed)), simulate(MACHINES, scenarioOf(seed)));
  }
});

for (const { name, caughtBy, machines } of MUTANTS) {
  test(`${caughtBy} notices a machine with: ${name}`, () => {
    const seen = new Map<Invariant, number>();
    for (let seed = 1; seed <= SEEDS && !seen.has(caughtBy); seed++) {
      const { violation } = simulate(machines, scenarioOf(seed));
      if (violation !== undefined && !seen.has(violation.invariant)) {
        seen.set(violation.invariant, seed);
      }
    }
    assert.ok(seen.has(caughtBy), `noticed only by ${[...seen.keys()].join(", ") || "nobody"}`);
  });
}

test("every invariant has a mutant that it must notice", () => {
  const invariants = Object.keys(simulate(MACHINES, scenarioOf(1)).checks).sort();
  assert.deepEqual([...new Set(MUTANTS.map((mutant) => mutant.caughtBy))].sort(), invariants);
});

test("a failure is cut to the shortest script that still fails", () => {
  const { machines } = MUTANTS.find((m) => m.name === "addresses kept on demotion") ?? MUTANTS[0]!;
  for (let seed = 1; seed <= 20; seed++) {
    const failure = findFailure(machines, seed);
    if (failure === undefined) continue;
    const { scenario, violation } = failure;
    const shorter = { ...scenario, faults: scenario.faults.slice(0, -1) };
    assert.equal(simulate(machines, shorter).violation, undefined);
    assert.deepEqual(simulate(machines, scenario).violation, violation);
    const lines = describeFailure(failure).split("\n");
    assert.match(lines[0] ?? "", new RegExp(`^seed ${seed}: in-step at `));
    const instances = scenario.members.flatMap((member) =>
      member.instances.flatMap((it) => it ?? [])
    );
    const { members, faults } = scenario;
    assert.equal(lines.length, 1 + members.length + instances.length + faults.length);
    return;
  }
  assert.fail("none of twenty seeds fails");
});
