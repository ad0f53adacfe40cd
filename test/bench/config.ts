import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { cases, type ConfigCase, writeCase } from "./config_cases.ts";
import { type Contender, contenders, endsWithUs } from "./contenders.ts";
import { circumstances, table } from "./report.ts";
import { workFolder } from "./work_folder.ts";

export const summary = "how fast a configuration is read, and how that grows with its size";

const usage =
  `Usage: npm run bench -- config [--sizes N,N,…] [--runs N] [--limit SECONDS] [--only CASE]

Reads large configurations (keepalived -t) with the installed keepalived (C) and with this one on Node and on Deno, in
turn, in a network namespace of their own; start and end of the program included. Takes about five minutes. Needs root.

  --sizes N,N,…     objects in a configuration (default 10000,20000,50000)
  --runs N          runs of each, of which the fastest counts (default 3; of one that takes over 10 s one is enough)
  --limit SECONDS   a run is ended after this, and larger sizes are left out (default 60)
  --only CASE       one of ${cases.map(({ name }) => name).join(", ")}
  --help            this text
`;

type Plan = {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly limitMs: number;
  readonly cases: readonly ConfigCase[];
};

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    string: ["sizes", "runs", "limit", "only"],
    boolean: ["help"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const numbers = (name: string, fallback: string) =>
    String(options[name] ?? fallback).split(",").map(Number);
  const only = options["only"];
  const [runs = 0] = numbers("runs", "3");
  const [limitS = 0] = numbers("limit", "60");
  const plan: Plan = {
    sizes: numbers("sizes", "10000,20000,50000"),
    runs,
    limitMs: limitS * 1000,
    cases: cases.filter(({ name }) => only === undefined || name === only),
  };
  const wrong = [...plan.sizes, runs, limitS].some((it) => !Number.isInteger(it) || it < 1);
  if (wrong || plan.cases.length === 0 || options._.length > 0) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: config needs root, for a network namespace\n");
    return 1;
  }
  process.stdout.write(`${circumstances(contenders)}\n`);
  for (const it of plan.cases) process.stdout.write(`${await measureCase(it, plan)}\n`);
  return 0;
}

/** The fastest of some runs, or why there is none. */
type Outcome = number | "over the limit" | "left out";

async function measureCase(it: ConfigCase, plan: Plan): Promise<string> {
  const slow = new Set<Contender>();
  const rows: string[][] = [];
  const first = new Map<Contender, number>();
  for (const size of plan.sizes) {
    const file = writeCase(it, size, makeFolder(`${it.name}-${size}`));
    const outcomes = await measureSize(file, plan, slow);
    const [theirs] = outcomes;
    rows.push([
      String(size),
      ...contenders.flatMap((contender, i) => {
        const outcome = outcomes[i] ?? "left out";
        if (typeof outcome !== "number") return [outcome, ...(i === 0 ? [] : [""]), ""];
        if (!first.has(contender)) first.set(contender, outcome);
        const compared = typeof theirs === "number"
          ? ratio(outcome, theirs)
          : `< ${ratio(outcome, plan.limitMs)}`;
        // Time for each object against that at the first size: 1.0x is linear growth.
        const growth = ratio(
          outcome / size,
          (first.get(contender) ?? NaN) / (plan.sizes[0] ?? NaN),
        );
        return [(outcome / 1000).toFixed(2), ...(i === 0 ? [] : [compared]), growth];
      }),
    ]);
  }
  const header = contenders.flatMap(({ name }, i) =>
    i === 0 ? [`${name} s`, "growth"] : [`${name} s`, `to ${contenders[0]?.name}`, "growth"]
  );
  return table(`${it.name}: ${it.summary}`, ["size", ...header], rows, 0);
}

/** Each contender in turn, round after round, so that all have the same weather. */
async function measureSize(
  file: string,
  { runs, limitMs }: Plan,
  slow: Set<Contender>,
): Promise<readonly Outcome[]> {
  const best = new Map<Contender, Outcome>();
  for (let round = 0; round < runs; round++) {
    for (const contender of contenders) {
      const before = best.get(contender);
      const enough = before !== undefined && (typeof before !== "number" || before > 10_000);
      if (enough) continue;
      if (slow.has(contender)) {
        best.set(contender, "left out");
        continue;
      }
      const outcome = await measure(contender, file, limitMs);
      if (typeof outcome !== "number") slow.add(contender);
      best.set(
        contender,
        typeof outcome === "number" && before !== undefined ? Math.min(outcome, before) : outcome,
      );
    }
  }
  return contenders.map((contender) => best.get(contender) ?? "left out");
}

/** Milliseconds of one run. @throws Error if the configuration is not found to be good */
async function measure(contender: Contender, file: string, limitMs: number): Promise<Outcome> {
  const log = openSync(`${file}.log`, "w");
  const started = performance.now();
  const child = spawn(
    "unshare",
    ["--net", ...endsWithUs, contender.program, "-t", "-f", file],
    { stdio: ["ignore", log, log], env: { ...process.env, ...contender.environment } },
  );
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const [status, signal] = await once(child, "exit") as [number | null, string | null];
  const elapsedMs = performance.now() - started;
  clearTimeout(timer);
  if (signal === "SIGKILL") return "over the limit";
  if (status === 0) return elapsedMs;
  throw new Error(`${contender.name} ends with status ${status} for ${file}, see ${file}.log`);
}

/** Two figures that count, also for what is far faster. */
function ratio(ours: number, theirs: number): string {
  const times = ours / theirs;
  return `${times < 1 ? times.toPrecision(2) : times.toFixed(1)}x`;
}

function makeFolder(name: string): string {
  const folder = join(workFolder(), name);
  mkdirSync(folder);
  return folder;
}
