import assert from "node:assert/strict";
import { test } from "node:test";
import { splitQuoted } from "./mod.ts";

/** A command line, and its arguments. */
const texts: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  ["a", ["a"]],
  [" \t/bin/a  b\n", ["/bin/a", "b"]],
  ["'c d' \"e f\"g ''", ["c d", "e fg", ""]],
  ["a'b'\"c\"", ["abc"]],
  ["''''a \"\"", ["a", ""]],
  [`"it's" 'a"b'`, ["it's", 'a"b']],
  ["\\a\\b\\E\\f\\n\\r\\t\\v", ["\x07\b\x1b\f\n\r\t\v"]],
  ["\\q\\ \\\"\\'\\\\", ["q \"'\\"]],
  ["'\\'' \"\\\"\\n\"", ["'", '"\n']],
  ["\\101\\1012\\7\\18\\0", ["AA2\x07\x018\0"]],
  ["\\777\\400", ["\xff\0"]],
  ["\\x4a4\\x4\\xZ\\xffa", ["J4\x04xZ\xffa"]],
  ["\\cA\\c[\\c@\\c\x7f\\c?\\c\x80\\c", ["\x01\x1b\0\x1fc?c\x80c"]],
  ["\\", ["\\"]],
  ["a\\", ["a\\"]],
  ["\\ a", [" a"]],
];

for (const [text, words] of texts) {
  test(`splitQuoted() splits ${JSON.stringify(text)}`, () => {
    assert.deepEqual(splitQuoted(text), { ok: true, words });
  });
}

test("splitQuoted() says which quote has no partner, and where it stands", () => {
  assert.deepEqual(splitQuoted("a 'b"), { ok: false, quote: "'", offset: 2 });
  assert.deepEqual(splitQuoted('"a" \'"\' "b\''), { ok: false, quote: '"', offset: 8 });
  assert.deepEqual(splitQuoted("'"), { ok: false, quote: "'", offset: 0 });
  assert.deepEqual(splitQuoted('"a\\"'), { ok: false, quote: '"', offset: 0 });
});
