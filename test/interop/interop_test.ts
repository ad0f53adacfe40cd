/**
 * Our daemon against the installed C daemon, FRR's vrrpd and itself, both ways round, in networks of namespaces.
 *
 * Each format and pair has a network of its own. They run side by side, for it is mostly waiting; the tests wait for
 * their results. The last test prints all of them as a table.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { nowUs } from "@keepalived/linux";
import { Lab } from "../../tools/lab/lab.ts";
import type { Frame } from "../../tools/lab/wire.ts";
import { downUs, Duel, marginUs, skewUs } from "./duel.ts";
import { bare, type Format, formats, type Peer } from "./formats.ts";
import { inLanes } from "./lanes.ts";
import { maskedFrames } from "./masked.ts";
import { KeepalivedRouter } from "./router.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { dissect, type Dissection } from "./tshark.ts";

/** How many networks there are at once: it is mostly waiting. */
const lanes = 16;

/** What is to happen happens to the first. */
const pairs: readonly (readonly [Peer, Peer])[] = [
  ["ours", "c"],
  ["c", "ours"],
  ["ours", "frr"],
  ["frr", "ours"],
  ["ours", "ours"],
];

/** How a scenario went: what was measured, or what went wrong. */
type Outcome = { readonly ok: boolean; readonly text: string };

type Result = {
  readonly outcomes: ReadonlyMap<Scenario, Outcome>;
  /** When the first scenario was over. */
  readonly metUs: number;
  readonly frames: Readonly<Record<"ours" | "c", readonly Frame[]>>;
  readonly dissections: readonly Dissection[];
};

type Row = { readonly format: Format; readonly pair: readonly [Peer, Peer] };

/** Why there is nothing to be tried in a cell; undefined if there is. */
function impossible({ format, pair }: Row, scenario?: Scenario): string | undefined {
  const reason = pair.map((peer) => format.impossible?.[peer]).find((it) => it !== undefined);
  return reason ?? scenario?.impossible?.[pair[0]];
}

async function runRow({ format, pair }: Row): Promise<Result> {
  await using lab = await Lab.create([
    { name: "a", addresses: [format.hosts[0]], mac: "02:00:00:00:00:0a" },
    { name: "b", addresses: [format.hosts[1]], mac: "02:00:00:00:00:0b" },
  ], { watch: "ports" });
  const duel = new Duel(lab, format, pair);
  const outcomes = new Map<Scenario, Outcome>();
  let metUs = 0;
  for (const scenario of scenarios) {
    if (impossible({ format, pair }, scenario) !== undefined) continue;
    try {
      outcomes.set(scenario, { ok: true, text: await scenario.run(duel) });
    } catch (error) {
      outcomes.set(scenario, { ok: false, text: `${(error as Error).message}\n${duel.logs()}` });
      await duel.reset();
    }
    if (metUs === 0) metUs = nowUs();
  }
  const frames = { ours: duel.framesOf("ours"), c: duel.framesOf("c") };
  return {
    outcomes,
    metUs,
    frames,
    dissections: await dissect(join(lab.folder, "ours.pcap"), frames.ours),
  };
}

/** Starts our daemon once: what its runtime then has compiled is kept, and the others start as they do on any day. */
async function warmUp(): Promise<void> {
  const [format] = formats;
  if (format === undefined) return;
  await using lab = await Lab.create([{ name: "a", addresses: [format.hosts[0]] }]);
  const router = new KeepalivedRouter(lab, "a", "ours", format);
  await router.start({ priority: 100, preempt: true, tracked: true });
  await router.stop();
}

const rows: readonly Row[] = formats.flatMap((format) => pairs.map((pair) => ({ format, pair })));
const results = new Map<Row, Promise<Result>>();
const possible = rows.filter((row) => impossible(row) === undefined);
const longestFirst = possible.toSorted((x, y) => y.format.intervalUs - x.format.intervalUs);
await warmUp();
for (const [i, result] of inLanes(lanes, longestFirst.map((row) => () => runRow(row))).entries()) {
  // A network that cannot be made fails each test that waits for it, and not the whole file.
  result.catch(() => {});
  results.set(longestFirst[i] as Row, result);
}

for (const row of possible) {
  for (const scenario of scenarios) {
    if (impossible(row, scenario) !== undefined) continue;
    test(`${row.format.name}, ${row.pair.join(" and ")}: ${scenario.name}`, async () => {
      const outcome = (await results.get(row))?.outcomes.get(scenario);
      if (outcome?.ok !== true) assert.fail(outcome?.text ?? "no result");
    });
  }
}

for (const format of new Set(possible.map((row) => row.format))) {
  const ofFormat = () => Promise.all(possible.filter((row) => row.format === format).map(resultOf));

  test(`${format.name}: tshark finds nothing wrong with what our daemon sends`, async () => {
    const dissections = (await ofFormat()).flatMap((result) => result.dissections);
    const adverts = dissections.filter(({ priority }) => priority !== undefined);
    const announced = dissections.filter((it) => it.gratuitousArp || it.neighbourAdvertisement);
    assert.ok(adverts.some(({ priority }) => priority === 200), "no advertisement seen");
    assert.ok(adverts.some(({ priority }) => priority === 0), "no resignation seen");
    assert.ok(announced.length > 0, "no announcement seen");
    assert.deepEqual(dissections.filter(({ remarks }) => remarks.length > 0), []);
    assert.deepEqual(dissections.filter(({ checksums }) => checksums.includes("Bad")), []);
    assert.deepEqual(adverts.filter(({ checksums }) => checksums.length === 0), []);
  });

  test(`${format.name}: our daemon sends the same octets as the C daemon`, async () => {
    const all = await ofFormat();
    // Before, it is chance what comes through between the two.
    const masked = (peer: "ours" | "c") =>
      maskedFrames(
        all.flatMap(({ metUs, frames }) => frames[peer].filter(({ atUs }) => atUs > metUs)),
        format.virtual.map(bare),
      );
    assert.deepEqual(masked("ours"), masked("c"));
    assert.ok(masked("ours").length >= 3 + format.virtual.length, masked("ours").join("\n"));
  });
}

test("a takeover by Active_Down_Interval is too late for one by Skew_Time", () => {
  for (const format of formats) {
    assert.ok(skewUs(format, 100) + marginUs(format) < 0.95 * downUs(format, 200), format.name);
  }
});

test("all cells of the matrix have a result or a reason", async () => {
  const cells: string[][] = [["format", "first, then", ...scenarios.map(({ name }) => name)]];
  for (const row of rows) {
    const result = results.has(row) ? await resultOf(row) : undefined;
    const texts = scenarios.map((scenario) => {
      const reason = impossible(row, scenario);
      if (reason !== undefined) return `n/a: ${reason}`;
      const outcome = result?.outcomes.get(scenario);
      return outcome === undefined ? "no result" : outcome.ok ? outcome.text : "FAILED";
    });
    cells.push([row.format.name, row.pair.join(", "), ...texts]);
  }
  const widths = cells[0]?.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0))) ??
    [];
  for (const row of cells) {
    console.log(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | "));
  }
  assert.equal(cells.length, 1 + formats.length * pairs.length);
  assert.ok(!cells.flat().includes("no result"));
});

async function resultOf(row: Row): Promise<Result> {
  const result = await results.get(row);
  assert.ok(result !== undefined);
  return result;
}
