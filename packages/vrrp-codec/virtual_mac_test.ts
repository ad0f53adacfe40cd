import assert from "node:assert/strict";
import { test } from "node:test";
import { virtualMac } from "./mod.ts";

test("virtualMac() puts the family and the identifier into the last two octets", () => {
  assert.equal(virtualMac(4, 51), "00:00:5e:00:01:33");
  assert.equal(virtualMac(4, 1), "00:00:5e:00:01:01");
  assert.equal(virtualMac(6, 255), "00:00:5e:00:02:ff");
});

test("virtualMac() refuses what is no identifier", () => {
  for (const id of [0, 256, 1.5]) assert.throws(() => virtualMac(4, id), RangeError);
});
