import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../parent/testing/clock.ts";
import { DeliveryQueue, type Failure } from "./delivery_queue.ts";

const down: Failure = { reason: "refused", permanent: false };
const wrong: Failure = { reason: "no such user", permanent: true };

/** A queue on virtual time; what becomes of each attempt is told by the test. */
class Stage {
  readonly clock = new Clock();
  readonly attempts: string[] = [];
  readonly log: string[] = [];
  retries = 3;
  readonly #answers: ((failure: Failure | undefined) => void)[] = [];
  readonly queue = new DeliveryQueue<string>({
    scheduler: this.clock,
    log: (severity, text) => void this.log.push(`${severity}: ${text}`),
    title: "Mail",
    attempt: (item) => {
      this.attempts.push(item);
      return new Promise((resolve) => this.#answers.push(resolve));
    },
    retries: () => this.retries,
    firstPauseUs: 1_000_000,
    longestPauseUs: 3_000_000,
  });

  /** Ends the attempt that is under way. */
  async answer(failure?: Failure): Promise<void> {
    this.#answers.shift()?.(failure);
    await new Promise((resolve) => setImmediate(resolve));
  }

  get isTrying(): boolean {
    return this.#answers.length > 0;
  }
}

test("items are delivered one after the other, in order", async () => {
  const stage = new Stage();
  for (const item of ["a", "b", "c"]) stage.queue.push(item);
  assert.deepEqual(stage.attempts, ["a"]);
  for (let i = 0; i < 3; i++) await stage.answer();
  assert.deepEqual(stage.attempts, ["a", "b", "c"]);
  assert.deepEqual(stage.queue.counters, { delivered: 3, failed: 0, dropped: 0, waiting: 0 });
  assert.deepEqual(stage.log, []);
});

test("after a failure there are pauses that grow, and what waits stays in order", async () => {
  const stage = new Stage();
  stage.queue.push("a");
  stage.queue.push("b");
  for (const pause of [1, 2, 3]) {
    await stage.answer(down);
    assert.equal(stage.isTrying, false);
    stage.clock.advance(pause - 0.001);
    assert.equal(stage.isTrying, false, `already after less than ${pause} s`);
    stage.clock.advance(0.001);
    assert.equal(stage.isTrying, true);
  }
  await stage.answer();
  await stage.answer();
  assert.deepEqual(stage.attempts, ["a", "a", "a", "a", "b"]);
  assert.deepEqual(stage.log, [
    "warning: Mail: refused; trying again",
    "notice: Mail: delivered after 3 failures",
  ]);
});

test("an item is given up after so many attempts, or at once if they do not help", async () => {
  const stage = new Stage();
  stage.retries = 1;
  for (const item of ["a", "b", "c"]) stage.queue.push(item);
  await stage.answer(down);
  stage.clock.advance(1);
  await stage.answer(down);
  await stage.answer(wrong);
  await stage.answer();
  assert.deepEqual(stage.attempts, ["a", "a", "b", "c"]);
  assert.deepEqual(stage.queue.counters, { delivered: 1, failed: 2, dropped: 0, waiting: 0 });
  assert.deepEqual(stage.log.slice(1), [
    "error: Mail: not delivered: refused",
    "error: Mail: not delivered: no such user",
  ]);
});

test("what a server says is one short line of the log", async () => {
  const stage = new Stage();
  stage.queue.push("a");
  const reason = `no\r\nroot: all is well\x1b[31m\u2028\x85${"x".repeat(500)}`;
  await stage.answer({ reason, permanent: true });
  const [line = ""] = stage.log;
  assert.match(line, /^error: Mail: not delivered: no root: all is well \[31m x+ …$/);
  assert.ok(line.length < 250);
});

test("of too many the oldest are dropped, but not the one under way; that is said once", async () => {
  const stage = new Stage();
  for (let i = 0; i < 300; i++) stage.queue.push(String(i));
  assert.deepEqual(stage.queue.counters, { delivered: 0, failed: 0, dropped: 44, waiting: 256 });
  assert.deepEqual(stage.log, ["warning: Mail: 256 wait already, the oldest are dropped"]);
  await stage.answer();
  assert.deepEqual(stage.attempts, ["0", "45"]);
});

test("of too many in a pause the oldest goes, and the next one has all its attempts", async () => {
  const stage = new Stage();
  stage.retries = 1;
  stage.queue.push("old");
  await stage.answer(down);
  for (let i = 0; i < 256; i++) stage.queue.push(String(i));
  stage.clock.advance(1);
  await stage.answer(down);
  stage.clock.advance(1);
  await stage.answer();
  assert.deepEqual(stage.attempts, ["old", "0", "0", "1"]);
});

test("at the end what waits is tried once more without a pause, as long as there is time", async () => {
  const stage = new Stage();
  for (const item of ["a", "b"]) stage.queue.push(item);
  await stage.answer(down);
  const ended = stage.queue.end(3_000_000);
  await stage.answer(down);
  await stage.answer();
  await ended;
  assert.deepEqual(stage.attempts, ["a", "a", "b"]);
  await stage.queue.end(0);
});

test("at the end an attempt that hangs is not waited for", async () => {
  const stage = new Stage();
  stage.queue.push("a");
  let ended = false;
  const end = stage.queue.end(3_000_000).then(() => ended = true);
  stage.clock.advance(2.999);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ended, false);
  stage.clock.advance(0.001);
  await end;
});

test("what a disposed queue had under way is settled without effect", async () => {
  const stage = new Stage();
  stage.queue.push("a");
  stage.queue[Symbol.dispose]();
  await stage.answer(down);
  stage.clock.advance(100);
  assert.deepEqual([stage.attempts, stage.log], [["a"], []]);
});
