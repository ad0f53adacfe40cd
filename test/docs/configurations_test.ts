/** Every configuration in the documents is right. */

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { lint } from "@keepalived/keepalived-config";
import { load, printed } from "../config/support.ts";
import { blocksOf } from "./blocks.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (document: string) =>
  readFileSync(new URL(`../../${document}`, import.meta.url), "utf8");
const documents = ["README.md", ...globSync("docs/*.md", { cwd: root })].map(String);

for (const document of documents) {
  for (const { language, text, line } of blocksOf(document)) {
    // Fences without a language are grammar, or parts.
    if (language !== "conf") continue;
    test(`${document}:${line} is a configuration without a mistake`, () => {
      const loaded = load(text);
      assert.deepEqual(
        printed({ ...loaded, diagnostics: [...loaded.diagnostics, ...lint(loaded)] }),
        [],
      );
    });
  }
}

test("what the documents link to is there", () => {
  const titles = new Set(documents);
  const others = globSync(["*.md", "docs/*.json", "packages/*/README.md"], { cwd: root });
  for (const path of others) titles.add(String(path));
  for (const document of documents) {
    const text = blocksOf(document).reduce(
      (rest, block) => rest.replace(block.text, ""),
      read(document),
    );
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const path = document.startsWith("docs/")
        ? new URL(`file:///docs/${target}`).pathname
        : `/${target}`;
      assert.ok(titles.has(path.slice(1)), `${document} links to ${target}`);
    }
  }
});
