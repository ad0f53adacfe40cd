import { availableParallelism } from "node:os";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "@std/cli/parse-args";
import { crash } from "../../tools/lab/processes.ts";
import { type Contender, contenders, Daemon } from "./contenders.ts";
import { Load } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { processorSeconds } from "./processor_time.ts";
import { circumstances, inMiB, inMs, table } from "./report.ts";
import {
  type Cluster,
  createCluster,
  priorities,
  scaleConfiguration,
  type Size,
  sizes,
} from "./scale_network.ts";
import { ScaleWatch, type Sight } from "./scale_watch.ts";
import { summarize } from "./statistics.ts";

export const summary = "hundreds of virtual routers: false takeovers, all failing over at once";

const usage =
  `Usage: npm run bench -- scale [--minutes M] [--instances 255|1000]... [--runtime RUNTIME]...

Two nodes of one kind with many virtual routers between them, every processor busy with loops of ordinary priority, the
daemons with real-time priority. Counts takeovers that nothing called for, then kills one node and sees how long the
other takes for all of them. Needs root.

  --minutes M         how long they run before the failover (default 1)
  --instances N       255 on one interface at 100 ms, or 1000 over 50 interfaces at 1 s (default: both)
  --runtime RUNTIME   c, node or deno (default: each)
  --help              this text
`;

/** Measures, prints, and returns the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseArgs([...args], {
    string: ["minutes", "instances", "runtime"],
    collect: ["instances", "runtime"],
    boolean: ["help"],
  });
  if (options["help"] === true) {
    process.stdout.write(usage);
    return 0;
  }
  const listOf = (name: string) => (options[name] ?? []) as readonly string[];
  const minutes = Number(options["minutes"] ?? 1);
  const given = listOf("instances").map(Number);
  const chosen = (given.length > 0 ? given : Object.keys(sizes).map(Number))
    .map((count) => sizes[count]);
  const runtimes = listOf("runtime");
  const running = contenders.filter(({ name }) =>
    runtimes.length === 0 || runtimes.includes(name.toLowerCase())
  );
  const wrong = options._.length > 0 || !(minutes > 0) || chosen.includes(undefined) ||
    running.length < new Set(runtimes).size;
  if (wrong) {
    process.stderr.write(usage);
    return 2;
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write("bench: scale needs root, for networks and real-time priority\n");
    return 1;
  }
  process.stdout.write(`${circumstances(contenders)}\n`);
  for (const size of chosen) {
    if (size === undefined) continue;
    const runs = new Map<Contender, Run>();
    for (const contender of running) {
      runs.set(contender, await measure(contender, size, minutes * 60_000));
    }
    process.stdout.write(`${report(size, runs)}\n`);
  }
  return 0;
}

type NodeFigures = {
  /** Processor time until all have their state. */
  readonly startSeconds: number;
  /** Processor time per second after that. */
  readonly share: number;
  readonly rss: number;
  readonly unique: number;
};

type Run = {
  readonly seconds: number;
  /** Virtual routers that b took over, or announced, though a lived. */
  readonly falseTakeovers: number;
  /** Longest silence of a about any of its virtual routers. */
  readonly longestUs: number;
  /** From the execution of a to its last MASTER, and of b to its last BACKUP. */
  readonly startUs: readonly [number, number];
  readonly nodes: readonly [NodeFigures, NodeFigures];
  /** After the protocol's wait since the last advertisement of a: advertisement, address, gratuitous ARP of b. */
  readonly advertUs: readonly number[];
  readonly addressUs: readonly number[];
  readonly arpUs: readonly number[];
};

async function measure(contender: Contender, size: Size, durationMs: number): Promise<Run> {
  const cluster = await createCluster(size);
  let watch: ScaleWatch | undefined;
  const daemons: Daemon[] = [];
  try {
    watch = await ScaleWatch.open(cluster, size);
    return await runOn(cluster, { contender, size, durationMs, watch, daemons });
  } finally {
    for (const daemon of daemons) daemon.crash();
    watch?.dispose();
    await cluster.dispose();
  }
}

type Setting = {
  readonly contender: Contender;
  readonly size: Size;
  readonly durationMs: number;
  readonly watch: ScaleWatch;
  /** To be ended in the end. */
  readonly daemons: Daemon[];
};

