import assert from "node:assert/strict";
import { test } from "node:test";
import {
  burstsOfActive,
  nextBurstAtUs,
  takeDue,
  withLowerPriority,
  withRefresh,
} from "./announce.ts";
import { EXAMPLE } from "./fixture.ts";

const CONFIG = { ...EXAMPLE.announcement, refreshUs: 60, refreshRepeat: 2, delayUs: 5 };
const SECOND = { purpose: "second", atUs: 5, repeat: 5 };
const REFRESH = { purpose: "refresh", atUs: 60, repeat: 2 };

test("burstsOfActive() plans the second burst and the refresh", () => {
  assert.deepEqual(burstsOfActive(CONFIG, 0), [SECOND, REFRESH]);
  assert.deepEqual(burstsOfActive({ ...CONFIG, delayUs: 0, refreshUs: 0 }, 0), []);
  assert.deepEqual(burstsOfActive({ ...CONFIG, repeat: 0, refreshRepeat: 0 }, 0), []);
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

test("withRefresh() starts a changed period anew and keeps the list otherwise", () => {
  const bursts = burstsOfActive(CONFIG, 0);
  assert.equal(withRefresh(bursts, { ...CONFIG, repeat: 9 }, CONFIG, 7), bursts);
  assert.deepEqual(withRefresh(bursts, { ...CONFIG, refreshUs: 30 }, CONFIG, 7), [
    SECOND,
    { purpose: "refresh", atUs: 37, repeat: 2 },
  ]);
  assert.deepEqual(withRefresh(bursts, { ...CONFIG, refreshUs: 0 }, CONFIG, 7), [SECOND]);
});

test("takeDue() takes what is due as one burst and plans the next refresh", () => {
  const bursts = burstsOfActive(CONFIG, 0);
  assert.equal(nextBurstAtUs(bursts), 5);
  const early = takeDue(bursts, CONFIG, 4);
  assert.equal(early.bursts, bursts);
  assert.equal(early.repeat, 0);
  assert.deepEqual(takeDue(bursts, CONFIG, 5), { bursts: [REFRESH], repeat: 5 });
  assert.deepEqual(takeDue(bursts, CONFIG, 60), {
    bursts: [{ ...REFRESH, atUs: 120 }],
    repeat: 5,
  });
  assert.equal(nextBurstAtUs([]), undefined);
});
