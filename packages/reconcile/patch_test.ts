import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { patched, patchOf, share } from "./mod.ts";

/** Plain data in which fields and items often come again. */
const { data } = fc.letrec((tie) => ({
  data: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, "x", 1, 2),
    fc.array(tie("data"), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c"), tie("data")), {
      maxLength: 3,
      selector: ([name]) => name,
    }).map((fields) => Object.fromEntries(fields)),
  ),
}));

const seed = 11;

test("patched() makes of one value what patchOf() compared it with, to the letter", () => {
  fc.assert(
    fc.property(data, data, (from, to) => {
      const patch = patchOf(from, to);
      const sent = patch && JSON.parse(JSON.stringify(patch));
      assert.equal(JSON.stringify(patched(from, sent)), JSON.stringify(to));
    }),
    { numRuns: 5000, seed },
  );
});

test("patchOf() finds nothing between equal texts", () => {
  fc.assert(
    fc.property(data, (value) => {
      assert.equal(patchOf(value, JSON.parse(JSON.stringify(value))), undefined);
    }),
    { seed },
  );
});

test("share() gives the next value, and the previous one itself if both have one text", () => {
  fc.assert(
    fc.property(data, data, (previous, next) => {
      const shared = share(previous, next);
      assert.equal(JSON.stringify(shared), JSON.stringify(next));
      if (JSON.stringify(previous) === JSON.stringify(next)) assert.ok(Object.is(shared, previous));
      const copy = JSON.parse(JSON.stringify(previous));
      assert.ok(Object.is(share(previous, copy), previous));
    }),
    { numRuns: 5000, seed },
  );
});

test("share() and patchOf() leave what is equal beside a change", () => {
  const from = {
    name: "x",
    servers: [{ id: 1, weight: 1 }, { id: 2, weight: 1 }],
    at: { line: 1 },
  };
  const next = JSON.parse(JSON.stringify(from)) as typeof from;
  const second = next.servers[1];
  assert.ok(second !== undefined);
  second.weight = 5;
  const to = share(from, next);
  assert.equal(to.servers[0], from.servers[0]);
  assert.equal(to.at, from.at);
  assert.deepEqual(patchOf(from, to), {
    parts: [["servers", { parts: [[1, { parts: [["weight", { to: 5 }]] }]] }]],
  });
  const result = patched(from, patchOf(from, to)) as typeof from;
  assert.equal(result.servers[0], from.servers[0]);
});

test("patched() lengthens and shortens lists", () => {
  assert.deepEqual(patchOf([1, 2], [1]), { parts: [], length: 1 });
  assert.deepEqual(patched([1, 2], { parts: [], length: 1 }), [1]);
  assert.deepEqual(patched([1], patchOf([1], [1, 2, 3])), [1, 2, 3]);
});
