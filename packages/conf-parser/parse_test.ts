import assert from "node:assert/strict";
import { test } from "node:test";
import { found, grammar, read, type Shape, shape } from "./fixture.ts";
import { type Entry, parse, type ParseOptions } from "./mod.ts";

const trees: readonly (readonly [string, string, Shape])[] = [
  ["words and a block", "a b {\n c d\n}\n", [["a", "b", [["c", "d"]]]]],
  ["a brace on the next line", "a\n\n{\nb\n}", [["a", [["b"]]]]],
  ["a block on one line as one entry", "a { b c d }", [["a", [["b", "c", "d"]]]]],
  ["text behind an opening brace", "a { b\nc }", [["a", [["b"], ["c"]]]]],
  ["a brace without blanks", "a{b{c}}d", [["a", [["b", [["c"]]]]], ["d"]]],
  ["nested blocks that end together", "a {\n b {\n c\n}}", [["a", [["b", [["c"]]]]]]],
  ["comments of both kinds", "a # b\n! c\nd! e\n#\n", [["a"], ["d"]]],
  ["escaped comment marks", "a\\#b \\! c", [["a#b", "!", "c"]]],
  ["comment marks in double quotes only", "a \"# !\" '# b'", [["a", "# !", "'"]]],
  ["quotes that keep blanks and braces", 'a "b { c" d"e f"g ""', [["a", "b { c", "de fg", ""]]],
  ["continuation lines", "a \\\n  b\\\nc\n", [["a", "bc"]]],
  ["a last line without its end", "a {\nb }", [["a", [["b"]]]]],
  ["carriage returns", "a {\r\n b\r\n}\r\n", [["a", [["b"]]]]],
  ["a byte order mark", "\ufeffa", [["a"]]],
  ["definitions late and nested", "$A=1\n$B=x${A}y\n$A=2\nc $B $A", [["c", "x2y", "2"]]],
  ["a reference before ) and at the end", "$A=1\n($A) b$A", [["(1)", "b1"]]],
  ["a definition of several lines", "$A= \\\nb {\\\n$N\\\n}\n$N=1\n$A\n", [["b", [["1"]]]]],
  ["conditional lines", "@low a\n@^low b\n@high c\n@^high d", [["a"], ["d"]]],
  ["conditional definitions", "@low $A=1\n@high $A=2\nx $A", [["x", "1"]]],
  ["predefined names", "${_PWD} ${_INSTANCE} ${_ENV E} x${_HASH}${_BANG}", [[
    ".",
    "low",
    "e",
    "x#!",
  ]]],
  ["numbers in sequence", "~SEQ(I, 2) a$I", [["a1"], ["a2"]]],
  ["numbers downwards and by steps", "~SEQ(I, 2, 0) $I\n~SEQ(I, 1, 2, 4) $I", [
    ["2"],
    ["1"],
    ["0"],
    ["1"],
    ["3"],
  ]],
  ["numbers in the notation of C", "~SEQ(I, 010, 0x9) $I\n~SEQx(I, 9, 10) $I", [
    ["8"],
    ["9"],
    ["9"],
    ["a"],
  ]],
  ["repetitions of repetitions", "$E=2\n~SEQ(I, ${E})~LST(J, a, b) ${I}$J", [
    ["1a"],
    ["1b"],
    ["2a"],
    ["2b"],
  ]],
  ["lists of several variables", "~LST({A,B}, {1, 2}, {3}) x${A}y${B}", [["x1y2"], ["x3y"]]],
  [
    "repeated definitions, conditions and blocks",
    "$X= \\\nb$I {\\\n}\n~SEQ(I, 2) $X\n~SEQ(I, 1) @low c",
    [
      ["b1", []],
      ["b2", []],
      ["c"],
    ],
  ],
  ["a sequence in mid line as text", "a ~SEQ(I, 2) b", [["a", "~SEQ(I,", "2)", "b"]]],
  ["a comment made by a definition", "$C=${_HASH}\n$C a b\nd", [["d"]]],
];

for (const [name, text, expected] of trees) {
  test(`parse() reads ${name}`, () => {
    const { entries, diagnostics } = read(text, { configId: "low", environment: { E: "e" } });
    assert.deepEqual(shape(entries), expected);
    assert.deepEqual(found(diagnostics), []);
  });
}

test("parse() leaves names that are not defined as they are", () => {
  const { entries, diagnostics } = read("a $X ${Y}z $");
  assert.deepEqual(shape(entries), [["a", "$X", "${Y}z", "$"]]);
  assert.deepEqual(found(diagnostics), []);
});

test("parse() says where a defined name is not replaced", () => {
  const { entries, diagnostics } = read("$N=1\na 10.0.0.$N/24 10.0.0.${N}/24");
  assert.deepEqual(shape(entries), [["a", "10.0.0.$N/24", "10.0.0.1/24"]]);
  assert.deepEqual(found(diagnostics), ["main:2:10 not-expanded"]);
});

