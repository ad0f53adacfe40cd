import assert from "node:assert/strict";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { pacer, type PacerConfig, type PacerEvent } from "./announce_pacer.ts";
import { virtualAddress } from "./fixture.ts";

const CONFIG: PacerConfig = { gapUs: 10 };
const A = virtualAddress("192.0.2.1");
const B = virtualAddress("192.0.2.2");
const C = virtualAddress("192.0.2.3");

type Input = PacerEvent | Common<PacerConfig>;

function announce(owner: string, repeat: number, ...addresses: typeof A[]): PacerEvent {
  return { kind: "announce", owner, addresses, repeat };
}

/** Steps the events at their times and then every deadline; returns `TIME ADDRESS` of all that was sent. */
function play(...events: readonly [number, Input][]): readonly string[] {
  let state = pacer.start(CONFIG, 0);
  const sent: string[] = [];
  const run = (event: Input, nowUs: number): void => {
    const step = pacer.step(CONFIG, state, event, nowUs);
    state = step.state;
    for (const { kind, address } of step.actions) {
      assert.equal(kind, "send-announcement");
      sent.push(`${nowUs} ${address.address}`);
    }
  };
  const runUntil = (endUs: number): void => {
    for (let atUs = pacer.nextDeadlineUs(state); atUs !== undefined && atUs < endUs;) {
      run({ kind: "timeout" }, atUs);
      atUs = pacer.nextDeadlineUs(state);
    }
  };
  for (const [atUs, event] of events) {
    runUntil(atUs);
    run(event, atUs);
  }
  runUntil(Number.MAX_SAFE_INTEGER);
  return sent;
}

test("pacer sends the first message at once and each other one after the gap", () => {
  assert.deepEqual(play([100, announce("a", 3, A)]), [
    "100 192.0.2.1",
    "110 192.0.2.1",
    "120 192.0.2.1",
  ]);
});

test("pacer announces every address once before any again, for all owners", () => {
  assert.deepEqual(play([0, announce("a", 2, A, B)], [1, announce("c", 2, C)]), [
    "0 192.0.2.1",
    "10 192.0.2.2",
    "20 192.0.2.3",
    "30 192.0.2.1",
    "40 192.0.2.2",
    "50 192.0.2.3",
  ]);
});

test("pacer replaces what an owner still waits for by its next burst", () => {
  assert.deepEqual(play([0, announce("a", 5, A)], [15, announce("a", 2, A)]), [
    "0 192.0.2.1",
    "10 192.0.2.1",
    "20 192.0.2.1",
    "30 192.0.2.1",
  ]);
});

test("pacer sends nothing of what was withdrawn, and the rest of the others", () => {
  assert.deepEqual(
    play([0, announce("a", 2, A)], [1, announce("c", 2, C)], [5, { kind: "withdraw", owner: "a" }]),
    ["0 192.0.2.1", "10 192.0.2.3", "20 192.0.2.3"],
  );
});

test("pacer keeps the gap to the last message of an earlier burst", () => {
  assert.deepEqual(play([0, announce("a", 1, A)], [4, announce("c", 1, C)]), [
    "0 192.0.2.1",
    "10 192.0.2.3",
  ]);
});

test("pacer returns the same state for what changes nothing", () => {
  const state = pacer.start(CONFIG, 0);
  const events: readonly Input[] = [
    { kind: "timeout" },
    { kind: "withdraw", owner: "a" },
    { kind: "configured", previous: CONFIG },
    announce("a", 0, A),
    announce("a", 5),
  ];
  for (const event of events) assert.equal(pacer.step(CONFIG, state, event, 5).state, state);
});

test("pacer adds a short burst to a long one of another owner", () => {
  assert.deepEqual(play([0, announce("a", 4, A)], [1, announce("c", 1, C)]), [
    "0 192.0.2.1",
    "10 192.0.2.1",
    "20 192.0.2.3",
    "30 192.0.2.1",
    "40 192.0.2.1",
  ]);
});

test("pacer withdraws the only owner that waits, and nothing of one that does not", () => {
  const waiting = pacer.step(CONFIG, pacer.start(CONFIG, 0), announce("a", 3, A), 0).state;
  const other = pacer.step(CONFIG, waiting, { kind: "withdraw", owner: "c" }, 1);
  assert.equal(other.state, waiting);
  const own = pacer.step(CONFIG, waiting, { kind: "withdraw", owner: "a" }, 1);
  assert.deepEqual(own, { state: { freeAtUs: 10, rounds: [] }, actions: [] });
  assert.equal(pacer.nextDeadlineUs(own.state), undefined);
});

test("pacer has no rounds left of an owner that wanted more of them", () => {
  const long = pacer.step(CONFIG, pacer.start(CONFIG, 0), announce("a", 4, A), 0).state;
  const both = pacer.step(CONFIG, long, announce("c", 1, C), 1).state;
  const { state } = pacer.step(CONFIG, both, { kind: "withdraw", owner: "a" }, 2);
  assert.deepEqual(state.rounds, [[{ owner: "c", address: C }]]);
});
