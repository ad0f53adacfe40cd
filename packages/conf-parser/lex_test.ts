import assert from "node:assert/strict";
import { test } from "node:test";
import { clip, isWord, lexAt, type Token } from "./mod.ts";
import { lex } from "./lex.ts";
import { type Line, readLines } from "./line.ts";

function tokensOf(text: string): readonly Token[] {
  const [line] = [...readLines("f", text, ({ message }) => assert.fail(message))] as [Line];
  return lex(line, ({ message }) => assert.fail(message)).tokens;
}

/** `column+length text`, and braces as they are. */
function brief(token: Token): string {
  const { column, length } = token.at;
  const text = isWord(token) ? `${token.text}${token.quoted ? " quoted" : ""}` : token.brace;
  return `${column}+${length} ${text}`;
}

const lines: readonly (readonly [string, string, readonly string[]])[] = [
  ["words between blanks of all kinds", " a\tbc \v\fd", ["2+1 a", "4+2 bc", "9+1 d"]],
  ["braces inside words", "a{b}c", ["1+1 a", "2+1 open", "3+1 b", "4+1 close", "5+1 c"]],
  ["quotes anywhere in a word", 'a"b {"c "" d', ["1+7 ab {c quoted", "9+2  quoted", "12+1 d"]],
  ["names that are not defined as words", "${A} ${A b}c d${1}", [
    "1+4 ${A}",
    "6+7 ${A b}c",
    "14+5 d${1}",
  ]],
  ["braces behind a dollar that begins no name", "${} a$ {b", [
    "1+1 $",
    "2+1 open",
    "3+1 close",
    "5+2 a$",
    "8+1 open",
    "9+1 b",
  ]],
  ["a dollar at the end", "a$", ["1+2 a$"]],
  ["a name without its end", "${A b", ["1+1 $", "2+1 open", "3+1 A", "5+1 b"]],
];

for (const [name, text, expected] of lines) {
  test(`lex() gives ${name}`, () => assert.deepEqual(tokensOf(text).map(brief), expected));
}

test("lex() gives words with their offsets", () => {
  assert.deepEqual(tokensOf(' a "b"{'), [
    {
      text: "a",
      at: { file: "f", line: 1, column: 2, length: 1 },
      quoted: false,
      offset: 1,
      end: 2,
    },
    {
      text: "b",
      at: { file: "f", line: 1, column: 4, length: 3 },
      quoted: true,
      offset: 3,
      end: 6,
    },
    { brace: "open", at: { file: "f", line: 1, column: 7, length: 1 } },
  ]);
});

test("lex() takes a quote without its partner as one word to the end", () => {
  const [line] = [...readLines("f", 'a b"c {d', () => {})] as [Line];
  const columns: number[] = [];
  const { text, tokens } = lex(line, ({ at }) => columns.push(at.column));
  assert.equal(text, 'a b"c {d');
  assert.deepEqual(tokens.map(brief), ["1+1 a", "3+6 bc {d quoted"]);
  assert.deepEqual(columns, [4]);
});

test("lexAt() places every token where the whole text stands", () => {
  const at = { file: "y", line: 3, column: 5, length: 9 };
  const { text, tokens } = lexAt('a "b c"d {e}', at, ({ message }) => assert.fail(message));
  assert.equal(text, 'a "b c"d {e}');
  assert.deepEqual(tokens.map((token) => isWord(token) ? token.text : token.brace), [
    "a",
    "b cd",
    "open",
    "e",
    "close",
  ]);
  for (const token of tokens) assert.deepEqual(token.at, at);
});

test("isWord() tells words from braces and from nothing", () => {
  assert.deepEqual(tokensOf("a {").map(isWord), [true, false]);
  assert.equal(isWord(undefined), false);
});

test("clip() cuts a text to 60 characters", () => {
  assert.equal(clip("x".repeat(60)), "x".repeat(60));
  assert.equal(clip("x".repeat(61)), "x".repeat(59) + "…");
});
