import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSections, printSections } from "./benchmark_document.ts";

test("what is written of benchmarks is read again", () => {
  const sections = [
    {
      name: "outage",
      summary: "for how long nobody answers",
      text: "date  today\n\nTitle\n\n  a  1",
    },
    { name: "scale", summary: "many", text: "1.0x" },
  ];
  const document = printSections(sections);
  assert.deepEqual(parseSections(document), sections);
  assert.equal(printSections(parseSections(document)), document);
});
