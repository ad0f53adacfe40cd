import assert from "node:assert/strict";
import { test } from "node:test";
import {
  encodeMessage,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  splitMessages,
} from "@keepalived/netlink-codec";
import {
  type BatchFailures,
  type NetlinkLimits,
  type NetlinkResult,
  PendingRequests,
} from "./pending_requests.ts";

const TIMEOUT_US = 1000;
const DATA = 16;
const add: NetlinkRequest = {
  name: "ip thing add",
  type: 20,
  flags: NLM_F_REQUEST | NLM_F_ACK,
  body: new Uint8Array(4),
};
const list: NetlinkRequest = {
  name: "ip thing list",
  type: 22,
  flags: NLM_F_REQUEST | NLM_F_DUMP,
  body: new Uint8Array(4),
};

test("requests go out in order, in one datagram, each under its own number", () => {
  const { requests } = pending();
  for (let i = 0; i < 3; i++) requests.add(add, () => {});
  const chunk = requests.next(0);
  assert.deepEqual(chunk?.sequences, [1, 2, 3]);
  const messages = splitMessages(chunk.bytes);
  assert.deepEqual(messages.ok && messages.value.map(({ sequence }) => sequence), [1, 2, 3]);
  assert.equal(requests.next(0), undefined);
});

test("prepared requests have numbers of their own, and count as sent when they are", () => {
  const { requests } = pending();
  const settled: number[] = [];
  const prepared = requests.prepare([add, add]);
  requests.add(add, () => {});
  assert.equal(requests.hasRoom(2), false, "another one waits and has to be first");
  assert.deepEqual(requests.next(0)?.sequences, [3]);
  assert.equal(requests.hasRoom(2), true);
  const messages = splitMessages(prepared.bytes);
  assert.deepEqual(messages.ok && messages.value.map(({ sequence }) => sequence), [1, 2]);
  requests.answer(acknowledgement(2), 0);
  assert.equal(requests.counters.strayReplies, 1, "not sent yet");
  requests.begin(prepared, 5, (i) => settled.push(i));
  requests.answer(acknowledgement(3), 10);
  assert.equal(requests.nextExpiryUs, 5 + TIMEOUT_US);
  requests.answer(acknowledgement(2), 10);
  assert.deepEqual(settled, [1]);
  requests.expire(5 + TIMEOUT_US);
  assert.deepEqual(settled, [1, 0]);
});

test("prepared requests do not go beyond the limit of those under way", () => {
  const { requests } = pending({ outstanding: 3 });
  assert.equal(requests.hasRoom(3), true);
  requests.begin(requests.prepare([add]), 0, () => {});
  assert.equal(requests.hasRoom(3), false);
  assert.equal(requests.hasRoom(2), true);
});

test("an acknowledgement settles the request that has its number", () => {
  const { requests, results, ask } = pending();
  ask(add, "first");
  ask(add, "second");
  requests.next(0);
  requests.answer(acknowledgement(2), 5);
  assert.deepEqual(results, { second: { ok: true, messages: [] } });
});

test("a refusal carries the command, the errno and its name", () => {
  const { requests, results, ask } = pending();
  ask(add, "first");
  requests.next(0);
  requests.answer(acknowledgement(1, 17), 5);
  const result = results["first"];
  assert.ok(result?.ok === false);
  assert.equal(result.error.message, "Cannot carry out ip thing add: File exists (EEXIST)");
  assert.deepEqual([result.error.request, result.error.errno, result.error.code], [
    "ip thing add",
    17,
    "EEXIST",
  ]);
  assert.equal(requests.counters.refused, 1);
});

/** A transaction under way, its numbers 1 to 4, of which 3 answers for all. */
function transaction() {
  const { requests } = pending();
  const results: NetlinkResult[] = [];
  const parts = [
    { ...add, name: "begin", flags: NLM_F_REQUEST },
    { ...add, name: "one", flags: NLM_F_REQUEST },
    { ...add, name: "two" },
    { ...add, name: "end", flags: NLM_F_REQUEST },
  ];
  requests.addTransaction(parts, (result) => results.push(result));
  const bytes = requests.next(0)?.bytes ?? new Uint8Array();
  return { requests, results, bytes };
}

test("a transaction goes out in one datagram, and its last acknowledgement is that of all", () => {
  const { requests, results, bytes } = transaction();
  const messages = splitMessages(bytes);
  assert.deepEqual(messages.ok && messages.value.map(({ sequence }) => sequence), [1, 2, 3, 4]);
  requests.answer(acknowledgement(3), 5);
  assert.deepEqual(results, [{ ok: true, messages: [] }]);
  assert.equal(requests.nextExpiryUs, undefined, "nothing is under way");
});

