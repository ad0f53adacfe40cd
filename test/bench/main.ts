/**
 * `npm run bench -- NAME`: measures this project against the programs that it stands in for.
 *
 * Prints figures and ratios of one run on one machine. Nothing here is asserted: a time is no test.
 */

import process from "node:process";
import * as all from "./all.ts";
import * as checks from "./checks.ts";
import * as config from "./config.ts";
import * as failover from "./failover.ts";
import * as garbage from "./garbage.ts";
import * as ipvs from "./ipvs.ts";
import * as outage from "./outage.ts";
import * as scale from "./scale.ts";
import * as soak from "./soak.ts";
import * as status from "./status.ts";

type Bench = {
  /** One line for the list. */
  readonly summary: string;
  /** Takes the arguments after the name, and returns the exit status. */
  readonly run: (args: readonly string[]) => Promise<number> | number;
};

const benches: Readonly<Record<string, Bench>> = {
  checks,
  config,
  failover,
  garbage,
  ipvs,
  outage,
  scale,
  soak,
  status,
};

function usage(): string {
  const list = Object.entries(benches).map(([name, { summary }]) =>
    `  ${name.padEnd(10)} ${summary}\n`
  );
  return `Usage: npm run bench -- NAME [OPTIONS]; with --help after the name its options\n\n${
    list.join("")
  }  all        ${all.summary}; the default\n`;
}

async function main([name = "all", ...args]: readonly string[]): Promise<number> {
  if (name === "--help" || name === "-h") {
    process.stdout.write(usage());
    return 0;
  }
  if (name === "all") {
    const summaries = Object.entries(benches).map(([name, { summary }]) => [name, summary]);
    return await all.run(args, Object.fromEntries(summaries));
  }
  const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
  if (bench !== undefined) return await bench.run(args);
  process.stderr.write(`bench: ${name} is not known\n\n`);
  process.stderr.write(usage());
  return 2;
}

process.exit(await main(process.argv.slice(2)));
