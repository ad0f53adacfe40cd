/**
 * `npm run chaos -- --seed S --minutes N`: two nodes on a real bridge, and all that can happen to them, at random.
 *
 * Prints each step and what it did to the addresses. Ends with 1 at the first promise that is not kept.
 */

import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import type { Runtime } from "./node.ts";
import { runtimes } from "./node.ts";
import { runChaos } from "./run.ts";

const usage = `Usage: npm run chaos -- [--seed N] [--minutes N] [--runtimes NODE,NODE]

Two nodes with a virtual router of each kind and a virtual server, and a client that asks the addresses. Processes are
killed, frozen, starved and reloaded, cables pulled. After each step the cluster must come to rest as the protocol
promises. Needs root.

  --seed N            which steps (default: the time)
  --steps N           no more steps than that
  --minutes N         for how long (default 10)
  --runtimes A,B      of the two nodes: node or deno (default node,deno)
  --only TEXT         only steps with this in their name, such as cable
  --help              this text
`;

async function main(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    boolean: ["help"],
    string: ["seed", "minutes", "runtimes", "steps", "only"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const seed = Number(options["seed"] ?? Math.floor(Date.now() / 1000));
  const minutes = Number(options["minutes"] ?? 10);
  const stepsAtMost = options["steps"] === undefined ? Infinity : Number(options["steps"]);
  const both = options["runtimes"] === undefined
    ? runtimes()
    : String(options["runtimes"]).split(",");
  const areKnown = both.length === 2 && both.every((it) => it === "node" || it === "deno");
  if (!Number.isInteger(seed) || !(minutes > 0) || !(stepsAtMost > 0) || !areKnown) {
    process.stderr.write(usage);
    return 2;
  }
  process.stdout.write(`seed ${seed}, ${both.join(" and ")}\n`);
  try {
    const report = await runChaos({
      seed,
      runtimes: both as [Runtime, Runtime],
      forMs: minutes * 60_000,
      stepsAtMost,
      only: String(options["only"] ?? ""),
      onStep: (line) => void process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`chaos: ${(error as Error).message}\n`);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
