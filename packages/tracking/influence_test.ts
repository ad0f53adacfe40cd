import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { influenceOf, type Judged, type Verdict } from "./influence.ts";

/** Weight, reverse, and what comes of it while good, bad and unknown. `F`: fault, `?`: pending. */
const verdicts: readonly (readonly [number, boolean, ...(readonly (number | "F" | "?")[])])[] = [
  [10, false, 10, 0, 0],
  [10, true, -10, 0, 0],
  [-10, false, 0, -10, 0],
  [-10, true, 0, 10, 0],
  [0, false, 0, "F", "?"],
  [0, true, "F", 0, "?"],
  [253, false, 253, 0, 0],
  // Only the number of a file is so low that it is a fault.
  [-254, false, 0, -254, 0],
];

for (const [weight, reverse, ...expected] of verdicts) {
  for (const [i, verdict] of (["good", "bad", "unknown"] as const).entries()) {
    test(`weight ${weight}${reverse ? " reverse" : ""}, ${verdict}: ${expected[i]}`, () => {
      check({ name: "x", weight, reverse, verdict }, expected[i]);
    });
  }
}

/** Weight, reverse, the number in the file, and what comes of it. */
const values: readonly (readonly [number, boolean, number, number | "F"])[] = [
  [1, false, 5, 5],
  [1, false, -5, -5],
  [1, true, 5, -5],
  [3, false, -7, -21],
  [-3, false, -7, 21],
  [-3, true, -7, -21],
  [1, false, 0, 0],
  [-1, false, 0, 0],
  [1, false, -253, -253],
  [1, false, -254, "F"],
  [1, false, -255, "F"],
  [2, false, -127, "F"],
  [2, false, -126, -252],
  [1, true, 254, "F"],
  [-254, false, 1, "F"],
  [1, false, 253, 253],
  [1, false, 254, 254],
  [1, false, 255, 254],
  [254, false, 2147483647, 254],
  [254, false, -2147483648, "F"],
  [0, false, 0, 0],
  [0, false, 1, "F"],
  [0, false, -1, "F"],
  [0, true, 0, "F"],
  [0, true, 1, 0],
];

for (const [weight, reverse, value, expected] of values) {
  test(`weight ${weight}${reverse ? " reverse" : ""}, file with ${value}: ${expected}`, () => {
    check({ name: "x", weight, reverse, value }, expected);
  });
}

function check(one: Judged, expected: number | "F" | "?" | undefined): void {
  assert.deepEqual(influenceOf([one]), {
    adjustment: typeof expected === "number" ? expected : 0,
    faults: expected === "F" ? ["x"] : [],
    pending: expected === "?" ? ["x"] : [],
  });
}

test("nothing tracked changes nothing", () => {
  assert.deepEqual(influenceOf([]), { adjustment: 0, faults: [], pending: [] });
});

test("all shares add up beside faults, whose names come once and in order", () => {
  const bad = { weight: 0, reverse: false, verdict: "bad" } as const;
  const good = { reverse: false, verdict: "good" } as const;
  assert.deepEqual(
    influenceOf([
      { name: "b", ...bad },
      { name: "x", weight: 200, ...good },
      { name: "a", ...bad },
      { name: "y", weight: 100, ...good },
      { name: "b", ...bad },
      { name: "f", weight: -1, reverse: false, value: 40 },
    ]),
    { adjustment: 260, faults: ["b", "a"], pending: [] },
  );
});

const weighted = fc.record({
  name: fc.constantFrom("a", "b", "c"),
  weight: fc.integer({ min: -254, max: 254 }),
  reverse: fc.boolean(),
});
const verdict = fc.constantFrom<Verdict>("good", "bad", "unknown");
const judged: fc.Arbitrary<Judged> = fc.oneof(
  fc.tuple(weighted, verdict).map(([one, verdict]) => ({ ...one, verdict })),
  fc.tuple(weighted, fc.integer()).map(([one, value]) => ({ ...one, value })),
);

test("the order does not matter, and a list counts as its parts do", () => {
  fc.assert(
    fc.property(fc.array(judged), fc.array(judged), (one, other) => {
      const sum = influenceOf([...one, ...other]);
      const turned = influenceOf([...other, ...one].toReversed());
      const [a, b] = [influenceOf(one), influenceOf(other)];
      assert.equal(sum.adjustment, turned.adjustment);
      assert.deepEqual(new Set(sum.faults), new Set(turned.faults));
      assert.equal(sum.adjustment, a.adjustment + b.adjustment);
      assert.deepEqual(sum.faults, [...new Set([...a.faults, ...b.faults])]);
      assert.deepEqual(sum.pending, [...new Set([...a.pending, ...b.pending])]);
    }),
    { seed: 3 },
  );
});

test("what turns good never lowers the priority by a sign, reversed never raises it", () => {
  fc.assert(
    fc.property(weighted, (one) => {
      const change = influenceOf([{ ...one, verdict: "good" }]).adjustment -
        influenceOf([{ ...one, verdict: "bad" }]).adjustment;
      assert.equal(change, one.reverse ? 0 - Math.abs(one.weight) : Math.abs(one.weight));
    }),
    { seed: 4 },
  );
});
