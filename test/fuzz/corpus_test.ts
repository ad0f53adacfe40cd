/** The inputs that fuzzing found to lead everywhere, and those that once broke a law, keep the laws of their targets. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { parseInput, printInput, readCorpus } from "./engine/corpus_file.ts";
import { findTarget, targetNames } from "./targets/all.ts";

for (const name of targetNames) {
  test(`${name}: its corpus keeps its laws`, async () => {
    const { name: ownName, check, mostBytes } = await findTarget(name);
    assert.equal(ownName, name);
    const corpus = readCorpus(name);
    assert.ok(corpus.length > 0);
    for (const { input, note } of corpus) {
      assert.ok(note !== undefined || input.length <= mostBytes);
      await assert.doesNotReject(async () => await check(input), printInput(input));
    }
  });
}

test("every file of the corpus belongs to a target", () => {
  const files = readdirSync(new URL("corpus/", import.meta.url));
  assert.deepEqual(files.sort(), targetNames.map((name) => `${name}.txt`).sort());
});

test("an input reads back as it was printed", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (input) => {
      const line = printInput(input);
      assert.match(line, /^[\x20-\x7e]+$/);
      assert.deepEqual(parseInput(line), input);
    }),
    { seed: 4 },
  );
  assert.throws(() => parseInput('"\\u0100"'), /No input/);
});
