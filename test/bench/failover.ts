import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { type Contender, contenders } from "./contenders.ts";
import { createLab, type Lab } from "./lab.ts";
import { type Lateness, type LatenessOptions, measureLateness } from "./lateness.ts";
import { circumstances, inMiB, inMs, ratio, table } from "./report.ts";
import { inTurn } from "./rounds.ts";
import { measureStart, type Start } from "./start.ts";
import { quantile, summarize } from "./statistics.ts";
import { measureTakeover, type Takeover } from "./takeover.ts";

export const summary = "how fast a backup takes over, how regular a master is, memory, start";

const usage = `Usage: npm run bench -- failover [--quick] [--runs N]

Measures the installed keepalived (C) and this one on Node and on Deno, in turn, on a network of its own.
Takes six minutes, or 90 seconds with --quick. Needs root.

  --quick    fewer runs, and no advertisements each 100 ms in (c)
  --runs N   takeovers at each interval, and starts
  --help     this text
`;

/** How much is measured. */
type Plan = {
  /** How often at each interval in milliseconds. */
  readonly takeovers: readonly (readonly [intervalMs: number, runs: number])[];
  readonly lateness: readonly Omit<LatenessOptions, "busy">[];
  readonly latenessRounds: number;
  readonly starts: number;
  readonly memoryRuns: number;
};

const full: Plan = {
  takeovers: [[1000, 3], [100, 8], [10, 8]],
  lateness: [{ intervalMs: 10, durationMs: 5_000 }, { intervalMs: 100, durationMs: 5_000 }],
  latenessRounds: 2,
  starts: 8,
  memoryRuns: 2,
};

const quick: Plan = {
  takeovers: [[1000, 1], [100, 3], [10, 3]],
  lateness: [{ intervalMs: 10, durationMs: 2_000 }],
  latenessRounds: 1,
  starts: 2,
  memoryRuns: 1,
};

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], { string: ["runs"], boolean: ["quick", "help"] });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const runs = options["runs"] === undefined ? undefined : Number(options["runs"]);
  if (options._.length > 0 || (runs !== undefined && !(Number.isInteger(runs) && runs > 0))) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: failover needs root, for real-time priority and packet capture\n");
    return 1;
  }
  const base = options["quick"] === true ? quick : full;
  const plan: Plan = runs === undefined ? base : {
    ...base,
    takeovers: base.takeovers.map(([intervalMs]) => [intervalMs, runs]),
    starts: runs,
  };
  process.stdout.write(`${circumstances(contenders)}\n`);
  const lab = await createLab();
  try {
    // Not counted: it fills the caches of compiled modules, which a change of the sources makes stale.
    await inTurn(contenders, 1, (contender) => measureStart(lab, contender, { withMemory: false }));
    for (const item of [takeovers, lateness, startAndMemory]) {
      process.stdout.write(`${await item(lab, plan)}\n`);
    }
  } finally {
    await lab.dispose();
  }
  return 0;
}

async function takeovers(lab: Lab, plan: Plan): Promise<string> {
  const master = contenders[0];
  if (master === undefined) throw new TypeError("No contenders");
  const late: string[][] = [];
  const address: string[][] = [];
  for (const [intervalMs, runs] of plan.takeovers) {
    const samples = await inTurn(
      contenders,
      runs,
      (backup) => measureTakeover(lab, { master, backup }, intervalMs),
    );
    const rowsOf = (figure: (takeover: Takeover) => number) =>
      spread(samples, figure).map((row) => [`${intervalMs} ms`, ...row]);
    late.push(...rowsOf(({ lateUs }) => lateUs));
    address.push(
      ...rowsOf(({ addressUs }) => addressUs).map((row, i) => {
        const announced = [...samples.values()][i]?.map(({ announcedUs }) => announcedUs) ?? [];
        return [...row, inMs(quantile(announced, 0.5))];
      }),
    );
  }
  const header = ["interval", ...spreadHeader];
  return [
    table(
      "(a) Takeover: backup's first advertisement after the dead master's last, beyond 3 intervals and the skew. ms",
      header,
      late,
      2,
    ),
    table(
      "(b) Address on the interface, after that first advertisement. ms",
      [...header, "first ARP"],
      address,
      2,
    ),
  ].join("\n");
}

