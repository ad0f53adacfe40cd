/** Networks of whole nodes in virtual time, for hours: the real VRRP process over a kernel in memory. */

import { fork } from "node:child_process";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { describeRun, findFailure, simulate } from "./simulate.ts";

const HOUR_US = 3_600_000_000;
/** Each network lives that long: more seeds find more than longer lives. */
const LIFE_US = 600_000_000;

/** What a shard says after each of its networks. */
type Report = { readonly us: number; readonly turns: number; readonly failure?: string };

const usage = `Usage: npm run simulate [-- OPTION...]

Networks of whole nodes in virtual time, with faults: the real VRRP process over a kernel in memory.
Each network lives for ten minutes of its own. A failure prints its seed and what its nodes logged.

  --hours N      virtual hours in all (1); a night's run has 10000
  --parallel N   processes (2)
  --from SEED    the first seed (1)
  --seed SEED    one network alone
  --help         this text
`;

const options = parseArgs(process.argv.slice(2), {
  string: ["hours", "parallel", "seed", "from", "shard"],
  boolean: ["help"],
  unknown: (argument) => {
    process.stderr.write(`simulate: '${argument}' is not known\n\n${usage}`);
    process.exit(2);
  },
});
const hours = above0("hours", 1);
const parallel = wholeAbove0("parallel", 2);
const first = wholeAbove0("from", 1);
if (options["help"] === true) process.stdout.write(usage);
else if (options["seed"] !== undefined) await runOne(Number(options["seed"]));
else if (options["shard"] !== undefined) await runShard(Number(options["shard"]));
else await runAll();

function wholeAbove0(name: string, fallback: number): number {
  const value = above0(name, fallback);
  return Number.isInteger(value) ? value : refuse(name, "whole number");
}

function above0(name: string, fallback: number): number {
  const value = Number(options[name] ?? fallback);
  return value > 0 && Number.isFinite(value) ? value : refuse(name, "number");
}

function refuse(name: string, what: string): never {
  process.stderr.write(`simulate: --${name}: '${options[name]}' is no ${what} above 0\n\n${usage}`);
  return process.exit(2);
}

async function runOne(seed: number): Promise<void> {
  const run = await simulate(seed, { lastsUs: LIFE_US });
  console.log(describeRun(run));
  if (run.violation !== undefined) process.exitCode = 1;
}

/** Every n-th seed until it is stopped. */
async function runShard(shard: number): Promise<void> {
  for (let seed = first + shard;; seed += parallel) {
    const lives = { lastsUs: LIFE_US };
    const run = await simulate(seed, lives);
    const failure = run.violation && describeRun(await findFailure(seed, lives) ?? run);
    const report: Report = { us: run.endUs, turns: run.turns, ...(failure && { failure }) };
    process.send?.(report);
  }
}

/** Shards until there were enough virtual hours. */
async function runAll(): Promise<void> {
  const startedMs = performance.now();
  const total = { us: 0, networks: 0, turns: 0, failures: 0 };
  let toldMs = startedMs;
  const tell = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    const done = (total.us / HOUR_US).toFixed(1);
    console.log(
      `${done} of ${hours} hours, ${total.networks} networks, ${total.turns} turns, ` +
        `${total.failures} failures, ${seconds} s`,
    );
  };
  const shards = Array.from({ length: parallel }, (_, shard) => {
    const args = ["--shard", shard, "--parallel", parallel, "--from", first].map(String);
    return fork(new URL(import.meta.url).pathname, args);
  });
  await Promise.all(shards.map((shard) =>
    new Promise<void>((resolve, reject) => {
      shard.on("message", (report: Report) => {
        if (total.us >= hours * HOUR_US) return void shard.kill();
        total.us += report.us;
        total.turns += report.turns;
        total.networks++;
        if (report.failure !== undefined) {
          total.failures++;
          console.log(report.failure);
        }
        if (performance.now() - toldMs > 30_000) {
          toldMs = performance.now();
          tell();
        }
        if (total.us >= hours * HOUR_US) { for (const other of shards) other.kill(); }
      });
      shard.on("exit", (code, signal) => {
        if (signal === "SIGTERM") resolve();
        else reject(new Error(`A shard ended with ${code ?? signal}`));
      });
    })
  ));
  tell();
  if (total.failures > 0) process.exitCode = 1;
}
