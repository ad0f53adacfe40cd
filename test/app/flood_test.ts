/** Garbage as fast as a network can bring it: what is not refused, the kernel dropped, and every packet is counted. */

import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { contenders } from "../bench/contenders.ts";
import { floodOf } from "../bench/flood.ts";

const runtime = process.env["KEEPALIVED_RUNTIME"] === "deno" ? "Deno" : "Node";
/** One line of each kind of complaint. */
const mostLines = 12;

test("60,000 packets of garbage in three seconds change no state, and all are accounted for", async () => {
  const contender = contenders.find(({ name }) => name === runtime);
  assert.ok(contender);
  const flooded = await floodOf(contender, { seconds: 3, perSecond: 20_000 });
  assert.equal(flooded.sent, 60_000);
  assert.equal(flooded.stateChanges, 0);
  for (const lines of flooded.logLines) {
    assert.ok(lines > 0 && lines <= mostLines, `${lines} lines`);
  }
  const { counts } = flooded;
  assert.ok(counts);
  const { missing, dropped } = counts;
  assert.ok(missing <= 0 && -missing <= Math.min(dropped, 20), JSON.stringify(counts));
  assert.ok(counts.refused > flooded.sent / 2, "the kernel dropped most of it");
  // Those of the master alone.
  assert.ok(counts.accepted >= 2 && counts.accepted < 20, `${counts.accepted} accepted`);
});
