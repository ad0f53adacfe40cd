/**
 * What RFC 5880 demands of a session in asynchronous mode, and what it forbids; the ledger in test/conformance refers to
 * these tests. Times are written as the standard does, not with the functions under test.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Common, Step } from "@keepalived/machine";
import { EXAMPLE } from "./fixture.ts";
import {
  session,
  type SessionAction,
  type SessionConfig,
  type SessionEvent,
  type SessionKind,
  type SessionState,
} from "./mod.ts";
import { parsePacket } from "./transcript.ts";

const SECOND = 1_000_000;
const MS = 1000;
const NOW = 100 * SECOND;

type Input = SessionEvent | Common<SessionConfig>;

const startup: SessionEvent = { kind: "startup" };
const timeout = { kind: "timeout" } as const;
/** A packet: mult 3, tx and rx 100 ms, unless the words say otherwise. */
const heard = (words: string) => parsePacket(words.split(" "));

function run(events: readonly Input[], config: SessionConfig = EXAMPLE, seed = 1): SessionState {
  return events.reduce<SessionState>(
    (state, event) => session.step(config, state, event, NOW).state,
    session.start(config, seed),
  );
}

const down = run([startup]);
const init = run([startup, heard("down")]);
const up = run([startup, heard("init"), heard("up final")]);
const reached: readonly (readonly [SessionKind, SessionState])[] = [
  ["down", down],
  ["init", init],
  ["up", up],
];

function step(
  state: SessionState,
  event: Input,
  nowUs = NOW,
  config = EXAMPLE,
): Step<SessionState, SessionAction> {
  return session.step(config, state, event, nowUs);
}

const packets = (actions: readonly SessionAction[]) =>
  actions.flatMap((it) => it.kind === "send-packet" ? [it.packet] : []);

test("6.8.1: a session begins with nobody, a desired interval of a second, and RemoteMinRx 1", () => {
  const { remote, desiredTxUs } = down;
  assert.deepEqual([remote.discriminator, remote.state], [0, "down"]);
  assert.equal(desiredTxUs, SECOND);
  assert.equal(remote.requiredMinRxIntervalUs, 1);
});

test("6.8.1: after a Detection Time without a packet RemoteDiscr is 0, in every state", () => {
  const known = run([startup, heard("admin-down")]);
  for (const state of [known, init, up]) {
    assert.notEqual(state.remote.discriminator, 0);
    const atUs = state.detectAtUs ?? 0;
    assert.equal(step(state, timeout, atUs).state.remote.discriminator, 0);
    assert.notEqual(step(state, timeout, atUs - 1).state.remote.discriminator, 0);
  }
});

test("6.8.2: packets come in the greater interval of both sides, a quarter less at most", () => {
  for (
    const [words, intervalUs] of [["up rx=400 mult=9", 400 * MS], ["up rx=10", 100 * MS]] as const
  ) {
    const gaps = Array.from({ length: 200 }, (_, seed): number => {
      const agreed = run([startup, heard("init"), heard("up final")], EXAMPLE, seed);
      const { state } = step(agreed, heard(words));
      const atUs = state.transmitAtUs ?? 0;
      return (step(state, timeout, atUs).state.transmitAtUs ?? 0) - atUs;
    });
    assert.ok(Math.min(...gaps) >= intervalUs * 0.75 && Math.max(...gaps) <= intervalUs);
    assert.ok(Math.min(...gaps) < intervalUs * 0.8 && Math.max(...gaps) > intervalUs * 0.95);
  }
});

test("6.8.7: with a multiplier of 1 packets come within 90 % of the interval", () => {
  const config = { ...EXAMPLE, detectMult: 1 };
  for (let seed = 0; seed < 200; seed++) {
    const state = run([startup, heard("init"), heard("up final")], config, seed);
    const atUs = state.transmitAtUs ?? 0;
    const gapUs = (step(state, timeout, atUs, config).state.transmitAtUs ?? 0) - atUs;
    assert.ok(gapUs >= 75 * MS && gapUs <= 90 * MS, `${gapUs}`);
  }
});

test("6.8.3: while not Up a packet says a second at least", () => {
  for (const state of [down, init]) {
    const [packet] = packets(step(state, timeout, state.transmitAtUs ?? 0).actions);
    assert.equal(packet?.desiredMinTxIntervalUs, SECOND);
  }
  const [packet] = packets(step(up, timeout, up.transmitAtUs ?? 0).actions);
  assert.equal(packet?.desiredMinTxIntervalUs, 100 * MS);
});

test("6.8.3: a change of an interval starts a Poll Sequence, and nothing else does", () => {
  const configured = (change: Partial<SessionConfig>) => {
    const config = { ...EXAMPLE, ...change };
    return packets(step(up, { kind: "configured", previous: EXAMPLE }, NOW, config).actions);
  };
  assert.equal(configured({ desiredMinTxIntervalUs: 50 * MS })[0]?.poll, true);
  assert.equal(configured({ requiredMinRxIntervalUs: 300 * MS })[0]?.poll, true);
  assert.equal(configured({ detectMult: 9 })[0]?.poll, false);
  assert.deepEqual(configured({}), []);
});

test("6.8.3: a longer desired interval is used when the Poll Sequence has ended, not before", () => {
  const config = { ...EXAMPLE, desiredMinTxIntervalUs: 800 * MS };
  const polling = step(up, { kind: "configured", previous: EXAMPLE }, NOW, config).state;
  assert.equal(polling.desiredTxUs, 100 * MS);
  assert.equal(step(polling, heard("up"), NOW, config).state.desiredTxUs, 100 * MS);
  assert.equal(step(polling, heard("up final"), NOW, config).state.desiredTxUs, 800 * MS);
});

