import assert from "node:assert/strict";
import { test } from "node:test";
import { type Diagnostic, diagnosticPrinter } from "./mod.ts";

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

/** The source line and the caret line, without their margin. */
function excerpt(text: string, line: number, column: number, length: number): readonly string[] {
  const print = diagnosticPrinter(new Map([["t", text]]));
  const [, ...lines] = print({ ...diagnostic, at: { file: "t", line, column, length } }).split(
    "\n",
  );
  assert.ok(lines.every((it) => it.startsWith("    ")));
  return lines.map((it) => it.slice(4));
}

test("diagnosticPrinter() finds each line of a text, the last without its end too", () => {
  const text = "ab\n\ncd\r\nef";
  assert.deepEqual(excerpt(text, 1, 2, 1), ["ab", " ^"]);
  assert.deepEqual(excerpt(text, 2, 1, 1), ["", "^"]);
  assert.deepEqual(excerpt(text, 3, 1, 2), ["cd", "^^"]);
  assert.deepEqual(excerpt(text, 4, 2, 1), ["ef", " ^"]);
  assert.deepEqual(excerpt(text, 5, 1, 1), []);
  assert.deepEqual(excerpt("\na", 2, 1, 1), ["a", "^"]);
});

test("diagnosticPrinter() puts no more carets than there is text, and one at least", () => {
  assert.deepEqual(excerpt("abc", 1, 2, 9), ["abc", " ^^"]);
  assert.deepEqual(excerpt("abc", 1, 4, 1), ["abc", "   ^"]);
  assert.deepEqual(excerpt("abc", 1, 9, 2), ["abc", "   ^"]);
});

test("diagnosticPrinter() shows 120 columns, from 20 before a caret that lies behind them", () => {
  const text = "0123456789".repeat(30);
  const whole = text.slice(0, 120);
  assert.deepEqual(excerpt(whole, 1, 1, 3), [whole, "^^^"]);
  assert.deepEqual(excerpt(text, 1, 1, 3), [`${whole}…`, "^^^"]);
  assert.deepEqual(excerpt(text, 1, 119, 2), [`${whole}…`, `${" ".repeat(118)}^^`]);
  assert.deepEqual(excerpt(text, 1, 119, 3), [
    `…${text.slice(98, 218)}…`,
    `${" ".repeat(21)}^^^`,
  ]);
  assert.deepEqual(excerpt(text, 1, 201, 200), [
    `…${text.slice(180)}`,
    ` ${" ".repeat(20)}${"^".repeat(100)}`,
  ]);
  assert.deepEqual(excerpt(text, 1, 11, 200), [`${whole}…`, `${" ".repeat(10)}${"^".repeat(110)}`]);
});

test("diagnosticPrinter() shows every control character but the tab as ?", () => {
  const text = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");
  const print = diagnosticPrinter(new Map());
  const shown = print({ ...diagnostic, message: text, hint: "\x1b" });
  const isControl = (i: number) => i !== 9 && (i < 32 || (i >= 127 && i < 160));
  const expected = [...text].map((char, i) => isControl(i) ? "?" : char).join("");
  assert.equal(shown, `a.conf:2:11: error[x]: ${expected}\n    hint: ?`);
});
