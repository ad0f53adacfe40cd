/**
 * Whether tests notice small mistakes: changes the sources of a package one by one, and runs its tests against each.
 */

import { constants } from "node:os";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { compare, packages, readLedger, scoreOf, updated, writeLedger } from "./ledger.ts";
import type { Mutant } from "./mutants.ts";
import { sampleOf } from "./sample.ts";
import { mutantsOfPackage, tryAll, type Verdict } from "./trial.ts";

/** Mutants after which what is known is written down. */
const CHUNK = 5;

const usage =
  `Usage: npm run mutate -- [PACKAGE...] [--all | --survivors | --file FILE | --sample N] [--seed S] [--parallel N]

Changes the sources of a package one by one, runs its tests against each change, and lists those that no test notices:
of lines that are new or changed, and those that nothing noticed before. Without a package: all of them, which takes
hours. What comes of it is kept in test/mutation/PACKAGE.json, also if it is interrupted.

  --all           every change
  --survivors     those that nothing noticed before
  --file FILE     those of one file
  --sample N      some of them, by --seed
  --parallel N    that many at a time (default 2)
  --help          this text

Packages: ${packages.join(", ")}
`;

const options = parseArgs(process.argv.slice(2), {
  string: ["sample", "seed", "file", "parallel"],
  boolean: ["all", "survivors", "help"],
});
const stray = options._.map(String).find((name) => !packages.includes(name));
if (options["help"] === true || stray !== undefined) {
  if (stray !== undefined) console.error(`mutate: ${stray} is not one of the packages\n`);
  console[stray === undefined ? "log" : "error"](usage);
  process.exit(stray === undefined ? 0 : 2);
}
const names = options._.length === 0 ? packages : options._.map(String);
/** 128 and the signal that ended it: what is tried until then is kept. */
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    interrupted.abort();
  });
}
for (const name of names) if (!interrupted.signal.aborted) await mutatePackage(name);

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
  const parallel = Number(options["parallel"] ?? 2);
  await tryAll(name, chosen, { parallel, signal: interrupted.signal, tell });
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
  if (options["survivors"] === true) return survivors;
  // In no order, so that what is known after an interruption is a fair sample.
  return [...sampleOf(fresh, fresh.length, String(seed ?? "")), ...survivors];
}
