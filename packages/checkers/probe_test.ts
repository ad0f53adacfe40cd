import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, succeeded } from "./ending.ts";
import { Bench } from "./fixture.ts";
import { judgeDnsReply, judgeUdpReply } from "./judge_reply.ts";
import { type Judgement, probe, type ProbeConfig, type ProbeEvent } from "./probe.ts";

const wanting: ProbeConfig = { timeoutUs: 5_000_000, silenceIsGood: false };
const no: Judgement = { code: "reply", text: "no" };
const foreign: ProbeEvent = { kind: "reply", judgement: "foreign" };

const rows: readonly (readonly [string, ProbeConfig, readonly ProbeEvent[], unknown])[] = [
  ["an answer", wanting, [{ kind: "reply", judgement: "good" }], succeeded],
  ["an answer that says no", wanting, [{ kind: "reply", judgement: no }], failed("reply", "no")],
  [
    "packets of others do not count",
    wanting,
    [foreign, { kind: "reply", judgement: "good" }],
    succeeded,
  ],
  ["an error", wanting, [{ kind: "failed", failure: no }], failed("reply", "no")],
  ["silence", wanting, [], failed("timeout", "no answer within 5 s")],
  [
    "silence of the one that was asked",
    wanting,
    [foreign, foreign],
    failed("timeout", "no answer within 5 s, but 2 that did not belong to the question"),
  ],
  ["silence where it is good", { timeoutUs: 250_000, silenceIsGood: true }, [], succeeded],
  ["an error where silence is good", { timeoutUs: 250_000, silenceIsGood: true }, [{
    kind: "failed",
    failure: no,
  }], failed("reply", "no")],
];

for (const [name, config, events, ending] of rows) {
  test(`a probe ends by ${name}`, () => {
    const bench = new Bench(probe, config);
    assert.deepEqual(bench.tell(100, { kind: "sent" }), []);
    assert.deepEqual(bench.tell(101, { kind: "sent" }), []);
    assert.equal(bench.deadlineUs, 100 + config.timeoutUs);
    const actions = events.flatMap((event) => bench.tell(200, event));
    assert.deepEqual(bench.tell(99 + config.timeoutUs, { kind: "timeout" }), []);
    actions.push(...bench.tell(100 + config.timeoutUs, { kind: "timeout" }));
    assert.deepEqual(actions, [{ kind: "finish", ending }]);
    const { state } = bench;
    for (const event of [...events, foreign, { kind: "sent" } as const]) bench.tell(1e9, event);
    assert.equal(bench.state, state, "nothing counts after its end");
  });
}

const bytes = (hex: string) =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
const demand = { minLength: 2, maxLength: 4, data: bytes("010a00"), mask: bytes("ff0f00") };

const replies: readonly (readonly [string, string])[] = [
  ["01fa77", "good"],
  ["010a", "good"],
  ["01fa7788", "good"],
  ["01", "reply of 1 bytes, not of 2 to 4"],
  ["010a000000", "reply of 5 bytes, not of 2 to 4"],
  ["02fa77", "reply differs from what is wanted at byte 0"],
  ["01fb77", "reply differs from what is wanted at byte 1"],
];

for (const [hex, expected] of replies) {
  test(`judgeUdpReply() of ${hex}: ${expected}`, () => {
    const judgement = judgeUdpReply(demand, bytes(hex));
    assert.equal(typeof judgement === "string" ? judgement : judgement.text, expected);
  });
}

test("judgeUdpReply() without a demand takes anything, with an empty pattern any of the length", () => {
  assert.equal(judgeUdpReply(undefined, new Uint8Array(0)), "good");
  const any = { minLength: 0, maxLength: 255, data: bytes(""), mask: bytes("") };
  assert.equal(judgeUdpReply(any, new Uint8Array(0)), "good");
  assert.notEqual(judgeUdpReply(any, new Uint8Array(256)), "good");
});

test("judgeDnsReply(): the answer to the question, without an error", () => {
  const reply = { id: 7, isReply: true, responseCode: 0 };
  assert.equal(judgeDnsReply(7, reply), "good");
  assert.equal(judgeDnsReply(8, reply), "foreign");
  assert.equal(judgeDnsReply(7, { ...reply, isReply: false }), "foreign", "our own question");
  assert.equal(judgeDnsReply(7, undefined), "foreign");
  const codes = [2, 3, 15].map((responseCode) => judgeDnsReply(7, { ...reply, responseCode }));
  assert.deepEqual(codes.map((judgement) => typeof judgement === "string" ? "" : judgement.text), [
    "response code 2 (server failure)",
    "response code 3 (no such name)",
    "response code 15",
  ]);
});