test("a transaction fails with the first of its messages that is refused, once all have answered", () => {
  const { requests, results } = transaction();
  requests.answer(acknowledgement(2, 17), 5);
  assert.equal(results.length, 0);
  requests.answer(acknowledgement(3, 2), 6);
  const [result] = results;
  assert.equal(
    result?.ok === false && result.error.message,
    "Cannot carry out one: File exists (EEXIST)",
  );
  assert.deepEqual([requests.counters.refused, requests.counters.strayReplies], [1, 0]);
});

test("a transaction of which the beginning is refused gets no other answer", () => {
  const { requests, results } = transaction();
  requests.answer(acknowledgement(1, 1), 5);
  const [result] = results;
  assert.equal(result?.ok === false && result.error.request, "begin");
  assert.equal(requests.nextExpiryUs, undefined);
});

test("a transaction that is not answered fails once", () => {
  const { requests, results } = transaction();
  requests.expire(TIMEOUT_US);
  assert.equal(results.length, 1);
  assert.deepEqual([requests.counters.refused, requests.counters.timeouts], [1, 1]);
});

test("a dump collects its messages until it is done", () => {
  const { requests, results, ask } = pending();
  ask(list, "list");
  requests.next(0);
  requests.answer(data(1), 1);
  requests.answer(data(1), 2);
  assert.deepEqual(results, {});
  requests.answer(done(1), 3);
  const result = results["list"];
  assert.equal(result?.ok && result.messages.length, 2);
});

test("dumps go one at a time and alone; other requests may pass beside one, in order", () => {
  const { requests, ask } = pending();
  for (const [i, request] of [add, list, add, list, add].entries()) ask(request, String(i));
  assert.deepEqual(requests.next(0)?.sequences, [1]);
  assert.deepEqual(requests.next(0)?.sequences, [2]);
  assert.deepEqual(requests.next(0)?.sequences, [3]);
  assert.equal(requests.next(0), undefined);
  requests.answer(done(2), 1);
  assert.deepEqual(requests.next(0)?.sequences, [4]);
  assert.deepEqual(requests.next(0)?.sequences, [5]);
});

test("an interrupted dump begins again without its messages, and fails after its attempts", () => {
  const { requests, results, ask } = pending({ dumpAttempts: 2 });
  ask(list, "list");
  ask(add, "add");
  requests.next(0);
  requests.answer(data(1, NLM_F_DUMP_INTR), 1);
  requests.answer(done(1), 1);
  assert.deepEqual(requests.next(0)?.sequences, [2], "the dump comes before what followed it");
  requests.answer(done(2, NLM_F_DUMP_INTR), 1);
  const result = results["list"];
  assert.equal(result?.ok === false && result.error.code, "EINTR");
  assert.equal(requests.counters.interrupted, 2);
});

test("what outstanding allows goes, the rest after answers", () => {
  const { requests, ask } = pending({ outstanding: 2 });
  for (let i = 0; i < 5; i++) ask(add, String(i));
  assert.deepEqual(requests.next(0)?.sequences, [1, 2]);
  assert.equal(requests.next(0), undefined);
  requests.answer(acknowledgement(1), 1);
  assert.deepEqual(requests.next(0)?.sequences, [3]);
});

/** A batch under way, its numbers 1 to 3. */
function batch() {
  const { requests } = pending();
  const ends: BatchFailures[] = [];
  const parts = ["a", "b", "c"].map((name) => ({ ...add, name }));
  requests.addBatch(parts, (failures) => ends.push(failures));
  const split = splitMessages(requests.next(0)?.bytes ?? new Uint8Array());
  const told = () =>
    ends.map((failures) => [...failures].map(([i, { request, code }]) => [i, request, code]));
  return { requests, messages: split.ok ? split.value : [], told };
}

test("of a batch only the last is acknowledged, for all", () => {
  const { requests, messages, told } = batch();
  assert.deepEqual(messages.map((it) => [it.sequence, it.flags & NLM_F_ACK]), [
    [1, 0],
    [2, 0],
    [3, NLM_F_ACK],
  ]);
  requests.answer(acknowledgement(3), 1);
  assert.deepEqual(told(), [[]]);
  assert.equal(requests.nextExpiryUs, undefined, "nothing is under way");
});

