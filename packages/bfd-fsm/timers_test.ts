import assert from "node:assert/strict";
import { test } from "node:test";
import { detectionTimeUs, transmitIntervalUs } from "./mod.ts";

test("transmitIntervalUs() takes up to a quarter off", () => {
  assert.equal(transmitIntervalUs(100_000, 3, 0), 75_000);
  assert.equal(transmitIntervalUs(100_000, 2, 0.5), 87_500);
  assert.equal(transmitIntervalUs(100_001, 3, 1), 100_001);
});

test("transmitIntervalUs() stays below nine tenths with a multiplier of 1", () => {
  assert.equal(transmitIntervalUs(100_000, 1, 0), 75_000);
  assert.equal(transmitIntervalUs(100_000, 1, 1), 90_000);
});

test("detectionTimeUs() is the other side's multiplier and the slower interval", () => {
  assert.equal(detectionTimeUs(3, 100_000, 50_000), 300_000);
  assert.equal(detectionTimeUs(5, 100_000, 200_000), 1_000_000);
});
