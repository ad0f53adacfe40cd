import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bundle.ts";
import type { Member } from "./members.ts";

/**
 * The program in the README of a package: all its TypeScript from top to bottom, and what its comments promise as
 * assertions.
 *
 * @throws Error if there is none
 */
export function readmeExample({ folder, manifest }: Member): string {
  const text = readFileSync(join(root, "packages", folder, "README.md"), "utf8");
  const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? "");
  if (blocks.length === 0) throw new Error(`${manifest.name}: the README has no example`);
  const lines = blocks.join("\n").split("\n").map(withAssertion);
  return `import assert from "node:assert/strict";\n${lines.join("\n")}`;
}

/** A line `expression; // value` with the comment as an assertion; every other line as it is. */
function withAssertion(line: string): string {
  const found = /^( *)([a-z][^=]*(?:=>[^=]*)*[^= ]); \/\/ (["[{\d].*|true|false)$/i.exec(line);
  const [, indent = "", expression = "", promise = ""] = found ?? [];
  if (found === null || /^(const|let|using|import|await|return) /.test(expression)) return line;
  const value = valueAtStart(promise);
  return value === undefined ? line : `${indent}assert.deepEqual(${expression}, ${value});`;
}

/** The literal that a comment is, or begins with: after a colon or semicolon it may go on in words. */
function valueAtStart(comment: string): string | undefined {
  for (const text of [comment, ...comment.split(/[:;,] /).slice(0, 1)]) {
    try {
      // Only to see that it is one.
      new Function(`return (${text});`)();
      return text;
    } catch {
      continue;
    }
  }
  return undefined;
}
