import assert from "node:assert/strict";
import { test } from "node:test";
import { move, nextRandom, stay } from "./mod.ts";

test("stay() returns the very same state and no actions", () => {
  const state = { a: 1 };
  assert.equal(stay(state).state, state);
  assert.deepEqual(stay(state).actions, []);
});

test("move() keeps the order of the actions", () => {
  assert.deepEqual(move("b", ["x", "y"]), { state: "b", actions: ["x", "y"] });
});

test("nextRandom() is reproducible, stays in [0, 1) and spreads evenly", () => {
  const buckets = new Array<number>(16).fill(0);
  let seed = 42;
  for (let i = 0; i < 16_000; i++) {
    const random = nextRandom(seed);
    assert.ok(random.value >= 0 && random.value < 1);
    assert.deepEqual(nextRandom(seed), random);
    const bucket = Math.floor(random.value * 16);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
    seed = random.seed;
  }
  for (const count of buckets) assert.ok(count > 850 && count < 1150, `bucket with ${count}`);
});
