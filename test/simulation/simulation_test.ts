import assert from "node:assert/strict";
import { test } from "node:test";
import {
  describeFailure,
  findFailure,
  type Invariant,
  scenarioOf,
  simulate,
} from "@keepalived/simulation";
import { instance } from "@keepalived/vrrp-fsm";
import { MUTANTS } from "./mutants.ts";

const SEEDS = 1_000;

test("a thousand networks keep every invariant, and put each to the test", () => {
  const checks: Record<string, number> = {};
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = simulate(instance, scenarioOf(seed));
    if (run.violation !== undefined) {
      const failure = findFailure(instance, seed);
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
    assert.deepEqual(simulate(instance, scenarioOf(seed)), simulate(instance, scenarioOf(seed)));
  }
});

for (const { name, caughtBy, machine } of MUTANTS) {
  test(`${caughtBy} notices a machine with: ${name}`, () => {
    const seen = new Map<Invariant, number>();
    for (let seed = 1; seed <= SEEDS && !seen.has(caughtBy); seed++) {
      const { violation } = simulate(machine, scenarioOf(seed));
      if (violation !== undefined && !seen.has(violation.invariant)) {
        seen.set(violation.invariant, seed);
      }
    }
    assert.ok(seen.has(caughtBy), `noticed only by ${[...seen.keys()].join(", ") || "nobody"}`);
  });
}

test("every invariant has a mutant that it must notice", () => {
  const invariants = Object.keys(simulate(instance, scenarioOf(1)).checks).sort();
  assert.deepEqual([...new Set(MUTANTS.map((mutant) => mutant.caughtBy))].sort(), invariants);
});

test("a failure is cut to the shortest script that still fails", () => {
  const { machine } = MUTANTS.find((m) => m.name === "addresses kept on demotion") ?? MUTANTS[0]!;
  for (let seed = 1; seed <= 20; seed++) {
    const failure = findFailure(machine, seed);
    if (failure === undefined) continue;
    const { scenario, violation } = failure;
    const shorter = { ...scenario, faults: scenario.faults.slice(0, -1) };
    assert.equal(simulate(machine, shorter).violation, undefined);
    assert.deepEqual(simulate(machine, scenario).violation, violation);
    const lines = describeFailure(failure).split("\n");
    assert.match(lines[0] ?? "", new RegExp(`^seed ${seed}: in-step at `));
    assert.equal(lines.length, 1 + scenario.members.length + scenario.faults.length);
    return;
  }
  assert.fail("none of twenty seeds fails");
});
