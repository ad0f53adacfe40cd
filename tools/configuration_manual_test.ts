import assert from "node:assert/strict";
import { test } from "node:test";
import { blockPlaces, DIAGNOSTIC_CODES, LINT_RULES } from "@keepalived/keepalived-config";
import { configurationManual, diagnosticsManual } from "./configuration_manual.ts";

function anchorsOf(page: string): string[] {
  return [...page.matchAll(/<a id="([^"]+)"><\/a>/g)].map(([, anchor]) => anchor ?? "");
}

test("configurationManual() has one anchor for every keyword, and no link to nowhere", () => {
  const page = configurationManual();
  const anchors = anchorsOf(page);
  assert.equal(new Set(anchors).size, anchors.length, "an anchor stands twice");
  for (const { places } of blockPlaces()) {
    for (const { path, keyword } of places) {
      assert.ok(
        anchors.includes([...path, keyword.name].join(".")),
        `${path.join(".")} ${keyword.name}`,
      );
    }
  }
  for (const [, target = ""] of page.matchAll(/\]\(#([^)]+)\)/g)) {
    assert.ok(anchors.includes(target), target);
  }
});

test("diagnosticsManual() has one anchor for every code", () => {
  const codes = [...Object.keys(DIAGNOSTIC_CODES), ...LINT_RULES.map(({ code }) => code)];
  assert.deepEqual(anchorsOf(diagnosticsManual()), codes);
});
