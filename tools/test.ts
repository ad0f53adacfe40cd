/**
 * The gate, then every test on both runtimes.
 * Both runtimes write TAP; this driver joins them, shows each file's result as it comes, and ends with one plain line.
 */

import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "@std/cli/parse-args";
import { bundleDaemon, root } from "./build/bundle.ts";
import { runGate } from "./check.ts";

const usage = `Usage: npm test [-- [--runtime node|deno] [--slowest N] [FOLDER...]]

The gate, then every test on both runtimes. With folders: only the tests under these, without the gate.

The whole run starts the daemon from one bundled file, as it is shipped, but for the demo and the documents; with folders
it is started from its sources.

  --runtime node|deno   on one runtime only
  --slowest N           and which tests on Node took longest
  --help                this text
`;

type Runtime = "node" | "deno";
type Count = { passed: number; failed: number; skipped: number };

/** What became of a job's tests. */
type Result = Count & { readonly job: Job; readonly failing: readonly string[] };

/** Files of tests that one process of a runtime runs. */
type Job = {
  readonly runtime: Runtime;
  readonly files: readonly string[];
  readonly isInGuest?: boolean;
  /** Whether Node runs them one after the other, as Deno does; else one process each, as many at once as processors. */
  readonly inOneProcess?: boolean;
  /** A file to start the daemon from; undefined: its sources. */
  readonly main?: string;
};

/** Milliseconds that each test on Node took. */
const durations: { readonly name: string; readonly ms: number }[] = [];

/**
 * Tests that use real namespaces, processes and time, the longest first. Most of it is waiting, so several files of
 * both runtimes do so at the same time.
 */
const realFolders = [
  "test/chaos",
  "test/docs",
  "test/conformance",
  "test/app",
  "test/demo",
  "test/checkers",
  "test/kernel",
  "tools/guest",
];

/** Tests of the daemon as its sources are, whoever has built it. */
const sourceFolders = ["test/demo", "test/docs"];

/** The daemon as one file: it starts in half the time of its sources. Always the same file, for Node's compile cache. */
const bundle = join(root, "node_modules/.cache/keepalived-test.mjs");

/** How many files with real networks run at once. */
const realWorkers = 4;

/** Tests that fill the machine with networks by themselves. */
const crowdedFolder = "test/interop";

/** Tests of what is built, which use both runtimes themselves, and of what Node notices of mutants: once is enough. */
const onceFolders = ["test/package", "test/mutation"];

/** A process of Deno runs one file after the other. */
const denoProcesses = 2;

/**
 * Real time on a machine that others use: what fails beside others runs once more, file by file alone. Failing again is a
 * failure. So are more files than this, which no bad moment of a machine explains.
 */
const mostRepeated = 8;

/** Tests that need IPVS: one boot of a guest kernel for all, and one process in it, as starting one is slow there. */
const guestFolder = "test/ipvs";

