import assert from "node:assert/strict";
import { test } from "node:test";
import { grammar, read } from "./fixture.ts";

/** Hostile texts of one megabyte: the time for four of them tells linear from quadratic. */
const hostile: readonly (readonly [string, string])[] = [
  ["one line of words", "abcdefgh "],
  ["opening braces", "a { "],
  ["braces of nothing", "{"],
  ["closing braces", "}"],
  ["quotes", '"'],
  ["dollars", "$a/"],
  ["open references", "${a "],
  ["escapes and references", "\\# $A "],
  ["continuations", "a \\\n"],
  ["NUL bytes", "\0\n"],
  ["conditions", "@a b\n"],
];

for (const [name, unit] of hostile) {
  test(`parse() is linear in ${name}`, () => {
    const time = (size: number) => {
      const text = "$A=b\n" + unit.repeat(size / unit.length);
      const start = performance.now();
      read(text, { grammar });
      return performance.now() - start;
    };
    time(50_000);
    const [small, large] = [Math.min(time(100_000), time(100_000)), time(800_000)];
    // Eight times the text: quadratic in its words would take far more than ten seconds. The rest is for a busy machine.
    assert.ok(large < 32 * small + 3000, `${small} ms, then ${large} ms`);
  });
}

test("parse() takes 100,000 nested blocks and a line of 10 MB", () => {
  const deep = read("a {".repeat(100_000) + "}".repeat(100_000));
  assert.equal(deep.diagnostics.length, 0);
  const long = read("a " + "b".repeat(10_000_000));
  assert.equal(long.entries[0]?.words[1]?.text.length, 10_000_000);
});
