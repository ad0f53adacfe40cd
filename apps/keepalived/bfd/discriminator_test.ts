import assert from "node:assert/strict";
import { test } from "node:test";
import { newDiscriminator } from "./discriminator.ts";

test("newDiscriminator() gives 32-bit numbers that are not 0 and not taken", () => {
  const taken = new Set<number>();
  let seed = 7;
  for (let i = 0; i < 1000; i++) {
    const { value, seed: next } = newDiscriminator(seed, (it) => taken.has(it));
    assert.ok(Number.isInteger(value) && value > 0 && value < 2 ** 32 && !taken.has(value));
    taken.add(value);
    seed = next;
  }
  const { value } = newDiscriminator(7, () => false);
  assert.ok(taken.has(value));
  assert.notEqual(newDiscriminator(7, (it) => it === value).value, value);
});
