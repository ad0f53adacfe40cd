import assert from "node:assert/strict";
import { test } from "node:test";
import { Backlog } from "./backlog.ts";

function backlog(): Backlog {
  return new Backlog(10, (lost) => `${lost} lost`);
}

test("Backlog gives lines in their order", () => {
  const waiting = backlog();
  for (const line of ["one", "two"]) waiting.push(line);
  assert.equal(waiting.first, "one");
  waiting.shift();
  assert.deepEqual(waiting.takeAll(), ["two"]);
  assert.ok(waiting.isEmpty);
});

test("Backlog drops what finds no room, and says how much before the next that does", () => {
  const waiting = backlog();
  for (const line of ["12345", "67890", "a", "bc"]) waiting.push(line);
  waiting.shift();
  for (const line of ["de", "f"]) waiting.push(line);
  assert.deepEqual(waiting.takeAll(), ["67890", "2 lost", "de"]);
  waiting.push("g");
  assert.deepEqual(waiting.takeAll(), ["1 lost", "g"]);
});
