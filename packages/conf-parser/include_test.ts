import assert from "node:assert/strict";
import { test } from "node:test";
import { found, read, shape } from "./fixture.ts";
import { expandBraces, hasWildcard, type LoadedFile, parse } from "./mod.ts";

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

test("include_check of an included file ends with it", () => {
  const { diagnostics } = read("include one\ninclude none", {}, { one: "include_check match" });
  assert.deepEqual(diagnostics.map(({ severity }) => severity), ["warning"]);
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

test("expandBraces() stands for 1000 alternatives at most", () => {
  const choice = (count: number) => `{${Array.from({ length: count }, (_, i) => i).join(",")}}`;
  assert.equal(expandBraces(choice(1000))?.length, 1000);
  assert.equal(expandBraces(choice(1001)), undefined);
  assert.equal(expandBraces(choice(10) + choice(100))?.length, 1000);
  assert.equal(expandBraces(choice(10) + choice(101)), undefined);
});

/** Patterns, and what they stand for. */
const patterns: readonly (readonly [string, readonly string[]])[] = [
  ["", [""]],
  ["{,}", ["", ""]],
  ["{a,b,c}", ["a", "b", "c"]],
  ["x{a,b}y{c,d}z", ["xaycz", "xaydz", "xbycz", "xbydz"]],
  ["{a,{b}}", ["a", "{b}"]],
  ["{{a,b}}", ["{a}", "{b}"]],
  ["{{a,b},c}", ["a", "b", "c"]],
  ["{a{b,c}", ["{ab", "{ac"]],
  ["{a,b}}", ["a}", "b}"]],
  ["}{a,b", ["}{a,b"]],
  ["a,b", ["a,b"]],
];

for (const [pattern, expected] of patterns) {
  test(`expandBraces() makes ${expected.length} of '${pattern}'`, () => {
    assert.deepEqual(expandBraces(pattern), expected);
  });
}

test("hasWildcard() knows the wildcards", () => {
  assert.deepEqual(["a*", "?", "[ab]", "a{b,c}]", ""].map(hasWildcard), [
    true,
    true,
    true,
    false,
    false,
  ]);
});

test("an include hands its pattern and its file to the loader, once for each question", () => {
  const questions: string[] = [];
  const files: Record<string, string> = { m: 'include a{b,c}\ninclude "ab"\nx {', ab: "include d" };
  const load = (path: string, from: string | undefined): LoadedFile[] => {
    questions.push(`${from ?? "-"} ${path}`);
    return files[path] === undefined ? [] : [{ path, text: files[path] }];
  };
  parse("m", load, { grammar: () => true });
  assert.deepEqual(questions, ["- m", "m ab", "ab d", "m ac"]);
});

test("an include gives all files of a pattern, in their order", () => {
  const { entries, sources } = parse(
    "m",
    (path) =>
      path === "m"
        ? [{ path, text: "a\ninclude *.conf\nb" }]
        : [{ path: "1", text: "c" }, { path: "2", text: "d" }],
  );
  assert.deepEqual(shape(entries), [["a"], ["c"], ["d"], ["b"]]);
  assert.deepEqual([...sources], [["m", "a\ninclude *.conf\nb"], ["1", "c"], ["2", "d"]]);
});

test("an include is one only as the first word, and only by its keywords", () => {
  const { entries, diagnostics } = read("a include x\nincluded x\nincludez y\ninclude_x\n");
  assert.deepEqual(shape(entries), [["a", "include", "x"], ["included", "x"], ["includez", "y"], [
    "include_x",
  ]]);
  assert.deepEqual(found(diagnostics), []);
});

test("an include of two alternatives is content with one, unless each must match", () => {
  const files = { a: "x" };
  assert.deepEqual(found(read("includem {a,b}", {}, files).diagnostics), []);
  assert.deepEqual(found(read("includeb {a,b}", {}, files).diagnostics), [
    "main:1:10 file-not-found",
  ]);
});
