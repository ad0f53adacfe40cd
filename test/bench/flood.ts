import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { VrrpSnapshot } from "../../apps/keepalived/status/snapshot/vrrp_snapshot.ts";
import { Injector } from "../../tools/lab/injector.ts";
import { type Host, Network } from "../../tools/lab/network.ts";
import { kill } from "../../tools/lab/processes.ts";
import { garbage, type Target } from "../app/garbage.ts";
import {
  configurationOf,
  type Contender,
  Daemon,
  endsWithUs,
  virtualAddress,
} from "./contenders.ts";
import { processorSeconds } from "./processor_time.ts";
import { workFolder } from "./work_folder.ts";

/** What garbage did to a MASTER and a BACKUP. */
export type Flooded = {
  /** Packets. */
  readonly sent: number;
  /** Lines of both logs that tell of another state, or of an end. */
  readonly stateChanges: number;
  /** Of each log during the flood. */
  readonly logLines: readonly [number, number];
  /** Processor time per second of each. */
  readonly shares: readonly [number, number];
  /** What became of the packets at the backup; undefined: it does not tell. */
  readonly counts: FloodCounts | undefined;
};

export type FloodCounts = {
  /** What counted: the master's advertisements. */
  readonly accepted: number;
  /** For its virtual router and refused, or for none. */
  readonly refused: number;
  /** By the kernel, because the socket's buffer was full. */
  readonly dropped: number;
  /**
   * Neither of these, though it was sent: should be none. Negative: among what the kernel dropped were so many of the
   * master's advertisements.
   */
  readonly missing: number;
};

export type FloodOptions = { readonly seconds: number; readonly perSecond: number };

/** Far from those of the recorded advertisements: with a similar one, a flipped bit can make a checksum right. */
const addresses = { a: "192.0.2.1", b: "192.0.2.2", attacker: "192.0.2.66" } as const;

const intervalMs = 1000;

/** Sends garbage to a daemon that is MASTER and to one that is BACKUP. */
export async function floodOf(contender: Contender, options: FloodOptions): Promise<Flooded> {
  const network = await Network.create(
    Object.entries(addresses).map(([name, address]) => ({ name, addresses: [`${address}/24`] })),
  );
  let a: Daemon | undefined;
  let b: Backup | undefined;
  try {
    const settings = { state: "MASTER", priority: 200, intervalMs } as const;
    a = await Daemon.start(network.host("a"), contender, configurationOf(settings));
    await logs(a, /Entering MASTER STATE/);
    b = await startBackup(network.host("b"), contender);
    await logs(b, /Entering BACKUP STATE/);
    await sleep(2 * intervalMs);
    return await flood(network, { a, b }, options);
  } finally {
    a?.crash();
    b?.crash();
    await network.dispose();
  }
}

type Backup = Pick<Daemon, "pid" | "log" | "crash"> & {
  /** What it has counted so far. */
  readonly status?: () => Promise<VrrpSnapshot>;
};

async function flood(
  network: Network,
  { a, b }: { readonly a: Daemon; readonly b: Backup },
  options: FloodOptions,
): Promise<Flooded> {
  using injector = new Injector(network.host("attacker"));
  const frames = garbage(targetOf(network), 1);
  const before = await stateOf(network.host("b"), b);
  const marks = [a, b].map((it) => it.log().length);
  const used = [a, b].map(({ pid }) => processorSeconds(pid));
  const began = performance.now();
  const sent = await injector.flood(frames, options);
  await sleep(settlingMs);
  const seconds = (performance.now() - began) / 1000;
  const [shareOfA = NaN, shareOfB = NaN] = [a, b].map(({ pid }, i) =>
    (processorSeconds(pid) - (used[i] ?? NaN)) / seconds
  );
  const after = await stateOf(network.host("b"), b);
  const [linesOfA = [], linesOfB = []] = [a, b].map((it, i) =>
    it.log().slice(marks[i]).split("\n").filter((line) => line !== "")
  );
  return {
    sent,
    stateChanges:
      [...linesOfA, ...linesOfB].filter((line) => /Entering|exited|died|error/.test(line)).length,
    logLines: [linesOfA.length, linesOfB.length],
    shares: [shareOfA, shareOfB],
    counts: before && after && countsOf(sent, before, after),
  };
}

