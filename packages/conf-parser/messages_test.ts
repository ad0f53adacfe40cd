import assert from "node:assert/strict";
import { test } from "node:test";
import { grammar, read } from "./fixture.ts";
import { type Diagnostic, parse, type ParseOptions } from "./mod.ts";

/** `FILE:LINE:COLUMN+LENGTH SEVERITY[CODE]: MESSAGE | HINT` */
function whole({ at, severity, code, message, hint }: Diagnostic): string {
  const place = `${at.file}:${at.line}:${at.column}+${at.length}`;
  return `${place} ${severity}[${code}]: ${message}${hint === undefined ? "" : ` | ${hint}`}`;
}

const messages: readonly (readonly [string, string, readonly string[], ParseOptions?])[] = [
  ["a quote without its partner", 'a\n b "c }\nd', [
    "main:2:4+1 error[unmatched-quote]: Unterminated quote '\"c }' | a quoted word ends with \" on the same line",
  ]],
  [
    "a long text in short",
    '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy',
    [
      "main:1:1+1 error[unmatched-quote]: Unterminated quote '\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | a quoted word ends with \" on the same line",
      "main:2:1+1 error[unmatched-quote]: Unterminated quote '\"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…' | a quoted word ends with \" on the same line",
    ],
  ],
  ["one missing brace", "a {\n b {\n c\n}\n", [
    "main:1:3+1 error[missing-brace]: Missing '}' of block 'a' | add } at the end of the block",
  ]],
  ["two missing braces", "a { b {", [
    "main:1:3+1 error[missing-brace]: Missing '}' of block 'a' (and 1 more) | add } at the end of the block",
  ]],
  ["two extra braces", "a }}", [
    "main:1:3+1 error[extra-brace]: Extra '}' found (2 in all)",
  ]],
  ["how many braces are missing", "a { b { c {", [
    "main:1:3+1 error[missing-brace]: Missing '}' of block 'a' (and 2 more) | add } at the end of the block",
  ]],
  ["an extra brace", "a }", ["main:1:3+1 error[extra-brace]: Extra '}' found"]],
  ["how many braces are too many", "a }\n}\n}", [
    "main:1:3+1 error[extra-brace]: Extra '}' found (3 in all)",
  ]],
  ["a block of nothing", " { a }\nb", [
    "main:1:2+1 error[unexpected-brace]: Unexpected '{' - ignoring the block | a block follows a keyword, at the end of its line or on the next",
  ]],
  ["a NUL byte", "a\nb\u0000c\nd", ["main:2:2+1 error[nul-byte]: NUL byte: line ignored"]],
  ["a definition without end", "$A=$A b\nc $A", [
    "main:2:3+2 error[endless-definition]: Definition refers to itself or grows too long",
  ]],
  ["lines without end", "$A= \\\n$A \\\n$A\n $A", [
    "main:2:1+3 error[endless-definition]: Definition refers to itself or grows too long",
  ]],
  ["a wrong sequence", " ~SEQ(I, 1, 0, 2) a", [
    "main:1:7+10 error[invalid-sequence]: Invalid ~SEQ specification '~SEQ(I, 1, 0, 2) a' | write ~SEQ(VAR, START, STEP, END)",
  ]],
  ["a hexadecimal sequence without its end", "~SEQx(I, 1", [
    "main:1:7+4 error[invalid-sequence]: Invalid ~SEQx specification '~SEQx(I, 1' | write ~SEQ(VAR, START, STEP, END)",
  ]],
  ["a wrong list", "~LST(V) b", [
    "main:1:6+1 error[invalid-sequence]: Invalid ~LST specification '~LST(V) b' | write ~LST(VAR, VALUE, …)",
  ]],
  ["a name that is not replaced", "$N=1\na 10.0.0.$N/24 z", [
    "main:2:10+2 warning[not-expanded]: '$N' is not replaced here | write ${N}",
  ]],
  ["an include without a name", "include", [
    "main:1:7+1 error[missing-argument]: Include without a file name",
  ]],
  ["an include of itself", "a\n include main\nb", [
    "main:2:10+4 error[include-cycle]: 'main' includes itself | take this line out: the file is being read already",
  ]],
  ["an include of nothing", "  include  x y ", [
    "main:1:12+3 warning[file-not-found]: Config files missing 'x y' | create the file, or take this line out",
  ]],
  ["an include of no alternative", "include {a,b}", [
    "main:1:9+5 warning[file-not-found]: Config files missing '{a,b}' | create the file, or take this line out",
  ]],
  ["each alternative that is missing", "includeb {a,b}", [
    "main:1:10+5 error[file-not-found]: Config files missing 'a' | create the file, or take this line out",
    "main:1:10+5 error[file-not-found]: Config files missing 'b' | create the file, or take this line out",
  ]],
  [
    "an include of too many",
    "include {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}",
    ["main:1:9+60 error[include-limit]: Too many alternatives in '{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}'"],
  ],
  ["where a brace is missing", "group {\n list {\n  a\n size 1\n}\nother x\n", [
    "main:2:7+1 error[missing-brace]: Missing '}' of block 'list' | add } before 'size' in line 4",
  ], { grammar }],
  ["where two braces are missing", "group {\n list {\n a\nother x", [
    "main:2:7+1 error[missing-brace]: Missing '}' of block 'list' | add } before 'other' in line 4",
    "main:1:7+1 error[missing-brace]: Missing '}' of block 'group' | add } before 'other' in line 4",
  ], { grammar }],
  ["where a brace is too many", "group {\n list {\n a\n}\n}\n size 1\n}", [
    "main:5:1+1 error[extra-brace]: Extra '}' found | 'size' after it belongs to the block 'group'",
  ], { grammar }],
];

for (const [name, text, expected, options] of messages) {
  test(`parse() tells of ${name}`, () => {
    assert.deepEqual(read(text, options).diagnostics.map(whole), expected);
  });
}

test("parse() tells that the main file is not there", () => {
  const { entries, diagnostics, sources } = parse("m", () => []);
  assert.deepEqual(diagnostics.map(whole), [
    "m:1:1+1 error[no-configuration]: Unable to read configuration file 'm': not found",
  ]);
  assert.deepEqual([entries, sources.size], [[], 0]);
});

test("parse() tells why an included file cannot be read", () => {
  const { diagnostics } = parse(
    "m",
    (path) => path === "m" ? [{ path, text: "include u" }] : [{ path, error: "permission denied" }],
  );
  assert.deepEqual(diagnostics.map(whole), [
    "m:1:9+1 warning[file-not-readable]: Unable to read 'u': permission denied",
  ]);
});

test("parse() follows includes 32 deep", () => {
  const { diagnostics, sources } = parse("0", (path) => [
    { path, text: `include ${Number(path) + 1}` },
  ]);
  const chain = Array.from({ length: 32 }, (_, i) => `${i}:1`).join(", ");
  assert.deepEqual(diagnostics.map(whole), [
    `32:1:9+2 error[include-limit]: Files include each other more than 32 deep | included from ${chain}`,
  ]);
  assert.equal(sources.size, 33);
});

test("parse() reads 10,000 files at most", () => {
  const { diagnostics, sources } = parse(
    "m",
    (path) =>
      path === "m"
        ? [{ path, text: "include *" }]
        : Array.from({ length: 10_001 }, (_, i) => ({ path: `${i}`, text: "" })),
  );
  assert.deepEqual(diagnostics.map(whole), [
    "m:1:9+1 error[include-limit]: More than 10000 files are included",
    "m:1:9+1 error[include-limit]: More than 10000 files are included",
  ]);
  assert.equal(sources.size, 10_000);
});
