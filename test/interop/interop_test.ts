/**
 * Our daemon and the installed C daemon on one bridge, both ways round.
 *
 * The formats run at the same time on a network each, the pairs of one format one after the other on the same network.
 * The last test prints all results as a table.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Implementation } from "../../tools/lab/daemon.ts";
import { Lab } from "../../tools/lab/lab.ts";
import type { Frame } from "../../tools/lab/wire.ts";
import { Duel, type Outcome, type Step, steps } from "./duel.ts";
import { type Format, formats } from "./formats.ts";
import { maskedFrames } from "./masked.ts";
import { dissect, type Dissection } from "./tshark.ts";

/** The first starts first and has the higher priority. */
const pairs: readonly (readonly [Implementation, Implementation])[] = [
  ["ours", "c"],
  ["c", "ours"],
  ["ours", "ours"],
];

type Outcomes = ReadonlyMap<Step, Outcome>;
type FormatResult = {
  readonly outcomes: readonly Outcomes[];
  readonly dissections: readonly Dissection[];
  readonly masked: Readonly<Record<Implementation, readonly string[]>>;
};

async function runFormat(format: Format): Promise<FormatResult> {
  await using lab = await Lab.create([
    { name: "a", addresses: [format.hosts[0]] },
    { name: "b", addresses: [format.hosts[1]] },
  ]);
  const outcomes: Outcomes[] = [];
  const frames: Record<Implementation, Frame[]> = { ours: [], c: [] };
  for (const pair of pairs) {
    const duel = new Duel(lab, format, pair);
    outcomes.push(await duel.run());
    for (const side of ["ours", "c"] as const) frames[side].push(...duel.framesOf(side));
  }
  return {
    outcomes,
    dissections: await dissect(join(lab.folder, "ours.pcap"), frames.ours),
    masked: { ours: maskedFrames(frames.ours), c: maskedFrames(frames.c) },
  };
}

const started = formats.map((format) => ({ format, result: runFormat(format) }));
// A network that cannot be made fails each test that waits for it, and not the whole file.
for (const { result } of started) result.catch(() => {});

for (const { format, result } of started) {
  for (const [i, pair] of pairs.entries()) {
    for (const step of steps) {
      test(`${format.name}, ${pair.join(" against ")}: ${step}`, async () => {
        const outcome = (await result).outcomes[i]?.get(step);
        if (outcome?.ok !== true) assert.fail(outcome?.text ?? "no result");
      });
    }
  }

  test(`${format.name}: tshark finds nothing wrong with what our daemon sends`, async () => {
    const { dissections } = await result;
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
    const { masked } = await result;
    assert.deepEqual(masked.ours, masked.c);
    assert.ok(masked.ours.length >= 3 + format.virtual.length, masked.ours.join("\n"));
  });
}

test("all cells of the matrix have a result", async () => {
  const rows: string[][] = [["format", "first, then", ...steps]];
  for (const { format, result } of started) {
    for (const [i, pair] of pairs.entries()) {
      const outcomes = (await result).outcomes[i];
      const cells = steps.map((step) => outcomes?.get(step)).map((it) =>
        it === undefined ? "no result" : it.ok ? it.text : "FAILED"
      );
      rows.push([format.name, pair.join(", "), ...cells]);
    }
  }
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0))) ?? [];
  for (const row of rows) {
    console.log(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | "));
  }
  for (const { format, result } of started) {
    const { dissections } = await result;
    console.log(`${format.name}: ${dissections.length} frames of ours, ${summaryOf(dissections)}`);
  }
  assert.equal(rows.length, 1 + formats.length * pairs.length);
  assert.ok(!rows.flat().includes("no result"));
});

function summaryOf(dissections: readonly Dissection[]): string {
  const count = (wanted: (it: Dissection) => boolean) => dissections.filter(wanted).length;
  return [
    `${count(({ priority }) => priority !== undefined)} advertisements`,
    `${count(({ gratuitousArp }) => gratuitousArp)} gratuitous ARPs`,
    `${count(({ neighbourAdvertisement }) => neighbourAdvertisement)} neighbour advertisements`,
    `${count(({ remarks }) => remarks.length > 0)} with remarks`,
  ].join(", ");
}
