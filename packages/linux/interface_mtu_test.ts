import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { interfaceMtu } from "./mod.ts";

test("interfaceMtu() tells the length of the longest packet", () => {
  const shown = readFileSync("/sys/class/net/lo/mtu", "utf8");
  assert.equal(interfaceMtu("lo"), Number(shown));
});

test("interfaceMtu() knows no interface of another name", () => {
  assert.equal(interfaceMtu("no-such-one"), undefined);
  assert.equal(interfaceMtu("a-name-that-no-interface-can-have"), undefined);
});
