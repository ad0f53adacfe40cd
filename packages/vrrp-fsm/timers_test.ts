import assert from "node:assert/strict";
import { test } from "node:test";
import { activeDownIntervalUs, skewTimeUs } from "./mod.ts";

test("skewTimeUs() counts parts of a second in version 2 and of the interval in version 3", () => {
  assert.equal(skewTimeUs(2, 100, 1_000_000), 609_375);
  assert.equal(skewTimeUs(2, 100, 4_000_000), 609_375);
  assert.equal(skewTimeUs(3, 100, 1_000_000), 609_375);
  assert.equal(skewTimeUs(3, 100, 4_000_000), 2_437_500);
  assert.equal(skewTimeUs(3, 255, 10_000), 39);
  assert.equal(skewTimeUs(3, 1, 10_000), 9_960);
});

test("skewTimeUs() falls with every step of the priority", () => {
  for (const version of [2, 3] as const) {
    for (let priority = 2; priority <= 255; priority++) {
      const better = skewTimeUs(version, priority, 1_000_000);
      assert.ok(better < skewTimeUs(version, priority - 1, 1_000_000));
    }
  }
});

test("activeDownIntervalUs() is what the C daemon was seen to wait", () => {
  assert.equal(activeDownIntervalUs(2, 100, 1_000_000, 3), 3_609_375);
  assert.equal(activeDownIntervalUs(3, 100, 500_000, 2), 1_304_687);
});
