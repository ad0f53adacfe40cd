/**
 * Networks of whole nodes in virtual time, for hours: the real VRRP process over a kernel in memory.
 *
 *     npm run simulate                          an hour of virtual time
 *     npm run simulate -- --hours 10000         as a nightly run does
 *     npm run simulate -- --parallel 4          that many processes; 2 if left out
 *     npm run simulate -- --seed 7742           one network, and all that its nodes logged last
 *     npm run simulate -- --from 100000         other seeds
 */

import { fork } from "node:child_process";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { describeRun, findFailure, simulate } from "./simulate.ts";

const HOUR_US = 3_600_000_000;
/** Each network lives that long: more seeds find more than longer lives. */
const LIFE_US = 600_000_000;

/** What a shard says after each of its networks. */
type Report = { readonly us: number; readonly turns: number; readonly failure?: string };

const options = parseArgs(process.argv.slice(2), {
  string: ["hours", "parallel", "seed", "from", "shard"],
});
const first = Number(options["from"] ?? 1);
if (options["seed"] !== undefined) await runOne(Number(options["seed"]));
else if (options["shard"] !== undefined) await runShard(Number(options["shard"]));
else await runAll(Number(options["hours"] ?? 1), Number(options["parallel"] ?? 2));

async function runOne(seed: number): Promise<void> {
  const run = await simulate(seed, { lastsUs: LIFE_US });
  console.log(describeRun(run));
  if (run.violation !== undefined) process.exitCode = 1;
}

/** Every n-th seed until it is stopped. */
async function runShard(shard: number): Promise<void> {
  for (let seed = first + shard;; seed += Number(options["parallel"])) {
    const lives = { lastsUs: LIFE_US };
    const run = await simulate(seed, lives);
    const failure = run.violation && describeRun(await findFailure(seed, lives) ?? run);
    const report: Report = { us: run.endUs, turns: run.turns, ...(failure && { failure }) };
    process.send?.(report);
  }
}

/** Shards until there were enough virtual hours. */
async function runAll(hours: number, parallel: number): Promise<void> {
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
