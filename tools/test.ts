/**
 * The gate, then every test on both runtimes.
 * Both runtimes write TAP; this driver joins them, shows failures as they come, and ends with one plain line.
 */

import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "@std/cli/parse-args";
import { runGate } from "./check.ts";

const usage = `Usage: npm test [-- [--runtime node|deno] [--slowest N] [FOLDER...]]

The gate, then every test on both runtimes. With folders: only the tests under these, without the gate.

  --runtime node|deno   on one runtime only
  --slowest N           and which tests on Node took longest
  --help                this text
`;

type Runtime = "node" | "deno";
type Count = { passed: number; failed: number; skipped: number };

/** Milliseconds that each test on Node took. */
const durations: { readonly name: string; readonly ms: number }[] = [];

/**
 * Tests that use real namespaces, processes and time: one file after the other. Most of it is waiting, so both runtimes
 * do so at the same time.
 */
const realFolders = [
  "test/kernel",
  "test/checkers",
  "test/app",
  "test/chaos",
  "test/conformance",
  "test/demo",
  "test/docs",
  "tools/guest",
];

/** Tests that fill the machine with networks by themselves. */
const crowdedFolder = "test/interop";

/** Tests of what is built, which use both runtimes themselves: once is enough. */
const builtFolder = "test/package";

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
  if (folders.length === 0) add(total, "gate", await runGate());

  const all = globSync("{packages,apps,test,tools}/**/*_test.ts", {
    exclude: (path) => String(path).includes("node_modules"),
  }).map(String).sort();
  const files = folders.length === 0
    ? all
    : all.filter((file) => folders.some((folder) => file.startsWith(folder.replace(/^\.\//, ""))));
  const isIn = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
  const guest = files.filter(isIn(guestFolder));
  const real = files.filter((file) => realFolders.some((folder) => isIn(folder)(file)));
  const crowded = files.filter(isIn(crowdedFolder));
  const built = files.filter(isIn(builtFolder));
  const pure = files.filter((file) => ![...real, ...guest, ...crowded, ...built].includes(file));

  await Promise.all(runtimes.map(async (runtime) => {
    add(total, `${runtime} pure`, await runTests(runtime, pure, "beside others"));
  }));
  await Promise.all(runtimes.map(async (runtime) => {
    add(total, `${runtime} real network`, await runTests(runtime, real, "one by one"));
    add(total, `${runtime} in a guest`, await runTests(runtime, guest, "in a guest"));
  }));
  for (const runtime of runtimes) {
    add(total, `${runtime} interop`, await runTests(runtime, crowded, "one by one"));
  }
  if (runtimes.includes("node")) {
    add(total, "packages", await runTests("node", built, "one by one"));
  }
  const slowest = durations.sort((a, b) => b.ms - a.ms).slice(0, Number(options["slowest"] ?? 0));
  for (const { name, ms } of slowest) {
    console.log(`# ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

function add(total: Count, name: string, count: Count): void {
  if (count.passed + count.failed + count.skipped === 0) return;
  console.log(
    `# ${name}: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`,
  );
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}

async function runTests(
  runtime: Runtime,
  files: readonly string[],
  how: "beside others" | "one by one" | "in a guest",
): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  if (files.length === 0) return count;
  const processes = {
    "beside others": ["--test-concurrency=2"],
    "one by one": ["--test-concurrency=1"],
    "in a guest": ["--test-isolation=none"],
  };
  const command = runtime === "node"
    ? ["node", "--test", "--test-reporter=tap", ...processes[how], ...files]
    : ["deno", "test", "-A", "--no-check", "--reporter=tap", ...files];
  const [program = "", ...args] = how === "in a guest"
    ? ["tools/guest/run", "--timeout", "600", "--", ...command]
    : command;
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, KEEPALIVED_RUNTIME: runtime, NO_COLOR: "1" },
  });
  const errors: string[] = [];
  child.stderr.on("data", (chunk) => errors.push(String(chunk)));
  const ended = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  await readTap(runtime, child.stdout, count);
  const code = await ended;
  // With 1 tests failed; with another status they did not all run.
  if (code > 1 || code !== 0 && count.failed === 0) {
    count.failed++;
    console.log(`not ok - ${runtime} ended with exit status ${code}\n${errors.join("")}`);
  }
  return count;
}

/** Counts the top-level results, and prints each failure with its diagnostics. */
async function readTap(
  runtime: Runtime,
  stream: NodeJS.ReadableStream,
  count: Count,
): Promise<void> {
  let failing = false;
  let file = "";
  let name = "";
  for await (const line of createInterface({ input: stream })) {
    const result = /^(ok|not ok) \d+ - (.*)$/.exec(line);
    if (result !== null) {
      failing = result[1] === "not ok";
      name = result[2] ?? "";
      if (failing) count.failed++;
      else if (/ # SKIP/i.test(line)) count.skipped++;
      else count.passed++;
      if (failing) console.log(`${runtime}: not ok - ${result[2]}${file}`);
      else if (/ # SKIP/i.test(line)) console.log(`${runtime}: skipped - ${result[2]}`);
    } else if (name !== "" && line.startsWith("  duration_ms: ")) {
      durations.push({ name, ms: Number(line.slice("  duration_ms: ".length)) });
      name = "";
    } else if (/^# .+ \| /.test(line)) {
      console.log(line.slice(2)); // A table that a test prints.
    } else if (/^# .*_test\.ts$/.test(line)) {
      file = ` (${line.slice(2)})`;
    } else if (failing && line.startsWith(" ")) {
      console.log(line.replaceAll("\\n", "\n    "));
    } else if (!line.startsWith(" ")) {
      failing = false;
    }
  }
}

await main();
