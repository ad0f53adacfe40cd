import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "@std/cli/parse-args";
import { crash } from "../../tools/lab/processes.ts";
import { ConnectionCapture, paceOf } from "./connection_capture.ts";
import { type Contender, contenders } from "./contenders.ts";
import { isGuest, runInGuest } from "./in_guest.ts";
import { LoggedDaemon } from "./logged_daemon.ts";
import { memoryOf } from "./memory.ts";
import { processorSeconds } from "./processor_time.ts";
import { circumstances, inMiB, ratio, table } from "./report.ts";
import { summarize } from "./statistics.ts";
import { workFolder } from "./work_folder.ts";

export const summary = "checks: thousands of targets a second; beside the C daemon in a guest";

const usage = `Usage: npm run bench -- checks [--targets N]... [--guest-targets N]... [--seconds N]

TCP_CHECK and HTTP_GET of N targets, each once a second, against nginx on this machine. What is to be seen on the
loopback interface counts: checks per second, the time from one check of a target to its next, and how often that was
more than a tenth or half of a second too long. Then processor time for each check, what nginx needs for it, the daemon's
memory, and its own lines about late timers and checks that failed. Ours run here with --no-ipvs; the C daemon needs
IPVS, so that all run beside it once more in a guest kernel.

  --targets N         here; default: 1000, 5000, 10000 and 20000
  --guest-targets N   in the guest; default: 250 and 1000; 0: not at all
  --seconds N         of each measurement (default 10)
  --help              this text
`;

const kinds = ["TCP", "HTTP"] as const;
type Kind = (typeof kinds)[number];

const port = 9080;

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    string: ["targets", "guest-targets", "seconds"],
    collect: ["targets", "guest-targets"],
    boolean: ["help"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const listOf = (name: string, usual: readonly number[]) => {
    const given = (options[name] ?? []) as readonly string[];
    return given.length === 0 ? usual : given.map(Number);
  };
  const targets = listOf("targets", [1000, 5000, 10_000, 20_000]);
  const guestTargets = listOf("guest-targets", [250, 1000]);
  const seconds = Number(options["seconds"] ?? 10);
  const isRight = [...targets, ...guestTargets].every((it) =>
    Number.isInteger(it) && it >= 0 && it <= 60_000
  );
  if (options._.length > 0 || !isRight || !(seconds > 0)) {
    process.stderr.write(usage);
    return 2;
  }
  // The guest is told its numbers as its targets.
  if (isGuest) return await measureAll(contenders, targets, seconds, []);
  const ours = contenders.filter(({ name }) => name !== "C");
  const status = await measureAll(ours, targets, seconds, ["--no-ipvs"]);
  const inside = guestTargets.filter((it) => it > 0).flatMap((it) => ["--targets", String(it)]);
  if (inside.length === 0 || status !== 0) return status;
  process.stdout.write("In a guest kernel, with IPVS:\n\n");
  return await runInGuest("checks", [...inside, "--seconds", String(seconds)]);
}

async function measureAll(
  running: readonly Contender[],
  targets: readonly number[],
  seconds: number,
  options: readonly string[],
): Promise<number> {
  process.stdout.write(`${circumstances(running)}\n`);
  const server = await startServer();
  try {
    for (const kind of kinds) {
      for (const count of targets) {
        const rows: string[][] = [];
        let first: Sample | undefined;
        for (const contender of running) {
          const sample = await measure(contender, { kind, count, seconds, options, server });
          rows.push([contender.name, ...cellsOf(sample, count, first ??= sample)]);
        }
        const title =
          `${count} targets, ${kind}, once a second; us of processor time for each check`;
        process.stdout.write(`${table(title, headerOf(running[0]?.name ?? ""), rows, 1)}\n`);
      }
    }
  } finally {
    await server.stop();
  }
  return 0;
}

const headerOf = (first: string): readonly string[] => [
  "",
  ...["checks/s", "of wanted", "p50 ms", "p99 ms", "max ms", ">1100", ">1500"],
  ...["us", `/${first}`, "nginx us", "MiB", "complains", "failed"],
];

/** What is measured of one daemon. */
type Sample = {
  readonly perSecond: number;
  readonly gapsUs: readonly number[];
  /** Of processor time, for each check. */
  readonly ownUs: number;
  readonly serverUs: number;
  readonly memory: number;
  readonly complaints: number;
  readonly failures: number;
};

