import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { aheadUs, isAfter, nextStamp, type Stamp, stampAt } from "./mod.ts";

const at = (seconds: number, fraction = 0, counter = 0): Stamp => ({ seconds, fraction, counter });
const stamps: fc.Arbitrary<Stamp> = fc.record({
  seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
  fraction: fc.nat(0xffff),
  counter: fc.nat(0xffff),
});

test("isAfter() compares as 64-bit serial numbers do", () => {
  assert.equal(isAfter(at(1), at(1)), false);
  assert.equal(isAfter(at(1, 0, 1), at(1)), true);
  assert.equal(isAfter(at(1, 1), at(1, 0, 0xffff)), true);
  assert.equal(isAfter(at(2), at(1, 0xffff, 0xffff)), true);
  assert.equal(isAfter(at(1, 0xffff, 0xffff), at(2)), false);
  assert.equal(isAfter(at(0), at(0xffff_ffff, 0xffff, 0xffff)), true, "after the last one");
  assert.equal(isAfter(at(0x7fff_ffff, 0xffff, 0xffff), at(0)), true, "just below half way");
  assert.equal(isAfter(at(0x8000_0000), at(0)), false, "half way is not defined");
});

test("isAfter() agrees with arithmetic on 64 bits", () => {
  const value = ({ seconds, fraction, counter }: Stamp): bigint =>
    (BigInt(seconds) << 32n) + (BigInt(fraction) << 16n) + BigInt(counter);
  fc.assert(
    fc.property(stamps, stamps, (a, b) => {
      const distance = BigInt.asUintN(64, value(a) - value(b));
      assert.equal(isAfter(a, b), distance > 0n && distance < 1n << 63n);
    }),
    { seed: 1, numRuns: 2000 },
  );
});

test("stampAt() and aheadUs() count from a moment", () => {
  assert.deepEqual(stampAt(1_500_000), at(1, 0x8000));
  assert.deepEqual(stampAt(0x1_0000_0000 * 1_000_000), at(0), "modulo 2^32 seconds");
  assert.deepEqual(stampAt(1_999_999), at(1, 0xffff), "rounded down");
  assert.deepEqual(stampAt(0xffff_ffff * 1_000_000), at(0xffff_ffff));
  assert.equal(aheadUs(at(3, 0x8000), 1_000_000), 2_500_000);
  assert.equal(aheadUs(at(3), 2_500_000), 500_000, "the clock is in the middle of a second");
  assert.equal(aheadUs(at(0xffff_ffff), 0x1_0000_0002 * 1_000_000), -3_000_000);
});

test("nextStamp() always comes after the last one, whatever the clock does", () => {
  assert.deepEqual(nextStamp(undefined, 5_000_000), at(5));
  assert.deepEqual(nextStamp(at(5), 5_000_000), at(5, 0, 1));
  assert.deepEqual(nextStamp(at(5, 7, 0xffff), 5_000_000), at(5, 8));
  assert.deepEqual(nextStamp(at(5, 0xffff, 0xffff), 5_000_000), at(6));
  const last = at(0x8000_0000, 0xffff, 0xffff);
  assert.deepEqual(nextStamp(last, 0x8000_0000 * 1_000_000), at(0x8000_0001), "no sign");
  fc.assert(
    fc.property(stamps, fc.nat(0x7fff_ffff), (last, seconds) => {
      assert.ok(isAfter(nextStamp(last, seconds * 1_000_000), last));
    }),
    { seed: 1, numRuns: 2000 },
  );
});
