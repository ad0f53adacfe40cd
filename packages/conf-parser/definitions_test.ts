import assert from "node:assert/strict";
import { test } from "node:test";
import { found, read, type Shape, shape } from "./fixture.ts";
import type { Entry } from "./mod.ts";

const trees: readonly (readonly [string, string, Shape])[] = [
  ["a value without the blanks around it", "$A=  b c \na $A x", [["a", "b", "c", "x"]]],
  ["names with digits and underscores", "$A_1=b\n$2=c\na $A_1 $2 ${2}", [["a", "b", "c", "c"]]],
  ["a definition behind blanks", "  $A=b\na $A", [["a", "b"]]],
  ["an equals sign elsewhere as text", "a $A=b", [["a", "$A=b"]]],
  ["an empty value", "$A=\na${A}b $A c\n$A", [["ab", "c"]]],
  ["values that refer to others, before and behind text", "$A=1\n$B=x${A}y${A}z\na ${B}\n$B", [
    ["a", "x1y1z"],
    ["x1y1z"],
  ]],
  ["values that refer to names that are not known", "$B=x${N}y$N\na $B", [["a", "x${N}y$N"]]],
  ["a value that is read where it is used", "$B=${A}\n$A=1\na $B\n$A=2\na $B", [["a", "1"], [
    "a",
    "2",
  ]]],
  ["two references side by side", "$A=1\n$B=2\na ${A}${B} ${B}$A", [["a", "12", "21"]]],
  ["dollars that refer to nothing", "$A=1\na $ $$ $$A ${}", [["a", "$", "$$", "$1", "$", []]]],
  ["braces of a value as blocks", "$A=b {\n$A\nc\n}", [["b", [["c"]]]]],
  ["lines of a definition behind blanks and in braces", "$A= \\\nb \\\n\\\nc\n  $A  \n ${A}\n", [
    ["b"],
    ["c"],
    ["b"],
    ["c"],
  ]],
  ["the first line of a definition of lines", "$A=b {\\\n c\\\n}\n$A", [["b", [["c"]]]]],
  ["a definition of lines in a line as text", "$A=b\\\nc\nx $A ${A}y", [["x", "$A", "${A}y"]]],
  ["definitions in the lines of one", "$A= \\\n$N=1 \\\nx $N\n$A\ny $N", [["x", "1"], ["y", "1"]]],
];

for (const [name, text, expected] of trees) {
  test(`definitions give ${name}`, () => {
    const { entries, diagnostics } = read(text);
    assert.deepEqual(shape(entries), expected);
    assert.deepEqual(found(diagnostics), []);
  });
}

/** `text line:column+length` of each word. */
function places(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ words, block }) => [
    ...words.map(({ text, at }) => `${text} ${at.line}:${at.column}+${at.length}`),
    ...places(block?.entries ?? []),
  ]);
}

test("words of a value stand where the reference does, others where they are", () => {
  const { entries } = read("$A=b c\nx $A y ${A}z\n q$A");
  assert.deepEqual(places(entries), [
    "x 2:1+1",
    "b 2:3+2",
    "c 2:3+2",
    "y 2:6+1",
    "b 2:8+4",
    "cz 2:8+5",
    "qb 3:2+3",
    "c 3:3+2",
  ]);
});

test("words of definitions of lines stand in their definition", () => {
  const { entries } = read("$N=1\n$A=p \\\n  q $N\\\n r\nx\n$A");
  assert.deepEqual(places(entries), ["x 5:1+1", "p 2:4+1", "q 3:3+1", "1 3:5+2", "r 4:2+1"]);
});

test("an empty line of definitions has a place", () => {
  const { entries } = read("$E=\n${E}\n ${E} {\n");
  assert.deepEqual(shape(entries), []);
});

test("a line is a comment if a value makes it one, not if its mark is escaped", () => {
  const { entries } = read("$C=${_HASH}\n$N=1\n$C b\n\\#c $X\n  \\!d ${X}\nx $C");
  assert.deepEqual(shape(entries), [["#c", "$X"], ["!d", "${X}"], ["x", "#"]]);
});

test("a name is replaced only before a blank, a bracket or the end", () => {
  const { entries, diagnostics } = read("$N=1\n$L=a\\\nb\na $N, $N) $N/2 $M/2 $L/2 x$N");
  assert.deepEqual(shape(entries), [["a", "$N,", "1)", "$N/2", "$M/2", "$L/2", "x1"]]);
  assert.deepEqual(found(diagnostics), ["main:4:3 not-expanded", "main:4:11 not-expanded"]);
  assert.deepEqual(found(read("$N=1\nxN $N $").diagnostics), []);
});

test("definitions refer to each other 32 deep", () => {
  const chain = (count: number) =>
    Array.from({ length: count }, (_, i) => `$N${i}=\${N${i + 1}}`).join("\n") + `\n$N${count}=x`;
  const { entries, diagnostics } = read(`${chain(31)}\na $N0`);
  assert.deepEqual(shape(entries), [["a", "x"]]);
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(found(read(`${chain(32)}\na $N0`).diagnostics), [
    "main:34:3 endless-definition",
  ]);
});

test("lines of definitions refer to each other 32 deep", () => {
  const chain = (count: number) =>
    Array.from({ length: count }, (_, i) => `$N${i}= \\\n$N${i + 1}`).join("\n") +
    `\n$N${count}= \\\nx`;
  const { entries, diagnostics } = read(`${chain(31)}\n$N0`);
  assert.deepEqual(shape(entries), [["x"]]);
  assert.deepEqual(diagnostics, []);
  assert.equal(read(`${chain(32)}\n$N0`).diagnostics.length, 1);
});

test("definitions grow to 16 million characters, all together", () => {
  const million = `$A=${"x".repeat(1 << 20)}\n`;
  const grow = (count: number) => read(million + "a $A\n".repeat(count));
  assert.deepEqual(found(grow(16).diagnostics), []);
  assert.deepEqual(found(grow(17).diagnostics), ["main:18:3 endless-definition"]);
});
