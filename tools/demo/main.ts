/**
 * `npm run demo`: a master fails, another takes over, on a real network, in half a minute.
 *
 *     npm run demo -- [--runtime node|deno] [--config FILE]
 *
 * Everything happens in network namespaces of its own; the machine's own network is not touched.
 */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { runStory } from "./story.ts";

const usage = `Usage: npm run demo -- [--runtime node|deno] [--config FILE]

  --runtime node|deno   what the daemons run on (default: node)
  --config FILE         your own keepalived.conf for both routers; its interfaces must be eth0
  --help                this text
`;

/** Set in the copy of this program that runs in a user namespace. */
const inside = "KEEPALIVED_DEMO_INSIDE";

async function main(): Promise<number> {
  let unknown: string | undefined;
  const options = parseArgs(process.argv.slice(2), {
    string: ["runtime", "config"],
    boolean: ["help"],
    alias: { h: "help" },
    unknown: (argument) => unknown = argument,
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const runtime = options["runtime"] ?? "node";
  if (unknown !== undefined || (runtime !== "node" && runtime !== "deno")) {
    process.stderr.write(`demo: ${unknown ?? `--runtime ${runtime}`} is not known\n\n${usage}`);
    return 2;
  }
  const config = options["config"] === undefined ? undefined : resolve(String(options["config"]));
  if (config !== undefined && !existsSync(config)) {
    process.stderr.write(`demo: cannot read ${config}: no such file\n`);
    return 2;
  }
  if (process.getuid?.() !== 0 && process.env[inside] === undefined) return asOwnRoot();
  return await runStory({ runtime, config });
}

/** Without root: the same in a user namespace, where this user is root over networks of its own. */
function asOwnRoot(): number {
  const { status, error } = spawnSync(
    "unshare",
    [
      "--user",
      "--map-root-user",
      "--net",
      "--",
      process.execPath,
      ...process.execArgv,
      ...process.argv.slice(1),
    ],
    { stdio: "inherit", env: { ...process.env, [inside]: "1" } },
  );
  if (error === undefined && status === 0) return 0;
  if (error !== undefined) process.stderr.write(`demo: cannot run unshare: ${error.message}\n`);
  else {process.stderr.write(
      "demo: if the line above is unshare's, this system forbids user namespaces: run it as root\n",
    );}
  return status ?? 1;
}

process.exitCode = await main();
process.exit();
