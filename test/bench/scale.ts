import { availableParallelism } from "node:os";
import process from "node:process";
import { parseArgs } from "@std/cli/parse-args";
import { type Contender, contenders } from "./contenders.ts";
import { circumstances, inMiB, inMs, table } from "./report.ts";
import { type Size, sizes } from "./scale_network.ts";
import { runScale, type ScaleRun } from "./scale_run.ts";
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
    const runs = new Map<Contender, ScaleRun>();
    for (const contender of running) {
      runs.set(contender, await runScale(contender, size, minutes * 60_000));
    }
    process.stdout.write(`${report(size, runs)}\n`);
  }
  return 0;
}

function report(size: Size, runs: ReadonlyMap<Contender, ScaleRun>): string {
  const { links, perLink, intervalMs } = size;
  const nodes = [...runs].flatMap(([{ name }, run]) =>
    run.nodes.map((node, i) => [
      ...[name, i === 0 ? "a, MASTER" : "b, BACKUP"],
      (node.startUs / 1e6).toFixed(2),
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
