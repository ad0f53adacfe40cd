/** A short run of `npm run chaos`: a pair of a node on this runtime and one on the other suffers, and keeps its promises. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { runtimes } from "./node.ts";
import { runChaos } from "./run.ts";

/** Each seed is another row of steps. */
const seed = 20;

test("processes are killed, frozen, starved and reloaded, cables pulled: the cluster converges", async () => {
  const report = await runChaos({
    seed,
    runtimes: runtimes(),
    forMs: 20_000,
    stepsAtMost: 8,
  });
  assert.ok(report.steps > 0);
  for (const [address, { asked, answered }] of Object.entries(report.clients)) {
    assert.ok(answered > 0, `none of ${asked} questions to ${address} was answered`);
  }
});
