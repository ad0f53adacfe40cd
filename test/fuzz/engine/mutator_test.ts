import assert from "node:assert/strict";
import { test } from "node:test";
import { mutate } from "./mutator.ts";
import { Random } from "./random.ts";

const input = new TextEncoder().encode("a 1 {\n  b two\n}\n");
const other = new TextEncoder().encode("other {\n}\n");

function many(seed: number, isText: boolean): readonly string[] {
  const random = new Random(seed);
  const words = [new TextEncoder().encode("keyword")];
  return Array.from({ length: 2000 }, () => {
    const changed = mutate(input, { random, words, other: () => other, isText, mostBytes: 20 });
    assert.ok(changed.length <= 20);
    return new TextDecoder("latin1").decode(changed);
  });
}

for (const isText of [true, false]) {
  test(`changes of ${isText ? "text" : "bytes"} are many, and the same for the same seed`, () => {
    const before = input.slice();
    const changed = many(7, isText);
    assert.deepEqual(changed, many(7, isText));
    assert.notDeepEqual(changed, many(8, isText));
    assert.deepEqual(input, before);
    assert.ok(new Set(changed).size > 1000, `${new Set(changed).size} different ones`);
    assert.ok(changed.some((it) => it.includes("keyword")));
    assert.ok(changed.some((it) => it.includes("ther {")));
  });
}

test("nothing can be changed too", () => {
  const random = new Random(1);
  const nothing = new Uint8Array(0);
  for (let i = 0; i < 2000; i++) {
    for (const isText of [true, false]) {
      mutate(nothing, { random, words: [], other: () => nothing, isText, mostBytes: 9 });
    }
  }
});
