/**
 * Holds what `npm run mutate` found: a few of the mutants that tests notice, other ones each time that sources change,
 * and those of lines that are new.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, packages, readLedger } from "../../tools/mutate/ledger.ts";
import type { Mutant } from "../../tools/mutate/mutants.ts";
import { sampleOf } from "../../tools/mutate/sample.ts";
import { mutantsOfPackage, Trial } from "../../tools/mutate/trial.ts";

/** How many are tried of each package, so that it takes less than a minute. */
const KNOWN = 4;
const FRESH = 4;
/** Some tests use random values, and notice a mutant only most of the time. */
const ATTEMPTS = 3;

for (const name of packages) {
  test(`tests of ${name} notice mutants`, async () => {
    const ledger = readLedger(name);
    assert.ok(ledger !== undefined, `Run npm run mutate -- ${name}`);
    const mutants = mutantsOfPackage(name);
    const { known, fresh } = compare(mutants, ledger);
    console.log(`mutants of ${name} | ${ledger.score} noticed`);
    const seed = mutants.map(({ key }) => key).join("");
    // As long as not all were tried, those that were not are nothing new.
    const isComplete = ledger.untried === 0;
    const chosen = [
      ...sampleOf(known, KNOWN, seed),
      ...isComplete ? sampleOf(fresh, FRESH, seed) : [],
    ];
    using trial = new Trial(name);
    for (const mutant of chosen) {
      const { path, line, change } = mutant;
      assert.ok(
        await isNoticed(trial, mutant),
        `${path}:${line} ${change}: write a test, or if there is none to write, npm run mutate -- ${name}`,
      );
    }
  });
}

async function isNoticed(trial: Trial, mutant: Mutant): Promise<boolean> {
  for (let i = 0; i < ATTEMPTS; i++) if (await trial.try(mutant) !== "survived") return true;
  return false;
}
