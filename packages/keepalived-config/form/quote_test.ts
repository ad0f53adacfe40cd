import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "@keepalived/conf-parser";
import { printLine, quoteWord, unprintable } from "./quote.ts";

/** The words of the only line of a file. */
function read(text: string): readonly string[] {
  const { entries, diagnostics } = parse("a", (path) => [{ path, text }]);
  assert.deepEqual(diagnostics, []);
  assert.equal(entries.length, 1, text);
  return entries[0]?.words.map((word) => word.text) ?? [];
}

test("printLine() of quoteWord() gives words that are read as they are", () => {
  // A name of the language itself would be replaced.
  const piece = fc.constantFrom(...["#", "!", "\\", "{", "}", " ", "\t", "$", "x", "@", "~", "'"]);
  const word = fc.oneof(fc.string({ maxLength: 6 }), fc.array(piece).map((all) => all.join("")))
    .filter((text) => unprintable(text) === undefined && !/\$\{?_/.test(text));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
      assert.deepEqual(read(`${printLine(words.map(quoteWord).join(" "))}\n`), words);
    }),
    { numRuns: 2000, seed: 41 },
  );
});

for (
  const head of ["@host", "@^host", "~SEQ(A,3)", "~LST(A,b)", "$A=1", "$A", "include", "includea"]
) {
  test(`printLine() keeps ${head} at the head of a line a word`, () => {
    assert.deepEqual(read(printLine(`${head} x`)), [head, "x"]);
    assert.deepEqual(read(`    ${printLine(head)}`), [head]);
  });
}

test("printLine() keeps a backslash at the end from joining the next line", () => {
  const { entries } = parse("a", (path) => [{ path, text: `${printLine("a \\")}\nb\n` }]);
  assert.deepEqual(entries.map(({ text }) => text), ["a \\", "b"]);
});

test("unprintable() names what no quotes help against", () => {
  assert.equal(unprintable('a"b'), "a double quote");
  assert.equal(unprintable("a\nb"), "a line break");
  assert.equal(unprintable("a\0b"), "a NUL byte");
  assert.equal(unprintable("a b#{}"), undefined);
});
