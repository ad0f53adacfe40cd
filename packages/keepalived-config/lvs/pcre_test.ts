import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { translateRegex } from "./pcre.ts";

/** Pattern, options, texts in which PCRE2 finds it, texts in which it does not. */
const rows: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["abc", "", ["xabcx"], ["ABC", "ab"]],
  ["abc", "caseless", ["xAbCx"], ["ab"]],
  ["^abc$", "", ["abc", "abc\n"], ["abc\n\n", "xabc", "\nabc", "abc\r"]],
  ["^abc$", "dollar_endonly", ["abc"], ["abc\n"]],
  ["^abc$", "multiline", ["x\nabc\ny", "abc"], ["x\rabc"]],
  ["x$(?:\n^)?", "multiline", ["x\n", "x"], ["xy"]],
  ["(?<=\n)^$", "multiline", [], ["a\n"]],
  ["(?<=\n)^$", "multiline alt_circumflex", ["a\n"], ["a"]],
  ["a.b", "", ["a b", "a\rb", "a\u2028b"], ["a\nb"]],
  ["a.b", "dotall", ["a\nb", "axb"], ["ab"]],
  ["\\Aab\\z", "", ["ab"], ["ab\n", "xab"]],
  ["ab\\Z", "multiline", ["ab\n", "ab"], ["ab\nx"]],
  ["a\\sb", "", ["a b", "a\tb", "a\vb"], ["a\u00a0b", "asb"]],
  ["a[\\s]b[\\S]", "", ["a bx"], ["a\u00a0bx", "a b "]],
  ["a\\Sb", "", ["axb", "a\u00a0b"], ["a b"]],
  ["\\d+\\D\\w\\W", "", ["12x_-"], ["12345"]],
  ["a\\hb\\Hc", "", ["a\tbxc", "a\u00a0bxc"], ["a\nbxc", "a\tb\tc"]],
  ["a\\vb", "", ["a\nb", "a\rb", "a\x85b"], ["a b", "a\tb"]],
  ["a\\Rb", "", ["a\r\nb", "a\nb"], ["ab"]],
  ["a\\Nb", "dotall", ["a b"], ["a\nb"]],
  ["\\Qa.b*\\E+", "", ["a.b*", "a.b**"], ["axb"]],
  ["\\103", "", ["C"], ["103"]],
  ["\\x41\\x{42}\\o{103}\\0", "", ["ABC\0"], ["ABC"]],
  ["\\a\\e\\f\\n\\r\\t", "", ["\x07\x1b\f\n\r\t"], ["aefnrt"]],
  ["[]a]b", "", ["]b", "ab"], ["b"]],
  ["[^]a]b", "", ["xb"], ["]b", "ab"]],
  ["x[]y", "allow_empty_class", [], ["xy", "x[]y"]],
  ["[[:digit:][:upper:]_-]+z", "", ["4Az", "-z"], ["az"]],
  ["[[:^digit:]]z", "", ["az"], ["4z"]],
  ["[\\b\\]\\-\\\\[]x", "", ["\bx", "]x", "-x", "\\x", "[x"], ["bx"]],
  ["[a\\-z]x", "", ["-x", "ax"], ["bx"]],
  ["[\\101-\\103]x", "", ["Bx"], ["Dx"]],
  ["(a)(b)\\2\\1", "", ["abba"], ["abab"]],
  ["(a)(b)\\g{-1}\\g1", "", ["abba"], ["abab"]],
  ["(?P<n>a|b)x(?P=n)\\k<n>", "", ["axaa"], ["axbb"]],
  ["(?'n'a)\\k<n>", "", ["aa"], ["ab"]],
  ["(a)b", "no_auto_capture", ["ab"], ["b"]],
  ["(?i)abc", "", ["ABC"], ["xyz"]],
  ["(?s-i)a.b", "caseless", ["a\nb"], ["A\nb"]],
  ["a(?i:b)c", "", ["aBc"], ["ABc"]],
  ["((?m)^b)", "", ["a\nb"], ["ab"]],
  ["a(?# remark )b", "", ["ab"], ["a b"]],
  [" a b # remark\n c\\ d [ #]", "extended", ["abc d ", "abc d#"], ["a b c d "]],
  ["a{2}b{2,}c{1,3}d{,2}", "", ["aabbcd{,2}"], ["abbcd"]],
  ["a{x", "", ["a{x"], ["a"]],
  ["a}/]", "", ["a}/]"], ["a"]],
  ["^<.*?>$", "ungreedy", ["<a><b>"], ["a"]],
  ["a|^b", "", ["xa", "b"], ["xb"]],
  ["a(?=b)(?!bc)(?<=a)(?<!x)", "", ["abd"], ["abc"]],
  ["a*?b+?c??", "", ["ab"], ["a"]],
  ["ü", "utf", ["ü"], ["u"]],
  ["^.$", "utf", ["😀", "ü"], ["ab"]],
  ["\\x{1f600}", "utf", ["😀"], ["x"]],
  ["^\\w\\d$", "utf ucp", ["ü٣", "a1"], ["-1"]],
  ["\\p{Lu}\\p{Greek}\\PL", "utf", ["Üα1"], ["üα1"]],
  ['a\\"b\\-\\#', "utf", ['a"b-#'], ["ab"]],
  ["\\u0041", "alt_bsux", ["A"], ["u0041"]],
];

