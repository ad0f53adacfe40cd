import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnostic } from "./diagnostic.ts";
import { type Line, readLines, restOf, sliceLine, spanOf } from "./line.ts";

function linesOf(text: string): readonly Line[] {
  return [...readLines("f", text, ({ message }) => assert.fail(message))];
}

/** `line:column@offset` of each piece, `*` where it is frozen. */
function pieces({ pieces }: Line): string {
  return pieces.map(({ offset, line, column, frozen }) =>
    `${line}:${column}@${offset}${frozen > 0 ? `*${frozen}` : ""}`
  ).join(" ");
}

/** Text, lines with their pieces and breaks. */
const texts:
  readonly (readonly [string, string, readonly (readonly [string, string, string])[]])[] = [
    ["lines without their blanks at the end", "a b \t\r\n \n  c\v\f\n", [
      ["a b", "1:1@0", ""],
      ["  c", "3:1@0", ""],
    ]],
    ["lines without comments", "a #b\n# c\nd! e", [["a", "1:1@0", ""], ["d", "3:1@0", ""]]],
    ["a text behind a byte order mark", "\ufeffa\nb", [["a", "1:1@0", ""], ["b", "2:1@0", ""]]],
    ["no byte order mark elsewhere", "a\n\ufeffb", [["a", "1:1@0", ""], ["\ufeffb", "2:1@0", ""]]],
    ["continuations as one line", " a \\\n b \\\n c\nd", [
      [" a  b  c", "1:1@0 2:1@3 3:1@6", "3 6"],
      ["d", "4:1@0", ""],
    ]],
    ["a continuation of nothing", "a\\\n#\nb\\", [["a", "1:1@0 2:1@1", "1"], ["b", "3:1@0", ""]]],
    ["a line that is a continuation only", "\\\na", [["a", "1:1@0 2:1@0", "0"]]],
    ["blanks before the backslash of a continuation, and none behind it", "a \\ \t\nb", [
      ["a b", "1:1@0 2:1@2", "2"],
    ]],
    ["comment marks that are escaped", "a\\#b\\!c\\x", [["a#b!c\\x", "1:1@0 1:3@1 1:6@3", ""]]],
    ["a comment behind an escaped mark", "a\\##b", [["a#", "1:1@0 1:3@1", ""]]],
    ["comment marks in quotes", 'a "#!" "b" # c', [['a "#!" "b"', "1:1@0", ""]]],
    ["quotes that go on in a continuation", '"a\\\nb # c" # d\n"\ne # f', [
      ['"ab # c"', "1:1@0 2:1@2", "2"],
      ['"', "3:1@0", ""],
      ["e", "4:1@0", ""],
    ]],
    ["a quote that does not go on in the next line", '"#\na # b', [
      ['"#', "1:1@0", ""],
      ["a", "2:1@0", ""],
    ]],
    ["nothing", "", []],
  ];

for (const [name, text, expected] of texts) {
  test(`readLines() gives ${name}`, () => {
    assert.deepEqual(
      linesOf(text).map((line) => [line.text, pieces(line), line.breaks.join(" ")]),
      expected,
    );
    assert.ok(linesOf(text).every(({ file }) => file === "f"));
  });
}

test("readLines() leaves out what holds a NUL byte, also of a continuation", () => {
  const reports: Diagnostic[] = [];
  const lines = [...readLines("f", "a \\\nb\0\nc\n\0d", (it) => reports.push(it))];
  assert.deepEqual(lines.map((line) => [line.text, pieces(line)]), [["a c", "1:1@0 3:1@2"]]);
  assert.deepEqual(reports.map(({ at }) => at), [
    { file: "f", line: 2, column: 2, length: 1 },
    { file: "f", line: 4, column: 1, length: 1 },
  ]);
});

const [joined] = linesOf("ab \\\n cd \\\n ef\\#g") as [Line];

/** Start, end, and `line:column+length`: a stretch over several lines ends with its first. */
const spans: readonly (readonly [number, number, string])[] = [
  [0, 2, "1:1+2"],
  [1, 2, "1:2+1"],
  [0, 3, "1:1+3"],
  [0, 5, "1:1+1"],
  [3, 6, "2:1+3"],
  [4, 6, "2:2+2"],
  [3, 8, "2:1+1"],
  [7, 10, "3:1+3"],
  [9, 11, "3:3+3"],
  [10, 12, "3:5+2"],
  [2, 2, "1:3+1"],
  [12, 12, "3:7+1"],
];

for (const [start, end, expected] of spans) {
  test(`spanOf() finds ${start} to ${end} of a line of three`, () => {
    const { file, line, column, length } = spanOf(joined, start, end);
    assert.equal(`${file} ${line}:${column}+${length}`, `f ${expected}`);
  });
}

test("spanOf() gives a stretch of one line, at least one long", () => {
  const [line] = linesOf("a bc") as [Line];
  assert.deepEqual(spanOf(line, 2, 4), { file: "f", line: 1, column: 3, length: 2 });
  assert.deepEqual(spanOf(line, 4, 4), { file: "f", line: 1, column: 5, length: 1 });
});

const frozen: Line = {
  file: "f",
  text: "x value y",
  pieces: [
    { offset: 0, line: 4, column: 3, frozen: 0 },
    { offset: 2, line: 4, column: 5, frozen: 4 },
    { offset: 7, line: 4, column: 9, frozen: 0 },
  ],
  breaks: [],
};

test("spanOf() gives the whole place of a reference for any part of its value", () => {
  const at = (start: number, end: number) => {
    const { line, column, length } = spanOf(frozen, start, end);
    return `${line}:${column}+${length}`;
  };
  assert.deepEqual([at(2, 3), at(4, 6), at(2, 7), at(0, 4), at(3, 9), at(8, 9)], [
    "4:5+4",
    "4:5+4",
    "4:5+4",
    "4:3+6",
    "4:5+6",
    "4:10+1",
  ]);
  const whole = { ...frozen, pieces: [{ offset: 0, line: 4, column: 5, frozen: 4 }] };
  assert.deepEqual(spanOf(whole, 3, 5), { file: "f", line: 4, column: 5, length: 4 });
});

/** Start, end, text and pieces. */
const slices: readonly (readonly [Line, number, number, string, string])[] = [
  [joined, 0, 2, "ab", "1:1@0"],
  [joined, 1, 4, "b  ", "1:2@0 2:1@2"],
  [joined, 0, 3, "ab ", "1:1@0"],
  [joined, 4, 8, "cd  ", "2:2@0 3:1@3"],
  [joined, 9, 12, "f#g", "3:3@0 3:5@1"],
  [frozen, 3, 8, "alue ", "4:5@0*4 4:9@4"],
  [frozen, 8, 9, "y", "4:10@0"],
];

for (const [line, start, end, text, expected] of slices) {
  test(`sliceLine() keeps the places of '${text}'`, () => {
    const slice = sliceLine(line, start, end);
    assert.deepEqual([slice.file, slice.text, pieces(slice)], ["f", text, expected]);
    assert.deepEqual(slice.breaks, []);
  });
}

test("restOf() keeps continuations, those before it at its start", () => {
  const rest = restOf(joined, 4);
  assert.deepEqual([rest.text, pieces(rest)], ["cd  ef#g", "2:2@0 3:1@3 3:5@6"]);
  assert.deepEqual(rest.breaks, [0, 3]);
});
