import assert from "node:assert/strict";
import { test } from "node:test";
import type { Common } from "@keepalived/machine";
import { contest, type ContestConfig, type ContestEvent, type ContestState } from "./contest.ts";

const SECOND = 1_000_000;
const CONFIG: ContestConfig = { advertisementIntervalUs: SECOND, doubtUs: 300 * SECOND };
const RIVAL = "192.0.2.2";

function advertisement(
  priority = 50,
  source: string = RIVAL,
  maxAdvertiseIntervalUs = SECOND,
): ContestEvent {
  return { kind: "advertisement", source, priority, maxAdvertiseIntervalUs };
}

/** Steps events at seconds, and returns the actions with the second in which they came. */
function play(...events: readonly [number, ContestEvent | Common<ContestConfig>][]) {
  let state: ContestState = contest.start(CONFIG, 0);
  const actions: unknown[] = [];
  for (const [second, event] of events) {
    const step = contest.step(CONFIG, state, event, Math.round(second * SECOND));
    state = step.state;
    for (const action of step.actions) actions.push([second, action]);
  }
  return { state, actions, deadlineUs: contest.nextDeadlineUs(state) };
}

test("contest takes one advertisement of a losing router for ordinary", () => {
  const { actions, deadlineUs } = play(
    [0, { kind: "became-active" }],
    [0.1, advertisement()],
    [0.9, advertisement()],
  );
  assert.deepEqual(actions, []);
  assert.equal(deadlineUs, 3.9 * SECOND);
});

test("contest tells of a rival that advertises on after it must have heard us, once", () => {
  const { actions } = play(
    [0, { kind: "became-active" }],
    [0.1, advertisement()],
    [1.1, advertisement()],
    [2.1, advertisement()],
  );
  assert.deepEqual(actions, [[1.1, { kind: "contested", by: "rival", source: RIVAL }]]);
});

test("contest is settled when the rival is silent for three intervals, resigns, or wins", () => {
  const contested: [number, ContestEvent][] = [
    [0, { kind: "became-active" }],
    [0.1, advertisement()],
    [1.1, advertisement()],
  ];
  const settled = { kind: "settled", by: "rival", source: RIVAL };
  assert.deepEqual(play(...contested, [4, { kind: "timeout" }]).actions.length, 1);
  assert.deepEqual(play(...contested, [4.1, { kind: "timeout" }]).actions[1], [4.1, {
    ...settled,
    won: true,
  }]);
  assert.deepEqual(play(...contested, [2, advertisement(0)]).actions[1], [2, {
    ...settled,
    won: true,
  }]);
  assert.deepEqual(play(...contested, [2, { kind: "left-active" }]).actions[1], [2, {
    ...settled,
    won: false,
  }]);
});

test("contest waits for three intervals of the slower one of both", () => {
  const active: [number, ContestEvent] = [0, { kind: "became-active" }];
  const slow = advertisement(50, RIVAL, 2 * SECOND);
  assert.equal(play(active, [1, slow]).deadlineUs, 7 * SECOND);
  const quick = advertisement(50, RIVAL, SECOND / 2);
  assert.equal(play(active, [1, quick]).deadlineUs, 4 * SECOND);
});

test("contest begins anew for a rival that comes back, and for another one", () => {
  const { actions } = play(
    [0, { kind: "became-active" }],
    [0.1, advertisement()],
    [3.2, { kind: "timeout" }],
    [9, advertisement()],
    [9.5, advertisement(50, "192.0.2.3")],
    [10.4, advertisement(50, "192.0.2.3")],
    [10.5, advertisement(50, "192.0.2.3")],
  );
  assert.deepEqual(actions, [[10.5, { kind: "contested", by: "rival", source: "192.0.2.3" }]]);
});

test("contest doubts for a while when the Active router fell silent", () => {
  const silent = { by: "silence", source: RIVAL };
  const took: [number, ContestEvent] = [0, { kind: "became-active", silent: RIVAL }];
  assert.deepEqual(play(took).actions, [[0, { kind: "contested", ...silent }]]);
  assert.equal(play(took).deadlineUs, 300 * SECOND);
  assert.deepEqual(play(took, [299, { kind: "timeout" }]).actions.length, 1);
  assert.deepEqual(play(took, [300, { kind: "timeout" }]).actions[1], [300, {
    kind: "settled",
    won: true,
    ...silent,
  }]);
  assert.deepEqual(play(took, [1, advertisement()], [2, advertisement()]).actions.slice(1), [
    [1, { kind: "settled", won: true, ...silent }],
    [2, { kind: "contested", by: "rival", source: RIVAL }],
  ]);
  assert.deepEqual(play(took, [1, advertisement(0)]).actions[1], [1, {
    kind: "settled",
    won: true,
    ...silent,
  }]);
});

test("contest watches a rival while it doubts the silence of another router", () => {
  const { actions, deadlineUs } = play(
    [0, { kind: "became-active", silent: RIVAL }],
    [1, advertisement(50, "192.0.2.3")],
  );
  assert.deepEqual(actions, [[0, { kind: "contested", by: "silence", source: RIVAL }]]);
  assert.equal(deadlineUs, 4 * SECOND);
  const late = play(
    [0, { kind: "became-active", silent: RIVAL }],
    [299, advertisement(50, "192.0.2.3")],
  );
  assert.equal(late.deadlineUs, 300 * SECOND);
});

test("contest does nothing while not active, and returns the same state", () => {
  const idle = contest.start(CONFIG, 0);
  const configured = { kind: "configured", previous: CONFIG } as const;
  const events = [
    advertisement(),
    { kind: "left-active" },
    { kind: "timeout" },
    configured,
  ] as const;
  for (const event of events) {
    assert.equal(contest.step(CONFIG, idle, event, 1).state, idle);
  }
  const active = contest.step(CONFIG, idle, { kind: "became-active" }, 1).state;
  for (const event of [advertisement(0), { kind: "became-active" }, { kind: "timeout" }] as const) {
    assert.equal(contest.step(CONFIG, active, event, 2).state, active);
  }
});