async function main(): Promise<void> {
  let unknown: string | undefined;
  const options = parseArgs(process.argv.slice(2), {
    string: ["runtime", "slowest"],
    boolean: ["help"],
    unknown: (argument) => {
      if (argument.startsWith("-")) unknown = argument;
    },
  });
  const { runtime } = options as { readonly runtime?: Runtime };
  if (runtime !== undefined && !["node", "deno"].includes(runtime)) unknown = runtime;
  if (options["help"] === true || unknown !== undefined) {
    if (unknown !== undefined) console.error(`test: ${unknown} is not known\n`);
    console[unknown === undefined ? "log" : "error"](usage);
    process.exitCode = unknown === undefined ? 0 : 2;
    return;
  }
  const runtimes: readonly Runtime[] = runtime === undefined ? ["node", "deno"] : [runtime];
  const folders = options._.map(String);
  const total: Count = { passed: 0, failed: 0, skipped: 0 };
  const isWhole = folders.length === 0;
  if (isWhole) report(total, "gate", await runGate());

  const all = globSync("{packages,apps,test,tools}/**/*_test.ts", {
    exclude: (path) => String(path).includes("node_modules"),
  }).map(String).sort();
  const files = isWhole
    ? all
    : all.filter((file) => folders.some((folder) => file.startsWith(folder.replace(/^\.\//, ""))));
  const isIn = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
  const real = realFolders.flatMap((folder) => files.filter(isIn(folder)));
  const guest = files.filter(isIn(guestFolder));
  const crowded = files.filter(isIn(crowdedFolder));
  const once = onceFolders.flatMap((folder) => files.filter(isIn(folder)));
  const pure = files.filter((file) => ![...real, ...guest, ...crowded, ...once].includes(file));
  const mainFor = (file = "") =>
    isWhole && !sourceFolders.some((folder) => isIn(folder)(file)) ? { main: bundle } : {};
  const alone = (files: readonly string[]): Job[] =>
    files.flatMap((file) =>
      runtimes.map((runtime) => ({ runtime, files: [file], ...mainFor(file) }))
    );
  const together = (files: readonly string[], how: Partial<Job> = {}): Job[] =>
    files.length === 0 ? [] : runtimes.map((runtime) => ({ runtime, files, ...how }));

  const isOfPackage = isIn("packages");
  const pureJobs = runtimes.flatMap((runtime): Job[] => {
    if (runtime === "node") {
      // Outside packages files may bring a kernel of their own, or share a limit of running programs.
      return [
        { runtime, files: pure.filter(isOfPackage), inOneProcess: true },
        { runtime, files: pure.filter((file) => !isOfPackage(file)) },
      ];
    }
    return Array.from({ length: denoProcesses }, (_, i) => ({
      runtime,
      files: pure.filter((_, place) => place % denoProcesses === i),
    }));
  }).filter(({ files }) => files.length > 0);
  const disturbed: Result[] = [];
  await runPhase(total, "pure", pureJobs, pureJobs.length, disturbed);
  if (isWhole) await bundleDaemon(bundle);
  await Promise.all([
    runPhase(
      total,
      "in a guest",
      together(guest, { isInGuest: true, ...mainFor() }),
      runtimes.length,
      disturbed,
    ),
    runPhase(total, "real network", alone(real), realWorkers, disturbed),
  ]);
  await runPhase(total, "interop", alone(crowded), 1, disturbed);
  if (runtimes.includes("node")) {
    const jobs = once.map((file) => ({ runtime: "node", files: [file] }) as const);
    await runPhase(total, "once", jobs, 2, disturbed);
  }
  const repeated = await repeat(total, disturbed);
  const slowest = durations.sort((a, b) => b.ms - a.ms).slice(0, Number(options["slowest"] ?? 0));
  for (const { name, ms } of slowest) {
    console.log(`# ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  const again = repeated > 0 ? `, ${repeated} of them only when run again alone` : "";
  console.log(`${total.passed} passed${again}, ${total.failed} failed${skipped}`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

/**
 * Runs jobs, so many at once, and says how long they took together.
 *
 * @param disturbed takes the jobs with failures, which do not count yet
 */
async function runPhase(
  total: Count,
  name: string,
  jobs: readonly Job[],
  workers: number,
  disturbed: Result[],
): Promise<void> {
  if (jobs.length === 0) return;
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const from = performance.now();
  const queue = [...jobs];
  let failed = 0;
  const work = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      const result = await runJob(job);
      if (result.failed === 0) add(count, result);
      else {
        disturbed.push(result);
        failed++;
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  const later = failed > 0 ? `, ${failed} of ${jobs.length} runs failed and count later` : "";
  report(total, `${name}, ${seconds} s${later}`, count);
}

/**
 * Runs the files that failed beside others once more, each alone.
 *
 * @returns how many tests passed only then
 */
async function repeat(total: Count, disturbed: readonly Result[]): Promise<number> {
  const jobs = disturbed.flatMap(({ job, failing }) =>
    failing.map((file): Job => ({ ...job, files: [file] }))
  );
  if (jobs.length === 0) return 0;
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const result of disturbed) add(count, result);
  if (jobs.length > mostRepeated) {
    report(total, `${jobs.length} files failed, too many to try them again`, count);
    return 0;
  }
  const before = count.failed;
  count.failed = 0;
  for (const job of jobs) count.failed += (await runJob(job)).failed;
  const again = Math.max(0, before - count.failed);
  count.passed += again;
  report(total, `${jobs.length} files again, alone`, count);
  return again;
}

function report(total: Count, name: string, count: Count): void {
  console.log(
    `# ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`,
  );
  add(total, count);
}

function add(total: Count, { passed, failed, skipped }: Count): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

async function runJob(job: Job): Promise<Result> {
  const { runtime, files, isInGuest = false, inOneProcess = false, main } = job;
  const processes = isInGuest || inOneProcess || files.length === 1
    ? "--test-isolation=none"
    : `--test-concurrency=${availableParallelism()}`;
  const command = runtime === "node"
    ? ["node", "--test", "--test-reporter=tap", processes, ...files]
    : ["deno", "test", "-A", "--no-check", "--reporter=tap", ...files];
  const [program = "", ...args] = isInGuest
    ? ["tools/guest/run", "--timeout", "900", "--", ...command]
    : command;
  const from = performance.now();
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      KEEPALIVED_RUNTIME: runtime,
      NO_COLOR: "1",
      ...main !== undefined && { KEEPALIVED_MAIN: main },
    },
  });
  const errors: string[] = [];
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  const { lines, ...result } = await readTap(child.stdout);
  const code = await ended;
  const what = files.length === 1 ? files[0] : `${files.length} files`;
  let failing = files.filter((file) => lines.some((line) => line.includes(file)));
  // With 1 tests failed; with another status they did not all run.
  const isBroken = code > 1 || code !== 0 && result.failed === 0;
  if (isBroken || failing.length === 0) failing = [...files];
  if (isBroken) {
    result.failed++;
    lines.push(`not ok - ended with exit status ${code}`, ...errors);
  }
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  console.log(`${runtime} ${what}: ${result.passed} passed, ${result.failed} failed, ${seconds} s`);
  for (const line of lines) console.log(`  ${line}`);
  return { ...result, job, failing };
}

/** Counts the top-level results, and gathers what people want to read: failures with diagnostics, skips, tables. */
async function readTap(stream: NodeJS.ReadableStream): Promise<Count & { lines: string[] }> {
  const read = { passed: 0, failed: 0, skipped: 0, lines: [] as string[] };
  let failing = false;
  let file = "";
  let name = "";
  for await (const line of createInterface({ input: stream })) {
    const result = /^(ok|not ok) \d+ - (.*)$/.exec(line);
    if (result !== null) {
      failing = result[1] === "not ok";
      name = result[2] ?? "";
      const isSkipped = !failing && / # SKIP/i.test(line);
      read[failing ? "failed" : isSkipped ? "skipped" : "passed"]++;
      if (failing) read.lines.push(`not ok - ${name}${file}`);
      else if (isSkipped) read.lines.push(`skipped - ${name}`);
    } else if (name !== "" && line.startsWith("  duration_ms: ")) {
      durations.push({ name, ms: Number(line.slice("  duration_ms: ".length)) });
      name = "";
    } else if (/^# .+ \| /.test(line)) {
      read.lines.push(line.slice(2)); // A table that a test prints.
    } else if (/^# .*_test\.ts$/.test(line)) {
      file = ` (${line.slice(2)})`;
    } else if (failing && line.startsWith(" ")) {
      read.lines.push(line.replaceAll("\\n", "\n    "));
    } else if (!line.startsWith(" ")) {
      failing = false;
    }
  }
  return read;
}

await main();
