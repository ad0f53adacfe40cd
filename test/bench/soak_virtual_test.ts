import assert from "node:assert/strict";
import { test } from "node:test";
import { type Sample, soak } from "./soak_virtual.ts";

test("half an hour of virtual time leaves no more behind than ten minutes", () => {
  const samples: Sample[] = [];
  const { violation } = soak({ seed: 5, durationUs: 1_800e6, everyUs: 120e6 }, (sample) => {
    samples.push(sample);
  });
  assert.equal(violation, undefined);
  assert.ok(samples.length >= 15);
  const [early, late] = [samples.slice(0, 5), samples.slice(5)];
  assert.ok((late.at(-1)?.takeovers ?? 0) > 20);
  const most = (of: readonly Sample[], what: "stateBytes" | "heapBytes") =>
    Math.max(...of.map((sample) => sample[what]));
  const lines = samples.map((sample) => JSON.stringify(sample)).join("\n");
  assert.ok(most(late, "stateBytes") < 1.5 * most(early, "stateBytes"), lines);
  assert.ok(most(late, "heapBytes") < most(early, "heapBytes") + 2_000_000, lines);
});
