import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFault, scenarioOf } from "./mod.ts";

test("scenarioOf() is the same for a seed, sorted by time, and knows every kind of fault", () => {
  const kinds = new Set<string>();
  const layouts = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const scenario = scenarioOf(seed);
    assert.deepEqual(scenarioOf(seed), scenario);
    assert.ok(scenario.members.length >= 2 && scenario.members.length <= 5);
    assert.equal(new Set(scenario.members.map((m) => m.address)).size, scenario.members.length);
    const times = scenario.faults.map((f) => f.atUs);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    for (const { fault } of scenario.faults) kinds.add(fault.kind);
    for (const { instances, groups } of scenario.members) {
      assert.ok(instances.length >= 1 && instances.length <= 3);
      layouts.add(`${instances.length}: ${groups.map(({ name }) => name).join()}`);
    }
  }
  assert.equal(kinds.size, 18);
  assert.ok(layouts.size >= 8, [...layouts].join("; "));
});

test("describeFault() is one line", () => {
  const line = describeFault({ atUs: 1_500_000, fault: { kind: "crash", router: 2 } });
  assert.equal(line, '1.500000 {"kind":"crash","router":2}');
});