test("those of a batch that are refused fail, the first and the last among them", () => {
  const { requests, told } = batch();
  requests.answer(acknowledgement(1, 2), 1);
  assert.deepEqual(told(), []);
  requests.answer(acknowledgement(3, 17), 1);
  assert.deepEqual(told(), [[[0, "a", "ENOENT"], [2, "c", "EEXIST"]]]);
  assert.deepEqual([requests.counters.refused, requests.counters.strayReplies], [1, 0]);
});

test("a batch that is not answered fails, what was refused with its own reason", () => {
  const { requests, told } = batch();
  requests.answer(acknowledgement(2, 17), 1);
  requests.expire(TIMEOUT_US);
  assert.deepEqual(told().map((all) => all.toSorted()), [
    [[0, "a", "ETIMEDOUT"], [1, "b", "EEXIST"], [2, "c", "ETIMEDOUT"]],
  ]);
  requests.answer(acknowledgement(3), 1);
  assert.equal(requests.counters.strayReplies, 1);
});

test("a batch goes alone, in its turn", () => {
  const { requests, ask } = pending();
  ask(add, "first");
  requests.addBatch([add, add], () => {});
  requests.addBatch([add], () => {});
  ask(add, "last");
  const sequences = () => requests.next(0)?.sequences;
  assert.deepEqual([sequences(), sequences(), sequences(), sequences()], [[1], [2, 3], [4], [5]]);
});

test("more than may wait is refused", () => {
  const { requests } = pending({ waiting: 1 });
  assert.equal(requests.add(add, () => {}), true);
  assert.equal(requests.add(add, () => {}), false);
});

test("a request times out; a dump that makes progress does not", () => {
  const { requests, results, ask } = pending();
  ask(list, "list");
  ask(add, "add");
  requests.next(0);
  requests.next(10);
  assert.equal(requests.nextExpiryUs, TIMEOUT_US);
  requests.answer(data(1), 900);
  assert.equal(requests.nextExpiryUs, TIMEOUT_US + 10);
  requests.expire(TIMEOUT_US + 10);
  const result = results["add"];
  assert.equal(result?.ok === false && result.error.code, "ETIMEDOUT");
  assert.equal(results["list"], undefined);
  assert.equal(requests.nextExpiryUs, TIMEOUT_US + 900);
  requests.answer(acknowledgement(2), 1100);
  assert.equal(requests.counters.strayReplies, 1);
});

test("after an overrun nobody waits any more", () => {
  const { requests, results, ask } = pending();
  ask(add, "a");
  ask(add, "b");
  requests.next(0);
  requests.loseAll();
  for (const name of ["a", "b"]) {
    const result = results[name];
    assert.equal(result?.ok === false && result.error.code, "ENOBUFS");
  }
  assert.equal(requests.nextExpiryUs, undefined);
});

test("a malformed answer fails its request", () => {
  const { requests, results, ask } = pending();
  ask(add, "a");
  requests.next(0);
  requests.answer({ ...acknowledgement(1), body: new Uint8Array(2) }, 0);
  const result = results["a"];
  assert.equal(result?.ok === false && result.error.code, "EBADMSG");
  assert.equal(requests.counters.malformed, 1);
});

function pending(limits: Partial<NetlinkLimits> = {}): {
  requests: PendingRequests;
  results: Record<string, NetlinkResult>;
  ask: (request: NetlinkRequest, name: string) => void;
} {
  const all = {
    datagramsPerTurn: 1,
    outstanding: 100,
    waiting: 100,
    dumpAttempts: 3,
    ...limits,
  };
  const requests = new PendingRequests(all, TIMEOUT_US);
  const results: Record<string, NetlinkResult> = {};
  return {
    requests,
    results,
    ask: (request, name) => requests.add(request, (result) => results[name] = result),
  };
}

function data(sequence: number, flags = 0): NetlinkMessage {
  return { type: DATA, flags: NLM_F_MULTI | flags, sequence, portId: 1, body: new Uint8Array(4) };
}

function done(sequence: number, flags = 0): NetlinkMessage {
  return { ...data(sequence, flags), type: NLMSG_DONE };
}

/** NLMSG_ERROR: the negative errno, then the request as it was sent. */
function acknowledgement(sequence: number, errno = 0): NetlinkMessage {
  const quoted = encodeMessage({ ...add, sequence, portId: 0 });
  const body = new Uint8Array(4 + quoted.length);
  new DataView(body.buffer).setInt32(0, -errno, true);
  body.set(quoted, 4);
  return { type: NLMSG_ERROR, flags: 0, sequence, portId: 1, body };
}
