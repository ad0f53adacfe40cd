import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Deadlines } from "./deadlines.ts";

test("deadlines come in the order of time, equal ones in the order of their setting", () => {
  fc.assert(fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (times) => {
    const deadlines = new Deadlines(() => 0);
    const came: number[] = [];
    for (const [i, atUs] of times.entries()) {
      deadlines.add(() => came.push(i)).setAt(atUs);
    }
    for (let due = deadlines.takeDue(20); due; due = deadlines.takeDue(20)) due();
    const expected = times.map((_, i) => i).toSorted((a, b) =>
      (times[a] ?? 0) - (times[b] ?? 0) || a - b
    );
    assert.deepEqual(came, expected);
  }));
});

test("any sequence of setting, moving and cancelling agrees with a plain list", () => {
  const commands = fc.array(
    fc.record({ which: fc.nat({ max: 9 }), atUs: fc.option(fc.nat({ max: 30 })) }),
    { maxLength: 100 },
  );
  fc.assert(fc.property(commands, (list) => {
    const deadlines = new Deadlines(() => 0);
    const model = new Map<number, number>();
    const handles = Array.from({ length: 10 }, () => deadlines.add(() => {}));
    for (const { which, atUs } of list) {
      handles[which]?.setAt(atUs ?? undefined);
      if (atUs === null) model.delete(which);
      else model.set(which, atUs);
      assert.equal(deadlines.size, model.size);
      assert.equal(deadlines.nextUs, model.size === 0 ? undefined : Math.min(...model.values()));
    }
    const left = [...model.values()].sort((a, b) => a - b);
    for (const atUs of left) {
      assert.equal(deadlines.nextUs, atUs);
      assert.ok(deadlines.takeDue(30));
    }
    assert.equal(deadlines.size, 0);
  }));
});

test("a deadline is not due before its time, and only once", () => {
  const deadlines = new Deadlines(() => 0);
  deadlines.add(() => {}).setAt(10);
  assert.equal(deadlines.takeDue(9), undefined);
  assert.ok(deadlines.takeDue(10));
  assert.equal(deadlines.takeDue(10), undefined);
});

test("a disposed deadline is gone", () => {
  const deadlines = new Deadlines(() => 0);
  const deadline = deadlines.add(() => {});
  deadline.setAt(1);
  deadline[Symbol.dispose]();
  assert.equal(deadlines.nextUs, undefined);
});

test("a deadline is late from its time on, and one for a past time from its setting on", () => {
  let nowUs = 100;
  const deadlines = new Deadlines(() => nowUs);
  const deadline = deadlines.add(() => {});
  deadline.setAt(150);
  assert.equal(deadlines.next?.lateFromUs, 150);
  nowUs = 200;
  assert.equal(deadlines.next?.lateFromUs, 150);
  deadline.setAt(150);
  assert.equal(deadlines.next?.lateFromUs, 200);
});
