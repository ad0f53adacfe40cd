import assert from "node:assert/strict";
import { test } from "node:test";
import { found, read, shape } from "./fixture.ts";

/** What a line repeats, and the values of `$I`. */
const numbers: readonly (readonly [string, readonly string[]])[] = [
  ["~SEQ(I, 3)", ["1", "2", "3"]],
  ["~SEQ(I,0)", ["1", "0"]],
  ["~SEQ(I, -1)", ["1", "0", "-1"]],
  ["~SEQ(I, 5, 7)", ["5", "6", "7"]],
  ["~SEQ(I, 7, 5)", ["7", "6", "5"]],
  ["~SEQ(I, 5, 5)", ["5"]],
  ["~SEQ(I, 2, 3, 9)", ["2", "5", "8"]],
  ["~SEQ(I, 2, 3, 8)", ["2", "5", "8"]],
  ["~SEQ(I, 9, -4, 1)", ["9", "5", "1"]],
  ["~SEQ(I, 9, -4, 0)", ["9", "5", "1"]],
  ["~SEQ(I, 5, 3, 5)", ["5"]],
  ["~SEQ(I, +1, +2)", ["1", "2"]],
  ["~SEQ(I, 0xA, 0Xb)", ["10", "11"]],
  ["~SEQ(I, -0x1, 010)", ["-1", "0", "1", "2", "3", "4", "5", "6", "7", "8"]],
  ["~SEQx(I, 9, 0x10)", ["9", "a", "b", "c", "d", "e", "f", "10"]],
  ["  ~SEQ( I , 1 , 2 )", ["1", "2"]],
  ["~LST(I, a, b c)", ["a", "b c"]],
  ["~LST(I, , a)", ["", "a"]],
  ["~LST({I}, {x}, y)", ["x", "y"]],
];

for (const [head, expected] of numbers) {
  test(`${head} repeats its line`, () => {
    const { entries, diagnostics } = read(`${head} <\${I}>`);
    const words = shape(entries).map((entry) => (entry as readonly string[]).join(" "));
    assert.deepEqual(words, expected.map((value) => `<${value}>`));
    assert.deepEqual(found(diagnostics), []);
  });
}

const wrong: readonly string[] = [
  "~SEQ()",
  "~SEQ(I)",
  "~SEQ(I, )",
  "~SEQ(I-J, 1)",
  "~SEQ(, 1)",
  "~SEQ(I, 1, 2, 3, 4)",
  "~SEQ(I, x, 2)",
  "~SEQ(I, 1, x, 3)",
  "~SEQ(I, 3, 1, 1)",
  "~SEQ(I, 1, 08)",
  "~SEQ(I, 1, 0x)",
  "~SEQ(I, 9007199254740992)",
  "~LST()",
  "~LST(I)",
  "~LST(I-J, 1)",
  "~LST({I, J-K}, {1, 2})",
  "~LST(I, {a)",
  "~LST(I, a",
];

for (const head of wrong) {
  test(`${head} is refused, and its line left out`, () => {
    const { entries, diagnostics } = read(`${head} x\ny`);
    assert.deepEqual(shape(entries), [["y"]]);
    assert.deepEqual(found(diagnostics), ["main:1:6 invalid-sequence"]);
  });
}

test("rows of a list that are too short leave the other names empty", () => {
  const { entries } = read("~LST({A, B}, {1, 2}, {3}, 4) x${A}y${B}z");
  assert.deepEqual(shape(entries), [["x1y2z"], ["x3yz"], ["x4yz"]]);
});

test("names keep the last value", () => {
  assert.deepEqual(shape(read("~SEQ(I, 2) a\nb $I").entries), [["a"], ["a"], ["b", "2"]]);
});

test("bounds may be definitions", () => {
  const { entries } = read("$N=2\n~SEQ(I, ${N}, $N) x$I\n~SEQ(I, $N) y$I");
  assert.deepEqual(shape(entries), [["x2"], ["y1"], ["y2"]]);
});

test("a repeated line knows its place", () => {
  const { entries } = read("\n ~SEQ(I, 2) abc $I");
  assert.deepEqual(
    entries.flatMap(({ words }) => words.map(({ at }) => `${at.line}:${at.column}+${at.length}`)),
    ["2:13+3", "2:17+2", "2:13+3", "2:17+2"],
  );
});

test("a sequence goes as far as numbers are exact", () => {
  const { entries } = read("~SEQ(I, 9007199254740990, 9007199254740991) a$I");
  assert.deepEqual(shape(entries), [["a9007199254740990"], ["a9007199254740991"]]);
});

test("a name is reported where it is not replaced, as that of a definition is", () => {
  const { diagnostics } = read("~SEQ(I, 2) 10.0.$I/24");
  assert.deepEqual(found(diagnostics), ["main:1:17 not-expanded", "main:1:17 not-expanded"]);
});
