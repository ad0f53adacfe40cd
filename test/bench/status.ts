import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import { Daemon } from "../../tools/lab/daemon.ts";
import { Network } from "../../tools/lab/network.ts";
import { type Contender, contenders } from "./contenders.ts";
import { circumstances, table } from "./report.ts";
import { workFolder } from "./work_folder.ts";

export const summary = "how long `keepalived status` takes with 10,000 servers";

const usage = `Usage: npm run bench -- status [--servers N] [--runs N]

A daemon with 100 virtual servers and N real servers with a TCP check each, without IPVS. Asks for its status again and
again, and in turn runs an empty script on the same runtime. Needs root.

  --servers N  real servers (default 10000)
  --runs N     how often (default 15)
  --help       this text
`;

const virtualServers = 100;
const patienceMs = 600_000;

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], { boolean: ["help"], string: ["servers", "runs"] });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const [servers, runs] = [Number(options["servers"] ?? 10_000), Number(options["runs"] ?? 15)];
  if (!Number.isInteger(servers / virtualServers) || !(servers > 0) || !(runs > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: status needs root, for networks\n");
    return 1;
  }
  const ours = contenders.filter(({ name }) => name !== "C");
  process.stdout.write(`${circumstances(ours)}\n`);
  const rows: string[][] = [];
  for (const contender of ours) {
    rows.push([contender.name, ...await measure(contender, servers, runs)]);
  }
  const header = ["", "status, ms", "empty script, ms", "status alone, ms", "slowest alone, ms"];
  process.stdout.write(
    `${table(`${servers} servers, medians of ${runs} runs`, header, rows, 1)}\n`,
  );
  return 0;
}

async function measure(
  contender: Contender,
  servers: number,
  runs: number,
): Promise<readonly string[]> {
  const { name, environment, program } = contender;
  const network = await Network.create([{ name: "a", addresses: ["192.0.2.1/16"] }]);
  const folder = join(workFolder(), `status-${name}`);
  mkdirSync(folder);
  const words = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  const daemon = new Daemon(network.host("a"), {
    folder,
    name: "a",
    config: configurationOf(servers),
    flags: "-nlG --no-ipvs",
    wrapper: ["env", ...words],
  });
  try {
    await daemon.says(/Startup complete/, { withinMs: patienceMs });
    const empty = join(folder, "empty.ts");
    writeFileSync(empty, "");
    const env = { ...process.env, ...environment };
    const [whole, bare]: [number[], number[]] = [[], []];
    for (let i = 0; i <= runs; i++) {
      const status = await timeOf([program, "status", "-p", daemon.pidFile], env);
      const nothing = await timeOf(emptyCommand(name, empty), env);
      // The first of each fills caches.
      if (i > 0) [whole.push(status), bare.push(nothing)];
    }
    const alone = whole.map((ms, i) => ms - (bare[i] ?? 0));
    return [median(whole), median(bare), median(alone), Math.max(...alone)].map((ms) =>
      ms.toFixed(0)
    );
  } finally {
    await daemon.crash();
    await network.dispose();
  }
}

/** The runtime as the program starts it. */
function emptyCommand(name: Contender["name"], script: string): readonly string[] {
  const runtime = (path: string) =>
    fileURLToPath(new URL(`../../node_modules/.bin/${path}`, import.meta.url));
  return name === "Deno"
    ? [runtime("deno"), "run", "--quiet", "--allow-all", script]
    : [runtime("node"), "--max-semi-space-size=1", "--disable-warning=ExperimentalWarning", script];
}

/** Milliseconds that a command takes, while the daemon's log is read. @throws Error if it fails */
async function timeOf(
  [command = "", ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const began = performance.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  const [status] = await once(child, "exit");
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with status ${status}`);
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

function configurationOf(servers: number): string {
  const each = servers / virtualServers;
  const blocks = Array.from({ length: virtualServers }, (_, i) => {
    const real = Array.from(
      { length: each },
      (_, j) =>
        `real_server 192.0.${10 + i}.${1 + j % 250} ${80 + Math.floor(j / 250)} {\n` +
        "TCP_CHECK {\nconnect_timeout 3\n}\n}\n",
    );
    return `virtual_server 192.0.5.${i} 80 {\ndelay_loop 60\nprotocol TCP\nlvs_method NAT\n${
      real.join("")
    }}\n`;
  });
  return blocks.join("");
}
