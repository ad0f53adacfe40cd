import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { grammar, read } from "./fixture.ts";
import type { Diagnostic, Entry } from "./mod.ts";

const pieces = fc.constantFrom(
  "a",
  "group",
  "list",
  " ",
  "\n",
  "{",
  "}",
  '"',
  "'",
  "\\",
  "\\\n",
  "#",
  "!",
  "$",
  "$A",
  "${A}",
  "$A=",
  "@low ",
  "@^low ",
  "include x\n",
  "\0",
  "\t",
  "${_RANDOM 1 ",
  "~SEQ(A, 1, 3) ",
);

test("any text gives a tree with places inside the text", () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const text = parts.join("");
      const { entries, diagnostics } = read(text, { configId: "low", grammar }, { x: "$A=1\nb\n" });
      const lines: Record<string, readonly string[]> = {
        main: text.split("\n"),
        x: ["$A=1", "b", ""],
      };
      const inside = ({ file, line, column, length }: Diagnostic["at"]) => {
        const source = lines[file]?.[line - 1];
        assert.ok(
          source !== undefined && column >= 1 && column <= source.length + 1 && length >= 1,
        );
      };
      for (const { at } of diagnostics) inside(at);
      const visit = (list: readonly Entry[]): void =>
        list.forEach(({ words, block }) => {
          words.forEach(({ at }) => inside(at));
          visit(block?.entries ?? []);
        });
      visit(entries);
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test("random bytes do not make it fail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      read(text, { grammar });
    }),
    { numRuns: 1000, seed: 8 },
  );
});
