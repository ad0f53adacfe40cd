import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Diagnostic, type Entry, type LoadedFile, parse, type ParseOptions } from "./mod.ts";

type Shape = readonly (string | Shape)[];

/** Words as strings, a block as an array behind them. */
function shape(entries: readonly Entry[]): Shape {
  return entries.map(({ words, block }) => [
    ...words.map(({ text }) => text),
    ...(block === undefined ? [] : [shape(block.entries)]),
  ]);
}

function read(text: string, options: ParseOptions = {}, files: Record<string, string> = {}) {
  const all: Record<string, string> = { main: text, ...files };
  return parse("main", (pattern): LoadedFile[] => {
    const found = all[pattern];
    return found === undefined ? [] : [{ path: pattern, text: found }];
  }, options);
}

function found(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ at, code }) => `${at.file}:${at.line}:${at.column} ${code}`);
}

const grammar = (path: readonly string[], keyword: string) => {
  const known: Record<string, string[]> = {
    "": ["group", "other"],
    group: ["list", "size"],
    "group/list": ["a", "b"],
  };
  return known[path.join("/")]?.includes(keyword) ?? true;
};

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

test("parse() reads included files in place, with definitions going both ways", () => {
  const files = { one: "b $A\n$B=2\n", two: "c {\n" };
  const { entries, sources } = read("$A=1\ninclude one\ninclude two\nd $B }\n", {}, files);
  assert.deepEqual(shape(entries), [["b", "1"], ["c", [["d", "2"]]]]);
  assert.deepEqual([...sources.keys()], ["main", "one", "two"]);
});

test("parse() replaces names in include paths and honours conditions before them", () => {
  const text = "include ${_INSTANCE}.x\n@high include nosuch\n";
  const { entries, diagnostics } = read(text, { configId: "low" }, { "low.x": "a" });
  assert.deepEqual(shape(entries), [["a"]]);
  assert.deepEqual(found(diagnostics), []);
});

test("parse() names the chain of a cycle", () => {
  const files = { one: "include two", two: "\ninclude one" };
  const { diagnostics } = read("include one", {}, files);
  assert.deepEqual(found(diagnostics), ["two:2:9 include-cycle"]);
  assert.equal(
    diagnostics[0]?.hint,
    "included from main:1, one:1; take this line out: the file is being read already",
  );
});

test("parse() stops at includes that double for ever", () => {
  const load = (
    pattern: string,
  ) => [{ path: pattern, text: `include a${pattern}\ninclude b${pattern}\n` }];
  const { diagnostics } = parse("x", load);
  assert.ok(diagnostics.every(({ code }) => code === "include-limit" || code === "too-many"));
  assert.ok(diagnostics.length > 0);
});

/** keyword, file that is there: unreadable, name missing, wildcard missing, alternative missing; E error, W warning, - nothing. */
const policies: readonly (readonly [string, string])[] = [
  ["include", "W W - W"],
  ["includer", "E W - W"],
  ["includem", "E E - E"],
  ["includew", "E E E E"],
  ["includeb", "E W - E"],
  ["includea", "E E E E"],
];

for (const [keyword, expected] of policies) {
  test(`${keyword} reports what it should`, () => {
    const load = (pattern: string): LoadedFile[] =>
      pattern === "bad" ? [{ path: "bad", error: "permission denied" }] : [];
    const marks = ["bad", "none", "none*", "{none,no}"].map((pattern) => {
      const text = `${keyword} ${pattern}`;
      const { diagnostics } = parse("m", (p) => p === "m" ? [{ path: "m", text }] : load(p));
      const severity = diagnostics[0]?.severity;
      return severity === undefined ? "-" : severity === "error" ? "E" : "W";
    });
    assert.equal(marks.join(" "), expected);
  });
}

test("parse() with strict includes makes every failure an error", () => {
  const { diagnostics } = read("include none*", { strictIncludes: true });
  assert.deepEqual(diagnostics.map(({ severity }) => severity), ["error"]);
});

test("parse() says why the main file cannot be read", () => {
  const { diagnostics, sources } = parse("x", () => [{ path: "x", error: "permission denied" }]);
  assert.deepEqual(found(diagnostics), ["x:1:1 no-configuration"]);
  assert.match(diagnostics[0]?.message ?? "", /permission denied/);
  assert.equal(sources.size, 0);
});

