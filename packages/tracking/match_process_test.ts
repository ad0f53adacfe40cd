import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesProcess, type ProcessPattern } from "./match_process.ts";

/** Pattern, name, command line, and whether they match. */
const cases: readonly (readonly [Partial<ProcessPattern>, string, string, boolean])[] = [
  [{}, "nginx", "nginx: worker", true],
  [{}, "nginx2", "nginx", false],
  [{}, "ngin", "nginx", false],
  [{}, "nginx", "", true],
  [{ command: "a-name-longer-than-15" }, "a-name-longer-t", "", true],
  [{ command: "fifteen-letters" }, "fifteen-letters", "", true],
  [{ command: "a-name-longer-than-15" }, "a-name-longer-than-15", "", false],
  [{ command: "a-name-longer-t" }, "a-name-longer-t", "", true],
  [{ fullCommand: true }, "nginx", "/usr/sbin/nginx -g", false],
  [{ fullCommand: true }, "other", "nginx -g", true],
  [{ fullCommand: true }, "nginx", "", false],
  [{ match: "exact", parameters: [] }, "nginx", "nginx", true],
  [{ match: "exact", parameters: [] }, "nginx", "nginx -g", false],
  [{ match: "exact", parameters: ["-g", "x"] }, "nginx", "nginx -g x", true],
  [{ match: "exact", parameters: ["-g", "x"] }, "nginx", "nginx -g xy", false],
  [{ match: "exact", parameters: ["-g", "x"] }, "nginx", "nginx -g x y", false],
  [{ match: "exact", parameters: ["-g", "x"] }, "nginx", "nginx -g", false],
  [{ match: "initial", parameters: ["-g", "x"] }, "nginx", "nginx -g xy", true],
  [{ match: "initial", parameters: ["-g", "x"] }, "nginx", "nginx -gg xy", false],
  [{ match: "initial", parameters: ["-g", "x"] }, "nginx", "nginx -g yx", false],
  [{ match: "initial", parameters: ["-g", "x"] }, "nginx", "nginx -g x y", false],
  [{ match: "initial", parameters: ["-g", "x"] }, "nginx", "nginx -g", false],
  [{ match: "partial", parameters: ["-g", "x"] }, "nginx", "nginx -g x y", true],
  [{ match: "partial", parameters: ["-g", "x"] }, "nginx", "nginx -g x", true],
  [{ match: "partial", parameters: ["-g", "x"] }, "nginx", "nginx -g xy z", false],
  [{ match: "partial", parameters: ["-g", "x"] }, "nginx", "nginx -g", false],
  [{ match: "partial", parameters: [] }, "nginx", "nginx -g", true],
  [{ match: "none", parameters: ["ignored"] }, "nginx", "nginx -g", true],
  [{ match: "exact", parameters: ["-g"] }, "other", "nginx -g", false],
];

for (const [given, name, line, expected] of cases) {
  test(`${JSON.stringify(given)}: ${name} (${line}) ${expected ? "matches" : "does not match"}`, () => {
    const pattern: ProcessPattern = {
      command: "nginx",
      parameters: [],
      match: "none",
      fullCommand: false,
      ...given,
    };
    const commandLine = line === "" ? [] : line.split(" ");
    assert.equal(matchesProcess(pattern, { name, commandLine }), expected);
  });
}

test("what the kernel cuts a name to is counted in bytes, even amid a character", () => {
  const command = "éééééééé"; // 16 bytes
  const name = new TextDecoder().decode(new TextEncoder().encode(command).subarray(0, 15));
  const pattern = { command, parameters: [], match: "none", fullCommand: false } as const;
  assert.ok(matchesProcess(pattern, { name, commandLine: [] }));
  assert.ok(!matchesProcess(pattern, { name: command, commandLine: [] }));
});
