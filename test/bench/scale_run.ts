import { setTimeout as sleep } from "node:timers/promises";
import { crash } from "../../tools/lab/processes.ts";
import { type Contender, Daemon } from "./contenders.ts";
import { Load } from "./load.ts";
import { memoryOf } from "./memory.ts";
import { processorSeconds } from "./processor_time.ts";
import {
  type Cluster,
  createCluster,
  priorities,
  scaleConfiguration,
  type Size,
} from "./scale_network.ts";
import { ScaleWatch, type Sight } from "./scale_watch.ts";

/** What one node takes. */
export type NodeFigures = {
  /** From the execution of the program to the last virtual router's MASTER or BACKUP. */
  readonly startUs: number;
  /** Processor time until then. */
  readonly startSeconds: number;
  /** Processor time per second after that. */
  readonly share: number;
  readonly rss: number;
  readonly unique: number;
};

/** Two nodes of one kind, and the end of one of them. */
export type ScaleRun = {
  readonly seconds: number;
  /** Virtual routers that b took over though a lived. */
  readonly falseTakeovers: number;
  /** Longest silence of a about any of its virtual routers. */
  readonly longestUs: number;
  /** Of a and b. */
  readonly nodes: readonly NodeFigures[];
  /** After the protocol's wait since the last advertisement of a: advertisement, address, gratuitous ARP of b. */
  readonly advertUs: readonly number[];
  readonly addressUs: readonly number[];
  readonly arpUs: readonly number[];
};

/** Runs both nodes for a time with every processor busy, and then kills a. */
export async function runScale(
  contender: Contender,
  size: Size,
  durationMs: number,
): Promise<ScaleRun> {
  const cluster = await createCluster(size);
  let watch: ScaleWatch | undefined;
  const daemons: Daemon[] = [];
  try {
    watch = await ScaleWatch.open(cluster, size);
    const start = async (node: "a" | "b", state: string) => {
      const configuration = scaleConfiguration(node, size);
      const daemon = await Daemon.start(cluster[node], contender, configuration);
      daemons.push(daemon);
      return await settled(daemon, size, state);
    };
    const a = await start("a", "MASTER");
    const b = await start("b", "BACKUP");
    using _ = new Load(durationMs + 60_000);
    const lived = await live([a, b], { watch, size, durationMs });
    crash(a.daemon.pid);
    return { ...lived, ...await failOver(cluster, watch, size) };
  } finally {
    for (const daemon of daemons) daemon.crash();
    watch?.dispose();
    await cluster.dispose();
  }
}

type Started = Pick<NodeFigures, "startUs" | "startSeconds"> & { readonly daemon: Daemon };

/** Waits until all virtual routers of a node have their state. */
async function settled(daemon: Daemon, size: Size, state: string): Promise<Started> {
  const count = size.links * size.perLink;
  const pattern = new RegExp(`Entering ${state} STATE`, "g");
  await daemon.explain(
    until(
      `${count} instances in ${state} state`,
      60_000,
      () => (daemon.log().match(pattern)?.length ?? 0) >= count,
    ),
  );
  const startUs = Date.now() * 1000 - daemon.startedUs;
  return { daemon, startUs, startSeconds: processorSeconds(daemon.pid) };
}

/** Time for what belongs to the start. */
const settlingMs = 3_000;

async function live(
  nodes: readonly Started[],
  options: { readonly watch: ScaleWatch; readonly size: Size; readonly durationMs: number },
): Promise<Pick<ScaleRun, "seconds" | "falseTakeovers" | "longestUs" | "nodes">> {
  const { watch, size, durationMs } = options;
  await sleep(settlingMs);
  const used = nodes.map(({ daemon }) => processorSeconds(daemon.pid));
  watch.mark();
  await sleep(durationMs);
  const figures = nodes.map(({ daemon: { pid }, startUs, startSeconds }, i): NodeFigures => {
    const share = (processorSeconds(pid) - (used[i] ?? NaN)) / (durationMs / 1000);
    const { processes, together } = memoryOf(pid);
    const rss = processes.reduce((sum, { rss }) => sum + rss, 0);
    return { startUs, startSeconds, share, rss, unique: together };
  });
  await watch.settle();
  const { sights } = watch;
  const silent = sights.filter(({ aCount }) => aCount < 2).length;
  if (silent > 0) throw new Error(`${silent} of ${size.links * size.perLink} do not advertise`);
  return {
    seconds: durationMs / 1000,
    falseTakeovers: sights.filter(({ bAdvertUs, bAddressUs }) => bAdvertUs || bAddressUs).length,
    longestUs: Math.max(...sights.map(({ aLongestUs }) => aLongestUs)),
    nodes: figures,
  };
}

/** How late b is with each virtual router after the end of a. */
async function failOver(
  { b }: Cluster,
  watch: ScaleWatch,
  size: Size,
): Promise<Pick<ScaleRun, "advertUs" | "addressUs" | "arpUs">> {
  watch.forgetB();
  await until(
    `${b.name} to take all over`,
    20_000,
    () =>
      watch.sights.every(({ bAdvertUs, bAddressUs, bArpUs }) => bAdvertUs && bAddressUs && bArpUs),
  );
  const beyond = (figure: "bAdvertUs" | "bAddressUs" | "bArpUs") =>
    watch.sights.map((sight) => sight[figure] - dueUs(sight, size));
  return {
    advertUs: beyond("bAdvertUs"),
    addressUs: beyond("bAddressUs"),
    arpUs: beyond("bArpUs"),
  };
}

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
