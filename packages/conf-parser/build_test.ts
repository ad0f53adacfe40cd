import assert from "node:assert/strict";
import { test } from "node:test";
import { found, grammar, read, shape } from "./fixture.ts";
import type { Block, Entry } from "./mod.ts";

/** `KEYWORD OPEN-CLOSE` of every block. */
function blocks(entries: readonly Entry[]): readonly string[] {
  const place = (at: Block["close"]) =>
    at === undefined ? "" : `${at.line}:${at.column}+${at.length}`;
  return entries.flatMap(({ words, block }) =>
    block === undefined ? [] : [
      `${words[0].text} ${place(block.open)}-${place(block.close)}`,
      ...blocks(block.entries),
    ]
  );
}

test("blocks know where their braces are", () => {
  const { entries } = read("a {\n b\n {\n }\n c { d } }\ne {");
  assert.deepEqual(blocks(entries), [
    "a 1:3+1-5:10+1",
    "b 3:2+1-4:2+1",
    "c 5:4+1-5:8+1",
    "e 6:3+1-",
  ]);
});

test("entries know the text of their line", () => {
  const { entries } = read("$A=x y\n a  b { # c\n d $A }\ne");
  const texts = (list: readonly Entry[]): readonly string[] =>
    list.flatMap(({ text, block }) => [text, ...texts(block?.entries ?? [])]);
  assert.deepEqual(texts(entries), [" a  b {", " d x y }", "e"]);
});

test("a second block of an entry is none of its own", () => {
  const { entries, diagnostics } = read("a { b } { c }\nd");
  assert.deepEqual(shape(entries), [["a", [["b"]]], ["d"]]);
  assert.deepEqual(found(diagnostics), ["main:1:9 unexpected-brace"]);
});

test("a brace at the start of a block has no keyword, and a brace after it neither", () => {
  const { entries, diagnostics } = read("a {\n{ b }\n}\n{ c }\nd");
  assert.deepEqual(shape(entries), [["a", []], ["d"]]);
  assert.deepEqual(found(diagnostics), ["main:2:1 unexpected-brace", "main:4:1 unexpected-brace"]);
});

test("blocks in a block of nothing are reported with it, those with a keyword are none", () => {
  const { diagnostics } = read("{ a { b } { c } }\n{ { } }");
  assert.deepEqual(found(diagnostics), ["main:1:1 unexpected-brace", "main:2:1 unexpected-brace"]);
});

test("braces that are missing and too many are both reported", () => {
  const { entries, diagnostics } = read("a }\nb {\n c");
  assert.deepEqual(shape(entries), [["a"], ["b", [["c"]]]]);
  assert.deepEqual(found(diagnostics), ["main:2:3 missing-brace", "main:1:3 extra-brace"]);
});

test("a grammar puts no more braces right than are wrong", () => {
  const text = "group {\n list {\n a\nsize 1\n}\ngroup {\n list {\n a\nother x\n}\n}";
  const { entries, diagnostics } = read(text, { grammar });
  assert.deepEqual(shape(entries), [
    ["group", [["list", [["a"]]], ["size", "1"]]],
    ["group", [["list", [["a"], ["other", "x"]]]]],
  ]);
  assert.deepEqual(found(diagnostics), ["main:2:7 missing-brace"]);
});

test("a grammar reopens a block as often as braces are too many", () => {
  const text = "group {\n}\nsize 1\n}\ngroup {\n}\nsize 2\n}\nother x";
  const { entries, diagnostics } = read(text, { grammar });
  assert.deepEqual(shape(entries), [
    ["group", [["size", "1"]]],
    ["group", [["size", "2"]]],
    ["other", "x"],
  ]);
  assert.deepEqual(found(diagnostics), ["main:2:1 extra-brace", "main:6:1 extra-brace"]);
  assert.deepEqual(blocks(entries), ["group 1:7+1-4:1+1", "group 5:7+1-8:1+1"]);
});

test("a grammar closes no more blocks than braces are missing", () => {
  const { entries, diagnostics } = read("group {\n list {\n a\nother x\n}\n", { grammar });
  assert.deepEqual(shape(entries), [["group", [["list", [["a"], ["other", "x"]]]]]]);
  assert.deepEqual(found(diagnostics), ["main:1:7 missing-brace"]);
});

test("a grammar reopens no more blocks than braces are too many", () => {
  const text = "group {\n}\nsize 1\n}\ngroup {\n}\nsize 2";
  const { entries, diagnostics } = read(text, { grammar });
  assert.deepEqual(shape(entries), [["group", [["size", "1"]]], ["group", []], ["size", "2"]]);
  assert.deepEqual(found(diagnostics), ["main:2:1 extra-brace"]);
});

test("a grammar reopens the block that was closed last, as long as nothing else came", () => {
  const { entries, diagnostics } = read("group {\n}\nother x\nsize 1\n}", { grammar });
  assert.deepEqual(shape(entries), [["group", []], ["other", "x"], ["size", "1"]]);
  assert.deepEqual(found(diagnostics), ["main:5:1 extra-brace"]);
});

test("a grammar that knows the word nowhere leaves it where it is", () => {
  const text = "group {\n list {\n nosuch\n}\n";
  const { entries, diagnostics } = read(text, { grammar });
  assert.deepEqual(shape(entries), [["group", [["list", [["nosuch"]]]]]]);
  assert.deepEqual(found(diagnostics), ["main:1:7 missing-brace"]);
});

test("a grammar is asked for the path of each level, down to 16", () => {
  const asked = (depth: number) => {
    const paths: string[] = [];
    const text = "a {".repeat(depth) + " b";
    const record = (path: readonly string[], keyword: string) => {
      if (keyword === "b") paths.push(path.join(""));
      return keyword !== "b" || path.length === 0;
    };
    const { entries } = read(text, { grammar: record });
    return { paths, count: entries.length };
  };
  const two = asked(2);
  assert.deepEqual(two, { paths: ["aa", "a", ""], count: 2 });
  assert.deepEqual(asked(16).paths.length, 17);
  assert.deepEqual(asked(17), { paths: [], count: 1 });
});
