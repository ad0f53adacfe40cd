import assert from "node:assert/strict";
import { test } from "node:test";
import { Witness } from "./witness.ts";

test("a witness tells whether the world gives other answers than it gave", () => {
  const files = new Map([["a", "one"], ["b", "two"]]);
  const witness = new Witness();
  const read = witness.of((name: string) => [{ text: files.get(name) }]);
  assert.deepEqual(read("a"), [{ text: "one" }]);
  assert.ok(witness.isAsItWas());
  files.set("b", "other"); // Nobody asked.
  assert.ok(witness.isAsItWas());
  files.set("a", "ONE");
  assert.ok(!witness.isAsItWas());
  files.set("a", "one");
  assert.ok(witness.isAsItWas());
  files.delete("a");
  assert.ok(!witness.isAsItWas());
});

test("a witness asks the world once, and notices each of several questions", () => {
  let asked = 0;
  let size = 7;
  const witness = new Witness();
  const exists = witness.of((name: string) => {
    asked++;
    return name === "eth0";
  });
  const sizeOf = witness.of((_: string) => size);
  assert.deepEqual([exists("eth0"), exists("eth0"), exists("eth1")], [true, true, false]);
  assert.equal(asked, 2);
  assert.equal(sizeOf("eth0"), 7);
  size = 8;
  assert.equal(sizeOf("eth0"), 7);
  assert.ok(!witness.isAsItWas());
});