test("parse() draws ${_RANDOM} from the seed, within its bounds", () => {
  const text = "a ${_RANDOM 5 7} ${_RANDOM} ${_RANDOM 9 1}";
  const words = (seed: number) => shape(read(text, { seed: () => seed }).entries);
  assert.deepEqual(words(1), words(1));
  for (let seed = 0; seed < 50; seed++) {
    const [, bounded, free] = (words(seed)[0] ?? []) as string[];
    assert.ok(["5", "6", "7"].includes(bounded ?? ""));
    assert.ok(Number(free) >= 0 && Number(free) <= 32767);
  }
});

test("every word knows its place", () => {
  const { entries } = read('$A=long value\n  a \\\n "b c" # d\nx {\n\te $A }\n');
  const places = (list: readonly Entry[]): string[] =>
    list.flatMap(({ words, block }) => [
      ...words.map(({ text, at }) => `${text} ${at.line}:${at.column}+${at.length}`),
      ...places(block?.entries ?? []),
    ]);
  assert.deepEqual(places(entries), [
    "a 2:3+1",
    "b c 3:2+5",
    "x 4:1+1",
    "e 5:2+1",
    "long 5:4+2",
    "value 5:4+2",
  ]);
});

test("words know their offsets in the text of the entry", () => {
  const { entries } = read("  a  'b  c' d { e }");
  const [entry] = entries;
  assert.equal(entry?.text.slice(entry.words[1]?.offset, entry.words.at(-1)?.end), "'b  c' d");
});

const faults: readonly (readonly [string, string, readonly string[], ParseOptions?])[] = [
  ["a quote without its partner, at the quote", 'a\n b "c }\nd', ["main:2:4 unmatched-quote"]],
  ["a missing brace, at its partner", "a {\n b {\n c\n}\n", ["main:1:3 missing-brace"]],
  ["many missing braces once", "a { b { c {", ["main:1:3 missing-brace"]],
  ["extra braces once", "a }\n}\n}", ["main:1:3 extra-brace"]],
  ["a block of nothing", "{ a }\nb", ["main:1:1 unexpected-brace"]],
  ["nested blocks of nothing once", "{{{ a }}}", ["main:1:1 unexpected-brace"]],
  ["a NUL byte", "a\nb\0c\nd", ["main:2:2 nul-byte"]],
  ["a definition of itself", "$A=$A b\nc $A", ["main:2:3 endless-definition"]],
  ["lines that define themselves", "$A= \\\n$A \\\n$A\n$A", ["main:2:1 endless-definition"]],
  ["a sequence without step", "~SEQ(I, 1, 0, 2) a", ["main:1:6 invalid-sequence"]],
  ["a sequence that goes the wrong way", "~SEQ(I, 1, -1, 2) a", ["main:1:6 invalid-sequence"]],
  ["a sequence of no numbers", "~SEQ(I, a) b", ["main:1:6 invalid-sequence"]],
  ["a sequence without its end", "~SEQ(I, 1", ["main:1:6 invalid-sequence"]],
  ["a list without values", "~LST(V) b", ["main:1:6 invalid-sequence"]],
  ["a list with quotes", '~LST(V, "a b") b', ["main:1:6 invalid-sequence"]],
  ["a sequence without an end", "~SEQ(I, 1, 9007199254740991) a", ["main:1:1 endless-definition"]],
  ["a file that is not there", "include x", ["main:1:9 file-not-found"]],
  ["an include without a name", "include", ["main:1:7 missing-argument"]],
  ["an include of itself", "a\n include main\nb", ["main:2:10 include-cycle"]],
];

for (const [name, text, expected, options] of faults) {
  test(`parse() reports ${name}`, () => {
    assert.deepEqual(found(read(text, options).diagnostics), expected);
  });
}

test("parse() ignores the line of a NUL byte and goes on", () => {
  assert.deepEqual(shape(read("a\nb\0c\nd").entries), [["a"], ["d"]]);
});

test("parse() with a grammar closes the block whose brace is missing", () => {
  const text = "group {\n list {\n  a\n size 1\n}\nother x\n";
  const { entries, diagnostics } = read(text, { grammar });
  assert.deepEqual(shape(entries), [["group", [["list", [["a"]]], ["size", "1"]]], ["other", "x"]]);
  assert.deepEqual(found(diagnostics), ["main:2:7 missing-brace"]);
  assert.equal(diagnostics[0]?.hint, "add } before 'size' in line 4");
});

test("parse() with a grammar closes several levels at once", () => {
  const { entries, diagnostics } = read("group {\n list {\n a\nother x\nother y", { grammar });
  assert.deepEqual(shape(entries), [["group", [["list", [["a"]]]]], ["other", "x"], [
    "other",
    "y",
  ]]);
  assert.deepEqual(found(diagnostics), ["main:2:7 missing-brace", "main:1:7 missing-brace"]);
});