const pieces = fc.constantFrom(
  "a",
  "group",
  "list",
  " ",
  "\n",
  "{",
  "}",
  '"',
  "'",
  "\\",
  "\\\n",
  "#",
  "!",
  "$",
  "$A",
  "${A}",
  "$A=",
  "@low ",
  "@^low ",
  "include x\n",
  "\0",
  "\t",
  "${_RANDOM 1 ",
  "~SEQ(A, 1, 3) ",
);

test("any text gives a tree with places inside the text", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const text = parts.join("");
      const { entries, diagnostics } = read(text, { configId: "low", grammar }, { x: "$A=1\nb\n" });
      const lines: Record<string, readonly string[]> = {
        main: text.split("\n"),
        x: ["$A=1", "b", ""],
      };
      const inside = ({ file, line, column, length }: Diagnostic["at"]) => {
        const source = lines[file]?.[line - 1];
        assert.ok(
          source !== undefined && column >= 1 && column <= source.length + 1 && length >= 1,
        );
      };
      for (const { at } of diagnostics) inside(at);
      const visit = (list: readonly Entry[]): void =>
        list.forEach(({ words, block }) => {
          words.forEach(({ at }) => inside(at));
          visit(block?.entries ?? []);
        });
      visit(entries);
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test("random bytes do not make it fail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      read(text, { grammar });
    }),
    { numRuns: 1000, seed: 8 },
  );
});

/** Hostile texts of one megabyte: the time for four of them tells linear from quadratic. */
const hostile: readonly (readonly [string, string])[] = [
  ["one line of words", "abcdefgh "],
  ["opening braces", "a { "],
  ["braces of nothing", "{"],
  ["closing braces", "}"],
  ["quotes", '"'],
  ["dollars", "$a/"],
  ["open references", "${a "],
  ["escapes and references", "\\# $A "],
  ["continuations", "a \\\n"],
  ["NUL bytes", "\0\n"],
  ["conditions", "@a b\n"],
];

for (const [name, unit] of hostile) {
  test(`parse() is linear in ${name}`, () => {
    const time = (size: number) => {
      const text = "$A=b\n" + unit.repeat(size / unit.length);
      const start = performance.now();
      read(text, { grammar });
      return performance.now() - start;
    };
    time(50_000);
    const [small, large] = [Math.min(time(100_000), time(100_000)), time(800_000)];
    // Eight times the text: quadratic in its words would take far more than ten seconds. The rest is for a busy machine.
    assert.ok(large < 32 * small + 3000, `${small} ms, then ${large} ms`);
  });
}

test("parse() takes 100,000 nested blocks and a line of 10 MB", () => {
  const deep = read("a {".repeat(100_000) + "}".repeat(100_000));
  assert.equal(deep.diagnostics.length, 0);
  const long = read("a " + "b".repeat(10_000_000));
  assert.equal(long.entries[0]?.words[1]?.text.length, 10_000_000);
});

/** Lines before plain includes, and what these report: unreadable, name missing, wildcard missing, alternative missing. */
const checks: readonly (readonly [string, string])[] = [
  ["g {\ninclude_check read\n}", "E W - W"],
  ["g {\ninclude_check +match\n}", "E E - E"],
  ["g { include_check wildcard_match }", "E W E W"],
  ["g {\ninclude_check brace_match\n}", "E W - E"],
  ["g {\ninclude_check\n}", "E E E E"],
  ["include_check\ninclude_check -match -wildcard_match", "E W - E"],
  ["include_check\ninclude_check read", "E W - W"],
  ["include_check nosuch", "W W - W"],
];

for (const [lines, expected] of checks) {
  test(`include obeys ${lines.replaceAll("\n", " ")}`, () => {
    const load = (pattern: string): LoadedFile[] =>
      pattern === "bad" ? [{ path: "bad", error: "permission denied" }] : [];
    const marks = ["bad", "none", "none*", "{none,no}"].map((pattern) => {
      const text = `${lines}\ninclude ${pattern}`;
      const { diagnostics } = parse("m", (p) => p === "m" ? [{ path: "m", text }] : load(p));
      const severity = diagnostics[0]?.severity;
      return severity === undefined ? "-" : severity === "error" ? "E" : "W";
    });
    assert.equal(marks.join(" "), expected);
  });
}

test("include_check holds to the end of its file, and in the files that this includes", () => {
  const files = {
    one: "include_check match\ninclude two\n",
    two: "include none2\ninclude_check -match -read\ninclude none3\n",
  };
  const { diagnostics } = read("include one\ninclude none1\n", {}, files);
  assert.deepEqual(
    diagnostics.map(({ at, severity }) => `${at.file}:${at.line} ${severity}`),
    ["two:1 error", "two:3 warning", "main:2 warning"],
  );
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
