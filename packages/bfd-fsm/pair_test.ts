/** Two sessions against each other on virtual time, whatever their settings. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SessionConfig } from "./mod.ts";
import { Pair, type Side } from "./pair.ts";

const SECOND = 1_000_000;
const interval = fc.constantFrom(10_000, 33_333, 100_000, 400_000, 1_200_000);

function configs(localDiscriminator: number): fc.Arbitrary<SessionConfig> {
  return fc.record({
    localDiscriminator: fc.constant(localDiscriminator),
    desiredMinTxIntervalUs: interval,
    requiredMinRxIntervalUs: interval,
    idleTxIntervalUs: fc.constantFrom(1_000_000, 1_700_000),
    detectMult: fc.integer({ min: 1, max: 5 }),
    passive: fc.boolean(),
  }, { noNullPrototype: true });
}

const pairs = fc.tuple(configs(0xa), configs(0xb)).filter(([a, b]) => !a.passive || !b.passive);

function detectionUs(own: SessionConfig, other: SessionConfig): number {
  return other.detectMult *
    Math.max(own.requiredMinRxIntervalUs, other.desiredMinTxIntervalUs);
}

function up(pair: Pair): boolean {
  return pair.state("a").kind === "up" && pair.state("b").kind === "up";
}

function started(
  [a, b]: readonly [SessionConfig, SessionConfig],
  bStartsAtUs = 300_000,
): { pair: Pair; changes: string[] } {
  const changes: string[] = [];
  const pair = new Pair(a, b, (side, action) => {
    if (action.kind === "state-changed") changes.push(`${side} ${action.to}`);
  });
  pair.send("a", { kind: "startup" });
  pair.runUntil(bStartsAtUs);
  pair.send("b", { kind: "startup" });
  return { pair, changes };
}

function property(name: string, check: (pair: readonly [SessionConfig, SessionConfig]) => void) {
  test(name, () => fc.assert(fc.property(pairs, check), { numRuns: 60, seed: 5880 }));
}

property(
  "two that hear each other are Up within an idle interval, and stay it, polls done",
  (of) => {
    const { pair, changes } = started(of);
    pair.runUntil(300_000 + 1_700_000 + 100_000);
    assert.ok(up(pair), `${pair.describe("a")}\n${pair.describe("b")}`);
    const count = changes.length;
    pair.runUntil(12 * SECOND);
    assert.equal(changes.length, count, changes.join(", "));
    assert.equal(pair.state("a").polls + pair.state("b").polls, 0);
  },
);

property("a side that is cut off is missed within the Detection Time, and not before", (of) => {
  const { pair } = started(of);
  pair.runUntil(6 * SECOND);
  pair.setLink("a", false);
  const cutAtUs = pair.nowUs;
  const heardAtUs = pair.state("b").heardAtUs ?? 0;
  const limitUs = detectionUs(of[1], of[0]);
  pair.runUntil(heardAtUs + limitUs - 1);
  assert.equal(pair.state("b").kind, "up");
  pair.runUntil(cutAtUs + limitUs + 1000);
  assert.equal(pair.state("b").kind, "down");
  assert.equal(pair.state("b").diagnostic, 1);
  // The other one is told, if it is spoken to at all.
  pair.runUntil(cutAtUs + limitUs + detectionUs(of[0], of[1]) + 2000);
  assert.notEqual(pair.state("a").kind, "up");
});

property("whatever is lost, they are Up again when it is no more", (of) => {
  const { pair } = started(of);
  pair.runUntil(5 * SECOND);
  for (const [i, side] of (["a", "b", "a", "b", "b", "a"] as const).entries()) {
    pair.setLink(side, i % 3 === 0);
    pair.runUntil(pair.nowUs + 1_300_000);
  }
  pair.setLink("a", true);
  pair.setLink("b", true);
  // What one side remembers of the other is forgotten first.
  pair.runUntil(pair.nowUs + 15 * SECOND);
  assert.ok(up(pair), `${pair.describe("a")}\n${pair.describe("b")}`);
});

test("new intervals while Up do not cost the session, and both sides use them", () => {
  const change = fc.record({
    side: fc.constantFrom<Side>("a", "b"),
    desiredMinTxIntervalUs: interval,
    requiredMinRxIntervalUs: interval,
    detectMult: fc.integer({ min: 2, max: 5 }),
    afterUs: fc.constantFrom(0, 500, 1500, 90_000, 3_000_000),
  });
  fc.assert(
    fc.property(pairs, fc.array(change, { maxLength: 8 }), (of, changes) => {
      const [a, b] = of.map((it) => ({ ...it, detectMult: Math.max(2, it.detectMult) }));
      assert.ok(a !== undefined && b !== undefined);
      const { pair, changes: states } = started([a, b]);
      pair.runUntil(5 * SECOND);
      const count = states.length;
      for (const { side, afterUs, ...settings } of changes) {
        pair.runUntil(pair.nowUs + afterUs);
        pair.configure(side, { ...pair.config(side), ...settings });
      }
      pair.runUntil(pair.nowUs + 6 * SECOND);
      assert.deepEqual(states.slice(count), []);
      for (const [side, other] of [["a", "b"], ["b", "a"]] as const) {
        const { polls, desiredTxUs, requiredRxUs, remote } = pair.state(side);
        assert.equal(polls, 0);
        assert.equal(desiredTxUs, pair.config(side).desiredMinTxIntervalUs);
        assert.equal(requiredRxUs, pair.config(side).requiredMinRxIntervalUs);
        assert.equal(remote.desiredMinTxIntervalUs, pair.config(other).desiredMinTxIntervalUs);
      }
    }),
    { numRuns: 60, seed: 5880 },
  );
});
