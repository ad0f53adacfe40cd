import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeFlags, encodeFlags, nameOf, numberOf } from "./registry.ts";

const names = { one: 1, two: 2 } as const;
const bits = { low: 1, high: 0x8000_0000 } as const;

test("nameOf() and numberOf() keep numbers without a name", () => {
  assert.equal(nameOf(names, 2), "two");
  assert.equal(nameOf(names, 3), 3);
  assert.equal(numberOf(names, "two"), 2);
  assert.equal(numberOf(names, 3), 3);
  assert.throws(() => numberOf(names, "three" as "two"), RangeError);
});

test("decodeFlags() names bits, and keeps those without a name", () => {
  assert.deepEqual(decodeFlags(bits, 0), {});
  assert.deepEqual(decodeFlags(bits, 0x8000_0001), { low: true, high: true });
  assert.deepEqual(decodeFlags(bits, 6), { other: 6 });
  assert.deepEqual(decodeFlags(names, 0x8000_0001), { one: true, other: 0x8000_0000 });
});

test("encodeFlags() takes false for absent", () => {
  assert.equal(encodeFlags(bits, { low: false, high: true }), 0x8000_0000);
});

test("encodeFlags() gives back every number that decodeFlags() took", () => {
  fc.assert(fc.property(fc.nat(0xffff_ffff), (value) => {
    assert.equal(encodeFlags(bits, decodeFlags(bits, value)), value);
  }));
});
