/** Every code of a diagnostic is documented, and nothing else is. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { DIAGNOSTIC_CODES, explain, LINT_RULES } from "@keepalived/keepalived-config";
import { load, samples } from "./support.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const documented = new Set([
  ...Object.keys(DIAGNOSTIC_CODES),
  ...LINT_RULES.map(({ code }) => code),
]);

/** All sources that can make a diagnostic, without tests and without the documentation itself. */
const sources: readonly (readonly [file: string, text: string])[] = globSync(
  "{packages/conf-parser,packages/keepalived-config,apps/keepalived}/**/*.ts",
  { cwd: root },
).map(String)
  .filter((file) => !file.endsWith("_test.ts") && !file.endsWith("/diagnostic_codes.ts"))
  // Attempts of checkers have codes of their own, and so has genhash, which makes one.
  .filter((file) => !/^apps\/keepalived\/(check|genhash)\//.test(file))
  .map((file) => [file, readFileSync(`${root}/${file}`, "utf8")]);

/**
 * How the sources name a code: in a diagnostic, or as an argument of the functions that make one, behind a severity or
 * other arguments that are plain names.
 */
const NAMED = [
  /\bcode: "([a-z-]+)"/g,
  /\bcode = .*\? "([a-z-]+)" : "([a-z-]+)"/g,
  /\b(?:say|warn|fail|refuse|error|warning)\(\s*(?:"(?:error|warning|deprecation)",\s*)?"([a-z]+(?:-[a-z]+)*)",/g,
  /\b(?:refuse|reject|warn|say)\(\s*\w+,\s*(?:\w+,\s*)?"([a-z]+(?:-[a-z]+)+|family)"/g,
];

test("every code in the sources is documented", () => {
  let count = 0;
  for (const [file, text] of sources) {
    for (const pattern of NAMED) {
      for (const [, ...codes] of text.matchAll(pattern)) {
        for (const code of codes.filter((one) => one !== undefined)) {
          // The log of the daemon has levels with these names.
          if (["error", "warning", "info"].includes(code)) continue;
          count++;
          assert.ok(documented.has(code), `${file}: '${code}' is not documented`);
        }
      }
    }
  }
  assert.ok(count > 100, `only ${count} codes found`);
});

test("every documented code is in the sources", () => {
  for (const code of documented) {
    assert.ok(sources.some(([, text]) => text.includes(`"${code}"`)), `nothing says '${code}'`);
  }
});

test("every code of a finding about the samples is documented", () => {
  const codes = new Set(
    [...samples("confs"), ...samples("confs-bad")].flatMap(({ text }) =>
      load(text, { interfaceExists: () => false }).diagnostics.map(({ code }) => code)
    ),
  );
  assert.ok(codes.size > 10);
  for (const code of codes) assert.ok(documented.has(code), code);
});

test("explain() knows every code", () => {
  for (const code of documented) assert.ok(explain(code).found, code);
});