/** Time for what is on its way. */
const settlingMs = 500;

function targetOf(network: Network): Target {
  return {
    family: 4,
    advertisement: {
      version: 3,
      virtualRouterId: 51,
      priority: 254,
      maxAdvertiseIntervalUs: intervalMs * 1000,
      addresses: [virtualAddress],
    },
    router: { mac: network.host("b").mac, address: addresses.b },
    attacker: { mac: network.host("attacker").mac, address: addresses.attacker },
  };
}

type Counted = Omit<FloodCounts, "missing">;

async function stateOf(host: Host, { status }: Backup): Promise<Counted | undefined> {
  const told = await status?.();
  if (told === undefined) return undefined;
  const [instance] = told.instances;
  const [channel] = told.channels;
  if (instance === undefined || channel === undefined) throw new Error("It has no instance");
  const { "datagram-received": _, "neighbours-full": __, ...strange } = channel.counters;
  const { counters } = instance;
  return {
    accepted: counters["advertisement-received"] ?? 0,
    refused: (counters["advertisement-refused"] ?? 0) + (counters["own-advertisement"] ?? 0) +
      Object.values(strange).reduce((sum, it) => sum + it, 0),
    dropped: droppedBy(host),
  };
}

/** Packets for which the raw sockets of VRRP had no room: the last column of `/proc/net/raw`, see raw(7). */
function droppedBy(host: Host): number {
  const rows = host.run("cat /proc/net/raw").split("\n").map((row) => row.trim().split(/\s+/));
  return rows.filter((row) => row[1]?.endsWith(":0070")).map((row) => Number(row.at(-1)))
    .reduce((sum, it) => sum + it, 0);
}

function countsOf(sent: number, before: Counted, after: Counted): FloodCounts {
  const accepted = after.accepted - before.accepted;
  const refused = after.refused - before.refused;
  const dropped = after.dropped - before.dropped;
  return { accepted, refused, dropped, missing: sent - refused - dropped };
}

async function startBackup(host: Host, contender: Contender): Promise<Backup> {
  const configuration = configurationOf({ state: "BACKUP", priority: 100, intervalMs });
  if (contender.name === "C") return await Daemon.start(host, contender, configuration);
  return startAlone(host, runtimes[contender.name], configuration);
}

const alone = fileURLToPath(new URL("./vrrp_alone.ts", import.meta.url));
const programs = fileURLToPath(new URL("../../node_modules/.bin/", import.meta.url));
const runtimes = {
  Node: [`${programs}node`, "--max-semi-space-size=1", "--disable-warning=ExperimentalWarning"],
  Deno: [`${programs}deno`, "run", "--quiet", "--allow-all"],
} as const;

/** The daemon's child alone, which tells what it has counted. */
function startAlone(host: Host, runtime: readonly string[], configuration: string): Backup {
  const folder = mkdtempSync(join(workFolder(), "alone-"));
  const file = join(folder, "conf");
  writeFileSync(file, configuration);
  const child = host.start([...endsWithUs, ...runtime, alone, file]);
  let log = "";
  child.stderr?.on("data", (bytes) => log += String(bytes));
  const lines = createInterface({ input: child.stdout as Readable });
  const ended = once(child, "exit").then(() => {
    throw new Error(`The daemon's child alone has ended:\n${log}`);
  });
  ended.catch(() => {}); // At its end that is wanted.
  return {
    pid: child.pid ?? 0,
    log: () => log,
    crash: () => kill(child.pid ?? 0, "SIGKILL"),
    status: async () => {
      const told = once(lines, "line");
      // Not ChildProcess.kill(): in Deno only its first call sends anything.
      kill(child.pid ?? 0, "SIGUSR2");
      const [line] = await Promise.race([told, ended]);
      return JSON.parse(String(line)) as VrrpSnapshot;
    },
  };
}

async function logs(daemon: Pick<Daemon, "log">, pattern: RegExp): Promise<void> {
  const limit = performance.now() + 10_000;
  while (!pattern.test(daemon.log())) {
    if (performance.now() > limit) throw new Error(`Never logged ${pattern}:\n${daemon.log()}`);
    await sleep(20);
  }
}