for (const [pattern, options, found, missed] of rows) {
  test(`/${pattern}/ ${options}`, () => {
    const translated = translateRegex(pattern, options === "" ? [] : options.split(" "));
    assert.ok(translated.ok, JSON.stringify(translated));
    const regex = new RegExp(translated.source, translated.flags);
    for (const text of found) assert.ok(regex.test(text), `not in ${JSON.stringify(text)}`);
    for (const text of missed) assert.ok(!regex.test(text), `in ${JSON.stringify(text)}`);
  });
}

const refused: readonly (readonly [string, string])[] = [
  ["a++", "a possessive quantifier: ++"],
  ["(?>a)", "a group that begins with (?>a"],
  ["(?R)", "a group that begins with (?R"],
  ["(?1)", "a group that begins with (?1"],
  ["(?(1)a|b)", "a group that begins with (?(1"],
  ["(*ACCEPT)a", "a group that begins with (*ACC"],
  ["a(?i)b", "a group that begins with (?i"],
  ["a\\Kb", "the escape \\K"],
  ["\\Ga", "the escape \\G"],
  ["\\yx", "the escape \\y"],
  ["[\\y]", "the escape \\y in brackets"],
  ["[[:nosuch:]]", "the class [:nosuch:]"],
  ["\\p{L}", "\\p without the option utf"],
  ["(a", "a '(' without its ')'"],
  ["(a\\", "an end where more is to come"],
  ["a)", "a ')' without its '('"],
  ["[a", "a '[' without its ']'"],
  ["a\\", "an end where more is to come"],
];

for (const [pattern, problem] of refused) {
  test(`/${pattern}/ is refused: ${problem}`, () => {
    assert.deepEqual(translateRegex(pattern, []), {
      ok: false,
      problem,
    });
  });
}

test("what JavaScript itself refuses is refused with its words", () => {
  const translated = translateRegex("(?<n>a)(?<n>b)", []);
  assert.equal(translated.ok, false);
  assert.equal(translateRegex("b{3,1}", []).ok, false);
  assert.equal(translateRegex("*a", []).ok, false);
});

test("translateRegex() never throws, and what it gives can be compiled", () => {
  const parts = fc.constantFrom(
    ..."()[]{}|\\^$.*+?-,:<>=!#'\"/ \nPQEabdswiRx{2}019".split(""),
    "(?",
    "[:alpha:]",
    "\\x{",
    "(?<n>",
    "\\k<n>",
    "😀",
  );
  const pattern = fc.string({ unit: parts, maxLength: 14 });
  const options = fc.subarray([
    "caseless",
    "extended",
    "utf",
    "ucp",
    "ungreedy",
    "multiline",
    "alt_bsux",
  ]);
  fc.assert(
    fc.property(pattern, options, (pattern, options) => {
      const translated = translateRegex(pattern, options);
      if (translated.ok) new RegExp(translated.source, translated.flags);
      else assert.notEqual(translated.problem, "");
    }),
    { seed: 5, numRuns: 20_000 },
  );
});
