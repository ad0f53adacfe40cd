import assert from "node:assert/strict";
import { test } from "node:test";
import { centisecondsOfUs, secondsOfUs, usOfCentiseconds, usOfSeconds } from "./interval.ts";

test("intervals of version 3 are centiseconds from 1 to 4095", () => {
  for (const centiseconds of [1, 100, 4095]) {
    assert.equal(centisecondsOfUs(usOfCentiseconds(centiseconds)), centiseconds);
  }
  assert.equal(usOfCentiseconds(4095), 40_950_000);
  assert.deepEqual([1_004_999, 1_005_000].map(centisecondsOfUs), [100, 101]);
  for (const us of [0, 9_999, 40_950_001, NaN]) {
    assert.throws(() => centisecondsOfUs(us), RangeError);
  }
});

test("intervals of version 2 are seconds from 1 to 255", () => {
  for (const seconds of [1, 3, 255]) assert.equal(secondsOfUs(usOfSeconds(seconds)), seconds);
  assert.deepEqual([1_499_999, 1_500_000].map(secondsOfUs), [1, 2]);
  for (const us of [0, 999_999, 255_000_001]) assert.throws(() => secondsOfUs(us), RangeError);
});
