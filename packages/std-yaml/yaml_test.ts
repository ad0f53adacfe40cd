import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse, stringify } from "./mod.ts";

test("parse() of stringify() is the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // As text: JSON knows no negative zero.
      assert.equal(JSON.stringify(parse(stringify(value))), JSON.stringify(value));
    }),
    { numRuns: 300, seed: 21 },
  );
});

test("stringify() keeps texts that look like other values", () => {
  const values = ["on", "1.0", "0123", "~", "", "a: b", "#", "null", "true", "1e3", " x "];
  assert.deepEqual(parse(stringify(values)), values);
});

test("stringify() folds no line if lineWidth is -1", () => {
  const text = stringify({ key: "word ".repeat(100).trim() }, { lineWidth: -1 });
  assert.equal(text.split("\n").length, 2);
});

test("parse() throws a SyntaxError with the place", () => {
  assert.throws(
    () => parse("a: [1\nb: 2"),
    (error) => error instanceof SyntaxError && /line 2/.test(error.message),
  );
});
