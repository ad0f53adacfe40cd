import assert from "node:assert/strict";
import { test } from "node:test";
import { Bench } from "./fixture.ts";
import { link, type LinkConfig } from "./link.ts";

const UP = { kind: "observed", up: true } as const;
const DOWN = { kind: "observed", up: false } as const;
const ABSENT = { kind: "absent" } as const;
const verdict = (up: boolean) => [{ kind: "verdict", up }];

function bench(config: Partial<LinkConfig> = {}) {
  return new Bench(link, { downUs: 300, upUs: 500, ...config });
}

/** One that is up since 0. */
function upBench(config: Partial<LinkConfig> = {}) {
  const one = bench(config);
  one.tell(0, UP);
  return one;
}

test("it is down until it is observed, and the first time up counts at once", () => {
  const one = bench();
  assert.equal(one.state.up, false);
  assert.deepEqual(one.tell(0, DOWN), []);
  assert.deepEqual(one.tell(10, UP), verdict(true));
  assert.deepEqual(one.state, { up: true, changesAtUs: null, wasUp: true });
});

test("after that each direction has its delay, to the microsecond", () => {
  const one = upBench();
  assert.deepEqual(one.tell(1000, DOWN), []);
  assert.deepEqual(one.tell(1299, { kind: "timeout" }), []);
  assert.deepEqual(one.tell(1300, { kind: "timeout" }), verdict(false));
  assert.deepEqual(one.tell(2000, UP), []);
  assert.deepEqual(one.advance(2499), []);
  assert.deepEqual(one.advance(2500), [[2500, { kind: "verdict", up: true }]]);
});

test("a delay of 0 is none", () => {
  const one = upBench({ downUs: 0, upUs: 0 });
  assert.deepEqual(one.tell(1, DOWN), verdict(false));
  assert.deepEqual(one.tell(2, UP), verdict(true));
});

test("what comes back in time is not noticed", () => {
  const one = upBench();
  one.tell(1000, DOWN);
  assert.deepEqual(one.tell(1299, UP), []);
  assert.deepEqual(one.advance(9999), []);
  assert.equal(one.state.up, true);
});

test("the first of several observations counts", () => {
  const one = upBench();
  one.tell(1000, DOWN);
  const { state } = one;
  one.tell(1200, DOWN);
  assert.equal(one.state, state);
  assert.deepEqual(one.advance(9999), [[1300, { kind: "verdict", up: false }]]);
});

test("an interface that vanishes is down at once, and another one when it comes again", () => {
  const one = upBench();
  assert.deepEqual(one.tell(1000, ABSENT), verdict(false));
  assert.deepEqual(one.tell(1001, ABSENT), []);
  assert.deepEqual(one.tell(2000, UP), verdict(true));
});

test("one that vanishes while it is about to go down, or to come up, has no deadline", () => {
  const down = upBench();
  down.tell(1000, DOWN);
  assert.deepEqual(down.tell(1100, ABSENT), verdict(false));
  assert.deepEqual(down.advance(9999), []);
  const up = upBench();
  up.tell(1000, DOWN);
  up.advance(1300);
  up.tell(1400, UP);
  assert.deepEqual(up.tell(1500, ABSENT), []);
  assert.deepEqual(up.advance(9999), []);
  assert.deepEqual(up.tell(10_000, UP), verdict(true));
});

test("a new delay counts from the observation, for the direction that is waited for", () => {
  const one = upBench();
  one.tell(1000, DOWN);
  one.configure(1010, { downUs: 100, upUs: 1 });
  assert.equal(one.state.changesAtUs, 1100);
  const { state } = one;
  one.configure(1020, { downUs: 100, upUs: 77 });
  assert.equal(one.state, state);
  one.advance(1100);
  one.tell(1200, UP);
  one.configure(1210, { downUs: 0, upUs: 20 });
  assert.deepEqual(one.advance(9999), [[1220, { kind: "verdict", up: true }]]);
});

test("a new delay while nothing is waited for changes nothing", () => {
  const one = upBench();
  const { state } = one;
  assert.deepEqual(one.configure(5, { downUs: 0, upUs: 0 }), []);
  assert.equal(one.state, state);
});
