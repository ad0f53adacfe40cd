import assert from "node:assert/strict";
import { test } from "node:test";
import { type Opening, paceOf } from "./connection_capture.ts";

const window = { fromUs: 1000, toUs: 5000, intervalUs: 1000 };
const at = (atUs: number, target: number, sequence = atUs): Opening => ({
  atUs,
  target,
  sequence,
});

test("paceOf() counts checks in the window, and the time between two of one target", () => {
  const openings = [at(900, 1), at(1100, 1), at(1200, 2), at(2150, 1), at(2300, 2), at(5001, 1)];
  const { checks, gapsUs } = paceOf(openings, 2, window);
  assert.equal(checks, 4);
  assert.deepEqual(gapsUs, [1050, 1100, 2850, 2700], "those that are not checked any more too");
});

test("paceOf() counts a connection that was asked for twice once", () => {
  const openings = [at(4000, 1, 7), at(4500, 1, 7), at(4900, 1, 8)];
  assert.deepEqual(paceOf(openings, 1, window), { checks: 2, gapsUs: [900] });
});

test("paceOf() notices targets that are never checked", () => {
  assert.deepEqual(paceOf([at(4500, 1)], 3, window), { checks: 1, gapsUs: [4000, 4000] });
});
