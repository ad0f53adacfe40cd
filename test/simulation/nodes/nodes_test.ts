import assert from "node:assert/strict";
import { test } from "node:test";
import type { Invariant } from "./judge.ts";
import { SABOTAGES } from "./sabotage.ts";
import { runSeeds } from "./seeds.ts";
import { simulate } from "./simulate.ts";

// A file of its own has five hundred more: files run at the same time.
test("five hundred networks of whole nodes keep every invariant", () => runSeeds(1, 500));

test("a run is the same every time", async () => {
  for (const seed of [3, 4]) assert.deepEqual(await simulate(seed), await simulate(seed));
});

for (const { name, caughtBy, apply } of SABOTAGES) {
  test(`${caughtBy} notices: ${name}`, async () => {
    const seen = new Set<Invariant>();
    for (let seed = 1; seed <= 100 && !seen.has(caughtBy); seed++) {
      const { violation } = await simulate(seed, { sabotage: apply });
      if (violation !== undefined) seen.add(violation.invariant);
    }
    assert.ok(seen.has(caughtBy), `noticed only by ${[...seen].join(", ") || "nobody"}`);
  });
}

test("every invariant has something wrong that it must notice", async () => {
  const invariants = Object.keys((await simulate(1, { deeds: 0 })).checks).sort();
  assert.deepEqual([...new Set(SABOTAGES.map(({ caughtBy }) => caughtBy))].sort(), invariants);
});
