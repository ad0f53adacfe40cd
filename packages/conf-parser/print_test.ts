import assert from "node:assert/strict";
import { test } from "node:test";
import { type Diagnostic, diagnosticPrinter, expandBraces, splitQuoted } from "./mod.ts";

const at = { file: "a.conf", line: 2, column: 11, length: 3 };
const diagnostic: Diagnostic = { severity: "error", code: "x", message: "Bad number", at };
const sources = new Map([["a.conf", "a {\n\tpriority 300\r\n}"]]);

test("diagnosticPrinter() shows place, message, line, caret and hint", () => {
  assert.equal(
    diagnosticPrinter(sources)({ ...diagnostic, hint: "1 to 255" }),
    [
      "a.conf:2:11: error[x]: Bad number",
      "    \tpriority 300",
      "    \t         ^^^",
      "    hint: 1 to 255",
    ].join("\n"),
  );
});

test("diagnosticPrinter() does without the text", () => {
  const lines = diagnosticPrinter(new Map())(diagnostic);
  assert.equal(lines, "a.conf:2:11: error[x]: Bad number");
  assert.equal(diagnosticPrinter(new Map([["a.conf", "one line"]]))(diagnostic), lines);
});

test("diagnosticPrinter() cuts a long line around the caret", () => {
  const text = "x".repeat(5000) + "HERE" + "y".repeat(5000);
  const place = { file: "l", line: 1, column: 5001, length: 4 };
  const [, source = "", caret = ""] = diagnosticPrinter(new Map([["l", text]]))({
    ...diagnostic,
    at: place,
  }).split("\n");
  assert.ok(source.length < 140);
  assert.equal(source.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1), "HERE");
});

test("diagnosticPrinter() lets no control character out", () => {
  const text = "a\x1b[31mb";
  const place = { file: "l", line: 1, column: 1, length: 1 };
  const shown = diagnosticPrinter(new Map([["l", text]]))({
    ...diagnostic,
    message: "\x1b]0;\x07",
    at: place,
  });
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(shown, /[\x00-\x08\x0b-\x1f]/);
});

test("splitQuoted() splits as script keywords do", () => {
  const words = (text: string) => {
    const split = splitQuoted(text);
    return split.ok ? split.words : undefined;
  };
  assert.deepEqual(words("/bin/a b  'c d' \"e f\"g ''"), ["/bin/a", "b", "c d", "e fg", ""]);
  assert.deepEqual(words("\\a\\b\\E\\f\\n\\r\\t\\v"), ["\x07\b\x1b\f\n\r\t\v"]);
  assert.deepEqual(words('\\101 \\x4a4 \\cA \\q\\ \\"'), ["A", "J4", "\x01", 'q "']);
  assert.deepEqual(words(""), []);
  assert.deepEqual(splitQuoted("a 'b"), { ok: false, quote: "'", offset: 2 });
});

test("expandBraces() gives every alternative in order", () => {
  assert.deepEqual(expandBraces("a{b,c{d,e}}f{,g}"), [
    "abf",
    "abfg",
    "acdf",
    "acdfg",
    "acef",
    "acefg",
  ]);
  assert.deepEqual(expandBraces("a{b}c,d}{"), ["a{b}c,d}{"]);
  assert.equal(expandBraces("{a,b}".repeat(20)), undefined);
});
