/**
 * Whether tests notice small mistakes: changes the sources of a package one by one, and runs its tests against each.
 *
 *     npm run mutate -- vrrp-fsm               mutants of lines that are new or changed, and those that survived before
 *     npm run mutate -- vrrp-fsm --all         every mutant
 *     npm run mutate -- vrrp-fsm --file router.ts
 *     npm run mutate -- vrrp-fsm --sample 50   some of them, by --seed
 *     … --parallel 2                           that many at a time
 *
 * What comes of it is kept in test/mutation/vrrp-fsm.json, also if it is interrupted. Without a package: all of them.
 */

import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { compare, packages, readLedger, scoreOf, updated, writeLedger } from "./ledger.ts";
import type { Mutant } from "./mutants.ts";
import { sampleOf } from "./sample.ts";
import { mutantsOfPackage, tryAll, type Verdict } from "./trial.ts";

/** Mutants after which what is known is written down. */
const CHUNK = 5;

const options = parseArgs(process.argv.slice(2), {
  string: ["sample", "seed", "file", "parallel"],
  boolean: ["all"],
});
const names = options._.length === 0 ? packages : options._.map(String);
for (const name of names) await mutatePackage(name);

async function mutatePackage(name: string): Promise<void> {
  const all = mutantsOfPackage(name);
  const chosen = choose(name, all);
  console.log(`${name}: ${chosen.length} of ${all.length} mutants`);
  const tried = new Map<Mutant, boolean>();
  const tell = (mutant: Mutant, verdict: Verdict) => {
    const { path, line, change } = mutant;
    tried.set(mutant, verdict !== "survived");
    if (verdict === "survived") console.log(`survived: ${path}:${line} ${change}`);
    if (tried.size % 100 === 0) console.log(`${tried.size} of ${chosen.length}`);
    if (tried.size % CHUNK === 0) writeLedger(name, updated(all, readLedger(name), tried));
  };
  await tryAll(name, chosen, { parallel: Number(options["parallel"] ?? 2), tell });
  const ledger = updated(all, readLedger(name), tried);
  writeLedger(name, ledger);
  const killed = [...tried.values()].filter((it) => it).length;
  console.log(`${name}: ${scoreOf(killed, tried.size)} noticed now; of all: ${ledger.score}`);
}

function choose(name: string, all: readonly Mutant[]): readonly Mutant[] {
  const { sample, seed, file } = options;
  if (file !== undefined) return all.filter(({ path }) => path.endsWith(`/${file}`));
  if (sample !== undefined) return sampleOf(all, Number(sample), String(seed ?? ""));
  if (options["all"] === true) return all;
  const { survivors, fresh } = compare(all, readLedger(name));
  // In no order, so that what is known after an interruption is a fair sample.
  const open = [...survivors, ...fresh];
  return sampleOf(open, open.length, String(seed ?? ""));
}
