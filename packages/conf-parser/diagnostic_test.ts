import assert from "node:assert/strict";
import { test } from "node:test";
import { collector, type Diagnostic } from "./mod.ts";

const at = { file: "f", line: 1, column: 1, length: 1 };
const diagnostic: Diagnostic = { severity: "warning", code: "x", message: "X", at };

test("collector() keeps a thousand findings, and says once that there are more", () => {
  const { list, report } = collector();
  for (let i = 0; i < 1000; i++) report(diagnostic);
  assert.equal(list.length, 1000);
  const later = { ...at, line: 7 };
  report({ ...diagnostic, at: later });
  report(diagnostic);
  assert.equal(list.length, 1001);
  assert.deepEqual(list[999], diagnostic);
  assert.deepEqual(list[1000], {
    severity: "error",
    code: "too-many",
    message: "More than 1000 findings: the rest is left out",
    at: later,
  });
});

test("collector() goes on with a list", () => {
  const mine = [diagnostic];
  const { list, report } = collector(mine);
  report(diagnostic);
  assert.equal(list, mine);
  assert.equal(mine.length, 2);
});