async function lateness(lab: Lab, plan: Plan): Promise<string> {
  const rows: string[][] = [];
  for (const options of plan.lateness) {
    for (const busy of [false, true]) {
      const samples = await inTurn(
        contenders,
        plan.latenessRounds,
        (contender) => measureLateness(lab, contender, { ...options, busy }),
      );
      const medianOf = (of: readonly Lateness[]) =>
        quantile(of.flatMap(({ deviationsUs }) => deviationsUs), 0.5);
      for (const [{ name }, of] of samples) {
        const all = summarize(of.flatMap(({ deviationsUs }) => deviationsUs));
        rows.push([
          ...[`${options.intervalMs} ms`, busy ? "busy" : "idle", name, String(all.count)],
          ...[all.median, all.p99, all.p999, all.max].map(inMs),
          inMs(quantile(of.map(({ driftUs }) => driftUs), 0.5)),
          ratio(all.median, medianOf([...samples.values()][0] ?? [])),
        ]);
      }
    }
  }
  return table(
    "(c) Advertisements of a master: deviation of their intervals, early or late, and mean excess of one. ms",
    ["interval", "cores", "daemon", "count", "p50", "p99", "p99.9", "max", "excess", "p50/C"],
    rows,
    3,
  );
}

async function startAndMemory(lab: Lab, plan: Plan): Promise<string> {
  const samples = await inTurn(
    contenders,
    plan.starts,
    (contender, round) => measureStart(lab, contender, { withMemory: round < plan.memoryRuns }),
  );
  return [
    memoryTable(samples),
    table(
      "(e) Start: from the execution of the program to the first advertisement of an address owner. ms",
      spreadHeader,
      spread(samples, ({ firstAdvertUs }) => firstAdvertUs),
      1,
    ),
  ].join("\n");
}

function memoryTable(samples: ReadonlyMap<Contender, readonly Start[]>): string {
  const rows: string[][] = [];
  let base = NaN;
  for (const [{ name }, starts] of samples) {
    const runs = starts.flatMap(({ memory }) => memory ?? []);
    const median = (figures: readonly number[]) => quantile(figures, 0.5);
    const together = median(runs.map((run) => run.together));
    base = Number.isNaN(base) ? together : base;
    for (const [i, role] of ["parent", "child"].entries()) {
      const of = runs.flatMap(({ processes }) => processes[i] ?? []);
      const figures = [of.map((it) => it.rss), of.map((it) => it.pss), of.map((it) => it.private)];
      rows.push([name, role, ...figures.map((values) => inMiB(median(values)))]);
    }
    const sum = (figure: "rss" | "pss" | "private") =>
      inMiB(median(runs.map(({ processes }) => processes.reduce((n, it) => n + it[figure], 0))));
    rows.push([
      ...[name, "both", sum("rss"), sum("pss"), sum("private")],
      ...[inMiB(together), ratio(together, base)],
    ]);
  }
  return table(
    "(d) Memory of an idle master. MiB; unique: each page of parent and child counted once",
    ["daemon", "process", "Rss", "Pss", "Private", "unique", "unique/C"],
    rows,
    2,
  );
}

const spreadHeader = ["daemon", "runs", "median", "min", "max", "median/C"];

/** A row for each contender. */
function spread<Sample>(
  samples: ReadonlyMap<Contender, readonly Sample[]>,
  figure: (sample: Sample) => number,
): readonly string[][] {
  let base = NaN;
  return [...samples].map(([{ name }, of]) => {
    const { count, median, min, max } = summarize(of.map(figure));
    base = Number.isNaN(base) ? median : base;
    return [name, String(count), inMs(median), inMs(min), inMs(max), ratio(median, base)];
  });
}