function cellsOf(sample: Sample, count: number, first: Sample): string[] {
  const { perSecond, gapsUs, ownUs, serverUs, memory, complaints, failures } = sample;
  const { median, p99, max } = summarize(gapsUs);
  const longer = (us: number) => String(gapsUs.filter((it) => it > us).length);
  return [
    perSecond.toFixed(0),
    `${(100 * perSecond / count).toFixed(1)}%`,
    ...[median, p99, max].map((us) => (us / 1000).toFixed(0)),
    longer(1_100_000),
    longer(1_500_000),
    ownUs.toFixed(0),
    ratio(ownUs, first.ownUs),
    serverUs.toFixed(0),
    inMiB(memory),
    String(complaints),
    String(failures),
  ];
}

type Options = {
  readonly kind: Kind;
  readonly count: number;
  readonly seconds: number;
  readonly options: readonly string[];
  readonly server: Server;
};

/** Seconds from the start until every target is checked each second, warm-up included. */
const settledS = 5;

async function measure(
  contender: Contender,
  { kind, count, seconds, options, server }: Options,
): Promise<Sample> {
  const daemon = new LoggedDaemon(contender, configurationOf(kind, count), options);
  try {
    await daemon.says(/Startup complete/);
    await sleep(settledS * 1000);
    const capture = await ConnectionCapture.start(port);
    const from = daemon.log.length;
    const before = { own: processorSeconds(daemon.pid), server: processorSeconds(server.pid) };
    const fromUs = Date.now() * 1000;
    await sleep(seconds * 1000);
    const toUs = Date.now() * 1000;
    const own = processorSeconds(daemon.pid) - before.own;
    const servers = processorSeconds(server.pid) - before.server;
    const memory = memoryOf(daemon.pid).processes.reduce((sum, it) => sum + it.private, 0);
    const said = (pattern: RegExp) =>
      daemon.log.slice(from).filter(({ text }) => pattern.test(text)).length;
    const [complaints, failures] = [said(/ late/), said(/failed|timed out/i)];
    const openings = await capture.stop();
    const { checks, gapsUs } = paceOf(openings, count, { fromUs, toUs, intervalUs: 1_000_000 });
    return {
      perSecond: checks * 1_000_000 / (toUs - fromUs),
      gapsUs,
      ownUs: own * 1e6 / checks,
      serverUs: servers * 1e6 / checks,
      memory,
      complaints,
      failures,
    };
  } finally {
    await daemon.crash();
    // What a daemon that is killed leaves would be taken over by the next one.
    if (isGuest) execFileSync("ipvsadm", ["-C"]);
  }
}

function configurationOf(kind: Kind, count: number): string {
  const way = `connect_port ${port}\nconnect_timeout 5\nretry 0`;
  const check = kind === "TCP"
    ? `TCP_CHECK {\n${way}\n}`
    : `HTTP_GET {\nurl {\npath /\nstatus_code 200\n}\n${way}\n}`;
  const servers = Array.from({ length: count }, (_, i) => {
    const address = `127.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
    return `real_server ${address} ${port} {\n${check}\n}\n`;
  });
  return `virtual_server 192.0.2.1 80 {\ndelay_loop 1\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n${
    servers.join("")
  }}\n`;
}

type Server = { readonly pid: number; readonly stop: () => Promise<void> };

/** nginx that answers on all of 127.0.0.0/8. */
async function startServer(): Promise<Server> {
  const folder = workFolder();
  const file = join(folder, "nginx.conf");
  writeFileSync(
    file,
    `daemon off;
pid ${folder}/nginx.pid;
error_log /dev/null;
worker_rlimit_nofile 65536;
events { worker_connections 30000; }
http {
  access_log off;
  server { listen ${port} backlog=65535; location / { return 200 "ok"; } }
}
`,
  );
  const child = spawn("nginx", ["-c", file], { stdio: "inherit" });
  const ended = once(child, "exit");
  for (let attempt = 0;; attempt++) {
    try {
      await (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } })).text();
      break;
    } catch (error) {
      if (attempt === 200 || child.exitCode !== null) throw error;
      await sleep(50);
    }
  }
  const pid = child.pid ?? 0;
  return {
    pid,
    async stop() {
      crash(pid);
      await ended;
    },
  };
}
