import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLedger, checkLedgers, testNames } from "./check_ledger.ts";

const ledger = `# RFC 1

Requirements: 3.

- \`codec\`: \`codec_test.ts\`

## 1.1 Bytes (2)

- **MUST** be sent with
  a wrapped text.
  - shown: \`codec\` \`it encodes\`, \`codec\` \`case one\`
  - refuted: \`codec\` \`it refuses
    all else\`
- **MUST NOT** be heard.
  - not ours: hosts do that.

## 2 Words (1)

- **SHOULD** be short.
  - shown: \`codec\` \`it encodes\`
  - refuted: nothing to refute, there is no other length.
`;

const source = `
test("it encodes", () => {});
test(
  "it refuses all else",
  () => {},
);
for (const name of ["one", "two"]) test(\`case \${name}\`, () => {});
`;

const problemsOf = (text: string) =>
  checkLedger(text, (path) => path === "codec_test.ts" ? testNames(source, []) : undefined);

test("checkLedger() accepts a ledger that is complete", () => {
  assert.deepEqual(problemsOf(ledger), []);
  const known = ledger.replace("**SHOULD**", "**DOES**").replace(/ {2}- refuted: n.*\n/, "");
  assert.deepEqual(problemsOf(known), []);
});

const damages: readonly (readonly [string, (text: string) => string, RegExp])[] = [
  ["a row too few", (text) => text.replace(/- \*\*MUST NOT[^#]*/, ""), /1\.1.*1 .*2 stated/],
  ["a section too few", (text) => text.replace(/## 2[^]*/, ""), /2 requirements, 3 stated/],
  ["no total", (text) => text.replace(/Requirements.*/, ""), /no number stated/],
  ["a section without count", (text) => text.replace(" (1)", ""), /no count/],
  ["a test that is not there", (text) => text.replace("it encodes", "encodes"), /no test "enc/],
  ["a case that is not there", (text) => text.replace("case one", "case six"), /no test "case six/],
  ["a file that is not there", (text) => text.replace("codec_test", "x_test"), /no file x_test/],
  ["an unknown file", (text) => text.replace("`codec` `it", "`other` `it"), /no file is called/],
  ["nothing that refutes", (text) => text.replace(/ {2}- refuted: n.*\n/, ""), /neither shown/],
  ["a known level that is refuted", (text) => text.replace("**SHOULD**", "**DOES**"), /neither/],
  ["no reason", (text) => text.replace(", there is no other length", ""), /no tests, but/],
  [
    "a reason for what is shown",
    (text) => text.replace("- refuted: nothing", "- shown: nothing"),
    /neither/,
  ],
  ["no proof at all", (text) => text.replace(/ {2}- not ours.*\n/, ""), /nor excused: nothing/],
  ["an unknown level", (text) => text.replace("**SHOULD**", "**OUGHT**"), /unknown level/],
];

for (const [name, damage, pattern] of damages) {
  test(`checkLedger() tells of ${name}`, () => {
    const damaged = damage(ledger);
    assert.notEqual(damaged, ledger);
    assert.match(problemsOf(damaged).join("\n"), pattern);
  });
}

test("the ledgers are complete", () => {
  assert.deepEqual(checkLedgers(), []);
});