test("6.8.3: a shorter required interval counts when the Poll Sequence has ended, not before", () => {
  const config = { ...EXAMPLE, requiredMinRxIntervalUs: 10 * MS };
  const polling = step(up, { kind: "configured", previous: EXAMPLE }, NOW, config).state;
  const words = "up tx=10";
  assert.equal(step(polling, heard(words), NOW, config).state.detectAtUs, NOW + 300 * MS);
  const ended = step(polling, heard(`${words} final`), NOW, config).state;
  assert.equal(ended.detectAtUs, NOW + 30 * MS);
});

test("6.8.3: a reduced RemoteMinRx is honored at once", () => {
  const slow = step(up, heard("up rx=5000")).state;
  assert.ok((slow.transmitAtUs ?? 0) > NOW + SECOND);
  const laterUs = NOW + SECOND;
  const quick = step(slow, heard("up rx=100"), laterUs).state;
  assert.ok((quick.transmitAtUs ?? Infinity) <= laterUs, "the time is over already");
});

test("6.8.4: silence for the Detection Time in Init and Up ends the session with diagnostic 1", () => {
  for (const from of [init, up]) {
    const state = step(from, heard(`${from.kind} mult=4 tx=250`)).state;
    const atUs = NOW + 4 * 250 * MS;
    assert.equal(state.detectAtUs, atUs);
    assert.equal(step(state, timeout, atUs - 1).state.kind, state.kind);
    const after = step(state, timeout, atUs).state;
    assert.deepEqual([after.kind, after.diagnostic], ["down", 1]);
  }
});

test("6.8.6: what is heard moves the state as the standard says, and in no other way", () => {
  const next: Readonly<Record<string, Readonly<Record<SessionKind, SessionKind>>>> = {
    down: { "admin-down": "down", down: "init", init: "up", up: "down" },
    init: { "admin-down": "down", down: "init", init: "up", up: "up" },
    up: { "admin-down": "down", down: "down", init: "up", up: "up" },
  };
  for (const [kind, state] of reached) {
    for (const [told, expected] of Object.entries(next[kind] ?? {})) {
      const after = step(state, heard(told)).state;
      assert.equal(after.kind, expected, `${kind} hears ${told}`);
      if (expected === "down" && kind !== "down") assert.equal(after.diagnostic, 3);
    }
  }
});

test("6.8.6: in AdminDown packets are discarded", () => {
  const state = run([startup, { kind: "shutdown" }]);
  for (const told of ["admin-down", "down", "init", "up poll"]) {
    assert.deepEqual(step(state, heard(told)), { state, actions: [] });
  }
});

test("6.8.6, 6.5: a poll is answered at once with Final and without Poll, and only a poll is", () => {
  for (const [kind, state] of reached) {
    const answers = packets(step(state, heard(`${kind} poll`)).actions).filter(({ final }) =>
      final
    );
    assert.equal(answers.length, 1);
    assert.equal(answers[0]?.poll, false);
    const none = packets(step(state, heard(kind)).actions).filter(({ final }) => final);
    assert.deepEqual(none, []);
  }
});

test("6.5: a Poll Sequence goes on until a packet with Final comes", () => {
  const polling = run([startup, heard("init")]);
  const again = step(polling, timeout, polling.transmitAtUs ?? 0);
  assert.equal(packets(again.actions)[0]?.poll, true);
  const ended = step(again.state, heard("up final"), NOW + SECOND).state;
  const after = step(ended, timeout, ended.transmitAtUs ?? 0);
  assert.equal(packets(after.actions)[0]?.poll, false);
});

test("6.8.7: the passive side sends nothing while RemoteDiscr is 0", () => {
  const config = { ...EXAMPLE, passive: true };
  const quiet = session.step(config, session.start(config, 1), startup, NOW);
  assert.deepEqual(packets(quiet.actions), []);
  assert.equal(quiet.state.transmitAtUs, null);
  const spoken = step(quiet.state, heard("down"), NOW, config);
  assert.equal(packets(spoken.actions).length, 1);
  assert.notEqual(spoken.state.transmitAtUs, null);
});

test("6.8.7: nothing is sent periodically while RemoteMinRx is 0", () => {
  assert.equal(step(up, heard("up rx=0")).state.transmitAtUs, null);
  assert.notEqual(step(up, heard("up rx=1")).state.transmitAtUs, null);
});

test("6.8.7: nothing is sent periodically to a system in demand mode, but polls are", () => {
  const agreed = step(up, heard("up final")).state;
  const demanded = step(agreed, heard("up demand")).state;
  assert.equal(demanded.transmitAtUs, null);
  // Both have to be Up for that.
  assert.notEqual(step(agreed, heard("init demand")).state.transmitAtUs, null);
  const config = { ...EXAMPLE, desiredMinTxIntervalUs: 50 * MS };
  const polling = step(demanded, { kind: "configured", previous: EXAMPLE }, NOW, config).state;
  assert.notEqual(polling.transmitAtUs, null);
});

test("6.8.7: a change of state is told at once, and tells both discriminators", () => {
  const { actions } = step(down, heard("down my=77"));
  const [packet] = packets(actions);
  assert.deepEqual(
    [packet?.state, packet?.myDiscriminator, packet?.yourDiscriminator, packet?.detectMult],
    ["init", EXAMPLE.localDiscriminator, 77, 3],
  );
});

test("6.8.16: an administrative end is AdminDown with diagnostic 7, and told", () => {
  const { state, actions } = step(up, { kind: "shutdown" });
  assert.deepEqual([state.kind, state.diagnostic], ["admin-down", 7]);
  const [packet] = packets(actions);
  assert.deepEqual([packet?.state, packet?.diagnostic], ["admin-down", 7]);
  assert.equal(session.nextDeadlineUs(state), undefined);
});
