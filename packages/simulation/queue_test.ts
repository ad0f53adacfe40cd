import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Queue } from "./mod.ts";

test("Queue gives items by time, and of one moment in the order they came", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (times) => {
    const queue = new Queue<{ readonly atUs: number; readonly i: number }>();
    for (const [i, atUs] of times.entries()) queue.put(atUs, { atUs, i });
    const sorted = times.map((atUs, i) => ({ atUs, i })).sort((a, b) =>
      a.atUs - b.atUs || a.i - b.i
    );
    for (const item of sorted) {
      assert.equal(queue.nextAtUs(), item.atUs);
      assert.deepEqual(queue.take(), item);
    }
    assert.equal(queue.nextAtUs(), undefined);
    assert.equal(queue.take(), undefined);
  }));
});
