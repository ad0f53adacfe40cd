/** What is known of the mutants of a package: `test/mutation/PACKAGE.json`. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Mutant } from "./mutants.ts";

/** The packages whose mutants are kept count of. */
export const packages: readonly string[] = [
  "conf-parser",
  "lvs-pool",
  "tracking",
  "vrrp-codec",
  "vrrp-fsm",
];

/** A mutant that no test notices. */
export type Survivor = {
  readonly key: string;
  /** `router.ts:12`, when it was found. */
  readonly at: string;
  readonly change: string;
};

export type Ledger = {
  /** `97.3% of 412`: of those that were tried. */
  readonly score: string;
  /** How many were not, when this was written. */
  readonly untried: number;
  readonly survivors: readonly Survivor[];
  /** Keys of the mutants that tests notice, by file, in one string. */
  readonly killed: Readonly<Record<string, string>>;
};

const pathOf = (name: string) => `test/mutation/${name}.json`;

/** @returns undefined if nothing is known of a package */
export function readLedger(name: string): Ledger | undefined {
  const path = pathOf(name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) as Ledger : undefined;
}

export function writeLedger(name: string, ledger: Ledger): void {
  writeFileSync(pathOf(name), JSON.stringify(ledger, null, 2) + "\n");
}

/** What a package's ledger says after some of its mutants were tried: of those of lines that are gone, nothing. */
export function updated(
  mutants: readonly Mutant[],
  before: Ledger | undefined,
  tried: ReadonlyMap<Mutant, boolean>,
): Ledger {
  const { known, survivors } = compare(mutants, before ?? empty);
  const killed = new Set([...known, ...[...tried.keys()].filter((it) => tried.get(it))]);
  const survived = new Set([...survivors, ...[...tried.keys()].filter((it) => !tried.get(it))]);
  for (const [mutant, isKilled] of tried) (isKilled ? survived : killed).delete(mutant);
  const byFile = Map.groupBy(mutants.filter((it) => killed.has(it)), fileOf);
  return {
    score: scoreOf(killed.size, killed.size + survived.size),
    untried: mutants.length - killed.size - survived.size,
    survivors: mutants.filter((mutant) => survived.has(mutant)).map((mutant) => ({
      key: mutant.key,
      at: `${fileOf(mutant)}:${mutant.line}`,
      change: mutant.change,
    })),
    killed: Object.fromEntries(
      [...byFile].map(([file, some]) => [file, some.map(({ key }) => key).join(" ")]),
    ),
  };
}

const empty: Ledger = { score: "", untried: 0, survivors: [], killed: {} };

/** How the mutants of the sources as they are stand to a ledger. */
export type Comparison = {
  readonly known: readonly Mutant[];
  readonly survivors: readonly Mutant[];
  /** Of lines that are new or changed. */
  readonly fresh: readonly Mutant[];
  /** Survivors whose lines are gone. */
  readonly stale: readonly Survivor[];
};

export function compare(mutants: readonly Mutant[], ledger: Ledger = empty): Comparison {
  const killed = new Set(Object.values(ledger.killed).flatMap((keys) => keys.split(" ")));
  const surviving = new Set(ledger.survivors.map(({ key }) => key));
  const present = new Set(mutants.map(({ key }) => key));
  return {
    known: mutants.filter(({ key }) => killed.has(key)),
    survivors: mutants.filter(({ key }) => surviving.has(key)),
    fresh: mutants.filter(({ key }) => !killed.has(key) && !surviving.has(key)),
    stale: ledger.survivors.filter(({ key }) => !present.has(key)),
  };
}

/** `97.3% of 412` */
export function scoreOf(killed: number, all: number): string {
  return `${all === 0 ? 100 : Math.floor(1000 * killed / all) / 10}% of ${all}`;
}

function fileOf({ path }: Mutant): string {
  return path.split("/").slice(2).join("/");
}
