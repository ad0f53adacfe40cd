import assert from "node:assert/strict";
import type { Invariant } from "./judge.ts";
import { describeRun, findFailure, simulate } from "./simulate.ts";

/** Runs seeds, and sees that each invariant was put to the test often enough. @throws AssertionError for the first failure */
export async function runSeeds(first: number, last: number): Promise<void> {
  const checks: Partial<Record<Invariant, number>> = {};
  for (let seed = first; seed <= last; seed++) {
    const run = await simulate(seed);
    if (run.violation !== undefined) {
      assert.fail(describeRun(await findFailure(seed) ?? run));
    }
    for (const [invariant, count] of Object.entries(run.checks) as [Invariant, number][]) {
      checks[invariant] = (checks[invariant] ?? 0) + count;
    }
  }
  for (const [invariant, count] of Object.entries(checks)) {
    assert.ok(count > (last - first) / 10, `${invariant} was checked ${count} times only`);
  }
}
