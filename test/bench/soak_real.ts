import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { type Contender, contenders } from "./contenders.ts";
import { inMiB, table } from "./report.ts";
import { type Footprint, SoakPair } from "./soak_pair.ts";
import { slope } from "./statistics.ts";

/** One thing after the other, from the beginning again at the end: each failure is followed by its repair. */
const story: readonly ((pair: SoakPair) => void)[] = [
  (pair) => pair.setScript("a", false),
  (pair) => pair.setScript("a", true),
  (pair) => pair.setFile("a", -30),
  (pair) => pair.setFile("a", 0),
  (pair) => pair.reload(),
  (pair) => pair.network.setCable("a", false),
  (pair) => pair.network.setCable("a", true),
  (pair) => pair.setFile("b", 30),
  (pair) => pair.reload(),
  (pair) => pair.setFile("b", 0),
];

const stepMs = 5_000;
const minuteMs = 60_000;
/** What a runtime needs to come to rest does not count as growth. */
const warmUpMinutes = 2;

type Sample = { readonly minute: number; readonly footprints: ReadonlyMap<string, Footprint> };

/** Runs a pair on each runtime at the same time. @returns the exit status */
export async function runReal(minutes: number): Promise<number> {
  const ours = contenders.filter(({ name }) => name !== "C");
  const pairs: [Contender, SoakPair, Sample[]][] = [];
  try {
    for (const contender of ours) {
      pairs.push([contender, await SoakPair.start(contender, minuteMs / 6), []]);
    }
    const beganMs = performance.now();
    for (let step = 0, minute = 0; minute < minutes; step++) {
      await sleep(stepMs);
      for (const [, pair] of pairs) story[step % story.length]?.(pair);
      if (performance.now() - beganMs < (minute + 1) * minuteMs) continue;
      minute++;
      for (const [, pair, samples] of pairs) {
        samples.push({ minute, footprints: pair.footprints() });
      }
    }
    let status = 0;
    for (const [{ name }, pair, samples] of pairs) {
      process.stdout.write(`${report(name, pair, samples)}\n`);
      const ends = await pair.stop();
      if (ends.some((end) => end !== 0)) {
        process.stderr.write(`bench: the daemons on ${name} ended with ${ends.join(" and ")}\n`);
        status = 1;
      }
    }
    return status;
  } finally {
    for (const [, pair] of pairs) await pair.dispose();
  }
}

function report(runtime: string, pair: SoakPair, samples: readonly Sample[]): string {
  const names = [...samples[0]?.footprints.keys() ?? []];
  const rows = names.map((name) => {
    const of = samples.flatMap(({ minute, footprints }) => {
      const footprint = footprints.get(name);
      return footprint === undefined ? [] : [{ minute, ...footprint }];
    });
    const settled = of.filter(({ minute }) => minute > warmUpMinutes);
    const perMinute = (figure: (of: Footprint) => number) =>
      (slope(settled.map((it) => [it.minute, figure(it)])) / 1024).toFixed(0);
    return [
      name,
      of.map(({ heap }) => inMiB(heap)).join(" "),
      perMinute(({ heap }) => heap),
      perMinute(({ code }) => code),
      of.map(({ rss }) => inMiB(rss)).join(" "),
      perMinute(({ rss }) => rss),
      of.map(({ descriptors }) => descriptors).join(" "),
    ];
  });
  const header = [
    ...["process", "data in the heap each minute, MiB", "KiB/min", "code, KiB/min"],
    ...["Rss, MiB", "KiB/min", "descriptors"],
  ];
  return table(
    `${runtime}: ${pair.takeovers()} takeovers in ${samples.length} minutes; growth counts from minute ${
      warmUpMinutes + 1
    } on`,
    header,
    rows,
    1,
  );
}
