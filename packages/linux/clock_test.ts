import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalUs, nowUs } from "./clock.ts";

test("arrivalUs() is as long ago as the stamp, however late it is asked", () => {
  const earliest = nowUs();
  const stampUs = Date.now() * 1000 - 300_000;
  const latest = nowUs();
  const arrived = arrivalUs(stampUs);
  // Date counts whole milliseconds.
  assert.ok(arrived >= earliest - 301_500, `${earliest - arrived} µs ago`);
  assert.ok(arrived <= latest - 299_500, `${latest - arrived} µs ago`);
});

test("arrivalUs() is now for a stamp of the future, or of a wall clock that was set", () => {
  for (const stampUs of [Date.now() * 1000 + 5_000_000, 0, Date.now() * 1000 - 3_600_000_000]) {
    const before = nowUs();
    const arrived = arrivalUs(stampUs);
    assert.ok(arrived >= before && arrived <= nowUs());
  }
});
