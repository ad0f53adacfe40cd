import { execFileSync } from "node:child_process";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { type Contender, contenders } from "./contenders.ts";
import { isGuest, runInGuest } from "./in_guest.ts";
import { LoggedDaemon } from "./logged_daemon.ts";
import { circumstances, ratio, table } from "./report.ts";
import { inTurn } from "./rounds.ts";

export const summary = "IPVS: from the start to the whole table, reloads, and the end";

const usage = `Usage: npm run bench -- ipvs [--servers N]... [--rounds N] [--program FILE]

A virtual server with N real servers without checks, in a guest kernel: milliseconds from the start of the program to the
whole table, of reloads with nothing, one weight and all weights changed, and of the stop. The daemons take turns.

  --servers N   default: 1, 1000 and 10000
  --rounds N    default 3; the median counts
  --program FILE
                the daemon as it is installed (npm run build:binary), in place of its sources: files are slow to read in
                the guest, where the sources take a second and more before anything else
  --help        this text
`;

/** Milliseconds of each step, and how many servers were in the kernel after the stop. */
type Sample = Readonly<Record<Step | "left", number>>;
const steps = ["start", "nothing", "one weight", "all weights", "stop"] as const;
type Step = (typeof steps)[number];

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    string: ["servers", "rounds", "program"],
    collect: ["servers"],
    boolean: ["help"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const given = (options["servers"] ?? []) as readonly string[];
  const counts = given.length === 0 ? [1, 1000, 10_000] : given.map(Number);
  const rounds = Number(options["rounds"] ?? 3);
  const areCounts = [...counts, rounds].every((it) => Number.isInteger(it) && it > 0);
  if (options._.length > 0 || !areCounts || counts.some((it) => it > 60_000)) {
    process.stderr.write(usage);
    return 2;
  }
  if (!isGuest) return await runInGuest("ipvs", args);

  const running = options["program"] === undefined ? contenders : contenders.flatMap((it) => {
    if (it.name === "Deno") return [];
    return it.name === "C" ? [it] : [{ ...it, program: String(options["program"]) }];
  });
  process.stdout.write(`${circumstances(running)}\n`);
  const starts = new Map<Contender, number>();
  for (const count of counts) {
    const samples = await inTurn(running, rounds, (contender) => measure(contender, count));
    const medians = new Map(
      [...samples].map(([contender, all]) => [contender, medianOf(all)]),
    );
    process.stdout.write(`${report(count, medians, starts)}\n`);
    if (count === 1) { for (const [it, { start }] of medians) starts.set(it, start); }
  }
  return 0;
}

async function measure(contender: Contender, count: number): Promise<Sample> {
  const plain = configurationOf(count, () => 1);
  const daemon = new LoggedDaemon(contender, plain);
  try {
    const start = await daemon.says(/Startup complete/) - daemon.startedMs;
    requireWeights({ 1: count });
    const nothing = await daemon.reload(plain);
    const one = await daemon.reload(configurationOf(count, (i) => i === 0 ? 3 : 1));
    requireWeights(count === 1 ? { 3: 1 } : { 1: count - 1, 3: 1 });
    const all = await daemon.reload(configurationOf(count, () => 5));
    requireWeights({ 5: count });
    const stop = await daemon.stop();
    // The C daemon gives its child some seconds to remove them, and then kills it.
    const left = Object.values(weightsInKernel()).reduce((sum, it) => sum + it, 0);
    return { start, nothing, "one weight": one, "all weights": all, stop, left };
  } finally {
    await daemon.crash();
    execFileSync("ipvsadm", ["-C"]);
  }
}

/** The kernel must have so many destinations of each weight: a fast daemon that does less is no better. */
function requireWeights(wanted: Readonly<Record<number, number>>): void {
  const text = (counts: Readonly<Record<number, number>>) => JSON.stringify(counts);
  const found = text(weightsInKernel());
  if (found !== text(wanted)) {
    throw new Error(`The table has weights ${found} instead of ${text(wanted)}`);
  }
}

/** How many destinations of each weight the kernel has. */
function weightsInKernel(): Readonly<Record<number, number>> {
  const found: Record<number, number> = {};
  for (
    const line of execFileSync("ipvsadm", ["-Sn"], { encoding: "utf8", maxBuffer: 1 << 26 }).split(
      "\n",
    )
  ) {
    const weight = /^-a .* -w (\d+)/.exec(line)?.[1];
    if (weight !== undefined) found[Number(weight)] = (found[Number(weight)] ?? 0) + 1;
  }
  return found;
}

function configurationOf(count: number, weightOf: (i: number) => number): string {
  const servers = Array.from(
    { length: count },
    (_, i) => `real_server 10.0.${i >> 8}.${i & 255} 80 {\nweight ${weightOf(i)}\n}\n`,
  );
  return `virtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n${
    servers.join("")
  }}\n`;
}

function medianOf(samples: readonly Sample[]): Sample {
  return Object.fromEntries(([...steps, "left"] as const).map((step) => {
    const sorted = samples.map((it) => it[step]).sort((a, b) => a - b);
    return [step, sorted[sorted.length >> 1] ?? NaN];
  })) as unknown as Sample;
}

function report(
  count: number,
  medians: ReadonlyMap<Contender, Sample>,
  startsOfOne: ReadonlyMap<Contender, number>,
): string {
  const [theirs] = medians.values();
  const header = ["", ...steps.flatMap((step) => [step, "/C"])];
  if (startsOfOne.size > 0) header.push("start - 1", "/C");
  const beyond = (contender: Contender, { start }: Sample) =>
    start - (startsOfOne.get(contender) ?? NaN);
  const [first] = medians.keys();
  const rows = [...medians].map(([contender, sample]) => {
    const row = [contender.name as string];
    for (const step of steps) {
      row.push(sample[step].toFixed(0), ratio(sample[step], theirs?.[step] ?? NaN));
    }
    if (startsOfOne.size > 0 && first !== undefined && theirs !== undefined) {
      const own = beyond(contender, sample);
      row.push(own.toFixed(0), ratio(own, beyond(first, theirs)));
    }
    return row;
  });
  const title =
    `${count} real servers: milliseconds; "start - 1" is the start less that with one real server`;
  const left = [...medians].flatMap(([{ name }, { left }]) =>
    left === 0 ? [] : [`${name} left ${left} of them in the kernel at its stop\n`]
  );
  return `${table(title, header, rows, 1)}${left.join("")}`;
}