async function runOn(cluster: Cluster, setting: Setting): Promise<Run> {
  const { contender, size, durationMs, watch, daemons } = setting;
  const count = size.links * size.perLink;
  const start = async (node: "a" | "b", state: string): Promise<readonly [Daemon, number]> => {
    const configuration = scaleConfiguration(node, size);
    const daemon = await Daemon.start(cluster[node], contender, configuration);
    daemons.push(daemon);
    const pattern = new RegExp(`Entering ${state} STATE`, "g");
    await daemon.explain(
      until(
        `${count} instances in ${state} state`,
        60_000,
        () => (daemon.log().match(pattern)?.length ?? 0) >= count,
      ),
    );
    return [daemon, Date.now() * 1000 - daemon.startedUs];
  };
  const [a, aStartUs] = await start("a", "MASTER");
  const [b, bStartUs] = await start("b", "BACKUP");
  const settled = [a, b].map(({ pid }) => processorSeconds(pid));
  using _ = new Load(durationMs + 60_000);
  await sleep(settlingMs);
  const before = [a, b].map(({ pid }) => processorSeconds(pid));
  watch.mark();
  await sleep(durationMs);
  const after = [a, b].map(({ pid }) => processorSeconds(pid));
  const nodes = [a, b].map(({ pid }, i): NodeFigures => {
    const { processes, together } = memoryOf(pid);
    return {
      startSeconds: settled[i] ?? NaN,
      share: ((after[i] ?? NaN) - (before[i] ?? NaN)) / (durationMs / 1000),
      rss: processes.reduce((sum, { rss }) => sum + rss, 0),
      unique: together,
    };
  });
  await watch.settle();
  const seen = watch.sights.filter(({ aCount }) => aCount > 1);
  if (seen.length < count) {
    throw new Error(
      `Only ${seen.length} of ${count} advertise\n${
        a.log().split("\n").slice(-40).join("\n")
      }\n--b\n${b.log().split("\n").slice(-30).join("\n")}`,
    );
  }
  const longestUs = Math.max(...watch.sights.map(({ aLongestUs }) => aLongestUs));
  const falseTakeovers =
    watch.sights.filter(({ bAdvertUs, bAddressUs }) =>
      !Number.isNaN(bAdvertUs) || !Number.isNaN(bAddressUs)
    ).length;
  for (const sight of watch.sights) {
    Object.assign(sight, { bAdvertUs: NaN, bAddressUs: NaN, bArpUs: NaN });
  }
  crash(a.pid);
  await until(
    "b to take all over",
    20_000,
    () =>
      watch.sights.every(({ bAdvertUs, bAddressUs, bArpUs }) => bAdvertUs && bAddressUs && bArpUs),
  );
  const beyond = (figure: "bAdvertUs" | "bAddressUs" | "bArpUs") =>
    watch.sights.map((sight) => sight[figure] - dueUs(sight, size));
  const [first, second] = nodes;
  if (first === undefined || second === undefined) throw new TypeError("No nodes");
  return {
    seconds: durationMs / 1000,
    falseTakeovers,
    longestUs,
    startUs: [aStartUs, bStartUs],
    nodes: [first, second],
    advertUs: beyond("bAdvertUs"),
    addressUs: beyond("bAddressUs"),
    arpUs: beyond("bArpUs"),
  };
}

/** Time for what belongs to the start. */
const settlingMs = 3_000;

/** When the protocol has b take over: three intervals and the skew (RFC 9568 §6.1) after the last advertisement of a. */
function dueUs({ aLastUs }: Sight, { intervalMs }: Size): number {
  const intervalUs = intervalMs * 1000;
  return aLastUs + 3 * intervalUs + ((256 - priorities.b) * intervalUs) / 256;
}

async function until(what: string, limitMs: number, condition: () => boolean): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > limit) throw new Error(`Waited ${limitMs} ms for ${what}`);
    await sleep(50);
  }
}

function report(size: Size, runs: ReadonlyMap<Contender, Run>): string {
  const { links, perLink, intervalMs } = size;
  const nodes = [...runs].flatMap(([{ name }, run]) =>
    run.nodes.map((node, i) => [
      ...[name, i === 0 ? "a, MASTER" : "b, BACKUP"],
      (run.startUs[i as 0 | 1] / 1e6).toFixed(2),
      node.startSeconds.toFixed(2),
      `${(100 * node.share).toFixed(1)} %`,
      ...[inMiB(node.rss), inMiB(node.unique)],
    ])
  );
  const takeovers = [...runs].map(([{ name }, run]) => {
    const last = (figures: readonly number[]) => {
      const { median, max } = summarize(figures);
      return [inMs(median), inMs(max)];
    };
    return [
      ...[name, `${run.seconds} s`, String(run.falseTakeovers), inMs(run.longestUs)],
      ...[...last(run.advertUs), ...last(run.addressUs), ...last(run.arpUs)],
    ];
  });
  const title = `${
    links * perLink
  } virtual routers on ${links} links at ${intervalMs} ms, ${availableParallelism()} busy processors`;
  return [
    table(
      `${title}: until all have their state, seconds and processor seconds; then processor and memory in MiB`,
      ["daemon", "node", "start s", "cpu s", "cpu", "Rss", "unique"],
      nodes,
      2,
    ),
    table(
      `${title}: takeovers without need and longest silence of a; then, a killed, how late b is with all. ms`,
      [
        ...["daemon", "for", "false", "silence", "advert p50", "max"],
        ...["address p50", "max", "ARP p50", "max"],
      ],
      takeovers,
      1,
    ),
  ].join("\n");
}
