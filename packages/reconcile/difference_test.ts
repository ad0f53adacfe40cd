import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { difference } from "./mod.ts";

type Item = { readonly id: string; readonly value: number };
const key = (item: Item) => item.id;
const same = (a: Item, b: Item) => a.value === b.value;
const items = fc.array(
  fc.record({ id: fc.constantFrom("a", "b", "c", "d"), value: fc.integer({ min: 0, max: 2 }) }),
);

test("difference() names additions, changes and removals in order", () => {
  const desired = [{ id: "n", value: 1 }, { id: "c", value: 2 }, { id: "s", value: 3 }];
  const actual = [{ id: "s", value: 3 }, { id: "o", value: 4 }, { id: "c", value: 1 }];
  assert.deepEqual(difference(desired, actual, key, same), {
    add: [{ id: "n", value: 1 }],
    change: [{ from: { id: "c", value: 1 }, to: { id: "c", value: 2 } }],
    remove: [{ id: "o", value: 4 }],
  });
});

test("applying a difference gives the desired collection", () => {
  fc.assert(fc.property(items, items, (desired, actual) => {
    const { add, change, remove } = difference(desired, actual, key, same);
    const result = new Map(actual.map((item) => [item.id, item.value]));
    for (const item of remove) assert.equal(result.delete(item.id), true);
    for (const { to } of change) {
      assert.equal(result.has(to.id), true);
      result.set(to.id, to.value);
    }
    for (const item of add) {
      assert.equal(result.has(item.id), false);
      result.set(item.id, item.value);
    }
    assert.deepEqual(
      [...result].sort(),
      [...new Map(desired.map((item) => [item.id, item.value]))].sort(),
    );
  }));
});

test("a collection does not differ from itself", () => {
  fc.assert(fc.property(items, (all) => {
    assert.deepEqual(difference(all, all, key, same), { add: [], change: [], remove: [] });
  }));
});