test("parse() with a grammar reopens the block that an extra brace closed", () => {
  const { entries, diagnostics } = read("group {\n list {\n a\n}\n}\n size 1\n}\nother x", {
    grammar,
  });
  assert.deepEqual(shape(entries), [["group", [["list", [["a"]]], ["size", "1"]]], ["other", "x"]]);
  assert.deepEqual(found(diagnostics), ["main:5:1 extra-brace"]);
});

test("parse() does not ask the grammar if the braces balance", () => {
  const refuse = () => assert.fail("asked");
  assert.equal(read("a {\n b\n}", { grammar: refuse }).diagnostics.length, 0);
});

test("parse() says why the main file cannot be read", () => {
  const { diagnostics, sources } = parse("x", () => [{ path: "x", error: "permission denied" }]);
  assert.deepEqual(found(diagnostics), ["x:1:1 no-configuration"]);
  assert.match(diagnostics[0]?.message ?? "", /permission denied/);
  assert.equal(sources.size, 0);
});

test("random_seed begins ${_RANDOM} anew", () => {
  const words = (text: string, seed: number) =>
    shape(read(text, { seed: () => seed }).entries).at(-1);
  const text = "g {\nrandom_seed 5\n}\na ${_RANDOM} ${_RANDOM}";
  assert.deepEqual(words(text, 1), words(text, 2));
  assert.deepEqual(words(text, 1), words("a ${_RANDOM} ${_RANDOM}", 5));
  assert.deepEqual(words("g { random_seed 5 }\na ${_RANDOM} ${_RANDOM}", 1), words(text, 2));
  assert.notDeepEqual(words(text, 1), words("g {\nrandom_seed 6\n}\na ${_RANDOM} ${_RANDOM}", 1));
});

test("parse() knows the directory of each file", () => {
  const words = (path: string) =>
    shape(parse(path, () => [{ path, text: "a ${_PWD}" }]).entries).flat()[1];
  assert.deepEqual(["a.conf", "/a.conf", "/etc/a.conf", "b/c/a.conf"].map(words), [
    ".",
    "/",
    "/etc",
    "b/c",
  ]);
});

test("parse() takes predefined names with their arguments only", () => {
  const text = "${_PWD x} ${_INSTANCE x} ${_ENV} ${_ENV A} ${_ENV B} ${_HASH x} ${_NOSUCH}";
  const { entries } = read(`a ${text}`, { configId: "i", environment: { A: "1", "": "2" } });
  assert.deepEqual(shape(entries).flat().slice(1), [
    "${_PWD x}",
    "${_INSTANCE x}",
    "${_ENV}",
    "1",
    "${_ENV B}",
    "${_HASH x}",
    "${_NOSUCH}",
  ]);
  assert.deepEqual(shape(read("a ${_INSTANCE}").entries), [["a", "${_INSTANCE}"]]);
});

test("parse() draws ${_RANDOM} evenly between both bounds", () => {
  const text = "~SEQ(I, 300) ${_RANDOM 5 7}";
  const drawn = shape(read(text, { seed: () => 3 }).entries).flat();
  const counts = ["5", "6", "7"].map((it) => drawn.filter((word) => word === it).length);
  assert.equal(counts.reduce((sum, count) => sum + count), 300);
  assert.ok(counts.every((count) => count > 60), counts.join(" "));
  assert.deepEqual(shape(read("a ${_RANDOM 4 4} ${_RANDOM 32767}").entries), [["a", "4", "32767"]]);
});

test("parse() refuses ${_RANDOM} with bounds that are none", () => {
  const refused = ["${_RANDOM 2 1}", "${_RANDOM a}", "${_RANDOM 1 b}", "${_RANDOM 1 2 3}"];
  assert.deepEqual(shape(read(`a ${refused.join(" ")}`).entries), [["a", ...refused]]);
});

test("parse() draws the same without a seed and with 0", () => {
  const text = "a ${_RANDOM} ${_RANDOM}";
  assert.deepEqual(shape(read(text).entries), shape(read(text, { seed: () => 0 }).entries));
  assert.notDeepEqual(shape(read(text).entries), shape(read(text, { seed: () => 1 }).entries));
});

test("parse() without a name takes the lines that are not for another one", () => {
  const text = "@a b\n@^a c\n@a\n  @^b d\n  @b \n@^c\n@^c ";
  assert.deepEqual(shape(read(text).entries), [["c"], ["d"]]);
  assert.deepEqual(shape(read(text, { configId: "a" }).entries), [["b"], ["d"]]);
  assert.deepEqual(shape(read(text, { configId: "b" }).entries), [["c"]]);
});

test("parse() takes random_seed up to 32 bits, and as a keyword only", () => {
  const words = (text: string) =>
    shape(read(`${text}\na \${_RANDOM}`, { seed: () => 9 }).entries).at(-1);
  const unchanged = words("");
  assert.notDeepEqual(words("random_seed 4294967295"), unchanged);
  assert.deepEqual(words("random_seed 4294967296"), unchanged);
  assert.deepEqual(words("x random_seed 5"), unchanged);
  assert.deepEqual(words("random_seed 5x"), unchanged);
});
