import assert from "node:assert/strict";
import { test } from "node:test";
import {
  burstsOfActive,
  nextBurstAtUs,
  takeDue,
  withLowerPriority,
  withPeriods,
} from "./announce.ts";
import { EXAMPLE, virtualAddress } from "./fixture.ts";

const CONFIG = { ...EXAMPLE.announcement, refreshUs: 60, refreshRepeat: 2, delayUs: 5 };
const SECOND = { purpose: "second", atUs: 5, repeat: 5 };
const REFRESH = { purpose: "refresh", atUs: 60, repeat: 2 };

test("burstsOfActive() plans the second burst and the refresh", () => {
  assert.deepEqual(burstsOfActive(CONFIG, 0), [SECOND, REFRESH]);
  assert.deepEqual(burstsOfActive({ ...CONFIG, delayUs: 0, refreshUs: 0 }, 0), []);
  assert.deepEqual(burstsOfActive({ ...CONFIG, repeat: 0, refreshRepeat: 0 }, 0), []);
  assert.deepEqual(burstsOfActive({ ...CONFIG, extraUs: 20 }, 0), [SECOND, REFRESH]);
});

test("withLowerPriority() keeps one second burst however often the other router is heard", () => {
  const config = { ...CONFIG, lowerPriorityRepeat: 3, lowerPriorityDelayUs: 10 };
  const once = withLowerPriority(burstsOfActive(config, 0), config, 1);
  assert.deepEqual(withLowerPriority(once, config, 4), [
    SECOND,
    REFRESH,
    { purpose: "lower-priority", atUs: 14, repeat: 3 },
  ]);
  assert.deepEqual(withLowerPriority(once, { ...config, lowerPriorityDelayUs: 0 }, 4), [
    SECOND,
    REFRESH,
  ]);
});

test("withPeriods() starts a changed period anew and keeps the list otherwise", () => {
  const bursts = burstsOfActive(CONFIG, 0);
  assert.equal(withPeriods(bursts, { ...CONFIG, repeat: 9 }, CONFIG, 7), bursts);
  assert.deepEqual(withPeriods(bursts, { ...CONFIG, refreshUs: 30 }, CONFIG, 7), [
    SECOND,
    { purpose: "refresh", atUs: 37, repeat: 2 },
  ]);
  assert.deepEqual(withPeriods(bursts, { ...CONFIG, refreshUs: 0 }, CONFIG, 7), [SECOND]);
});

test("takeDue() takes what is due as one burst and plans the next refresh", () => {
  const bursts = burstsOfActive(CONFIG, 0);
  assert.equal(nextBurstAtUs(bursts), 5);
  const early = takeDue(bursts, CONFIG, 4);
  assert.equal(early.bursts, bursts);
  assert.equal(early.repeat, 0);
  assert.deepEqual(takeDue(bursts, CONFIG, 5), {
    bursts: [REFRESH],
    repeat: 5,
    extraOnly: false,
  });
  assert.deepEqual(takeDue(bursts, CONFIG, 60), {
    bursts: [{ ...REFRESH, atUs: 120 }],
    repeat: 5,
    extraOnly: false,
  });
  assert.equal(nextBurstAtUs([]), undefined);
});

test("takeDue() repeats the extra addresses by themselves, unless all are announced anyway", () => {
  const extra = { ...CONFIG, extraUs: 20, extraAddresses: [virtualAddress("192.0.2.9")] };
  const bursts = burstsOfActive(extra, 0);
  assert.deepEqual(bursts, [SECOND, REFRESH, { purpose: "extra", atUs: 20, repeat: 1 }]);
  const alone = takeDue([bursts[2]!], extra, 20);
  assert.deepEqual(alone, {
    bursts: [{ purpose: "extra", atUs: 40, repeat: 1 }],
    repeat: 1,
    extraOnly: true,
  });
  const together = takeDue(bursts, extra, 20);
  assert.deepEqual(together, {
    bursts: [REFRESH, { purpose: "extra", atUs: 40, repeat: 1 }],
    repeat: 5,
    extraOnly: false,
  });
  assert.deepEqual(withPeriods(bursts, { ...extra, extraUs: 7 }, extra, 3), [
    SECOND,
    REFRESH,
    { purpose: "extra", atUs: 10, repeat: 1 },
  ]);
  assert.deepEqual(withPeriods(bursts, CONFIG, extra, 3), [SECOND, REFRESH]);
});

test("takeDue() plans the refresh again also when another burst is due with it", () => {
  const bursts = burstsOfActive({ ...CONFIG, delayUs: 60 }, 0);
  assert.deepEqual(takeDue(bursts, CONFIG, 60), {
    bursts: [{ ...REFRESH, atUs: 120 }],
    repeat: 5,
    extraOnly: false,
  });
  assert.equal(takeDue(bursts, CONFIG, 59).bursts, bursts);
  assert.equal(takeDue(bursts, CONFIG, 59).extraOnly, false);
});
