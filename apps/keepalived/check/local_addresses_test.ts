import assert from "node:assert/strict";
import { test } from "node:test";
import { isAmong } from "./local_addresses.ts";

test("isAmong() knows ranges, in the order of numbers, and families", () => {
  const range = (first: string, last: string) =>
    ({ kind: "addresses", first, last, port: 80 }) as const;
  const four = range("10.0.0.9", "10.0.0.11");
  const among = (address: string) => isAmong(address, four);
  assert.deepEqual(["10.0.0.8", "10.0.0.9", "10.0.0.10", "10.0.0.11", "10.0.0.12"].map(among), [
    false,
    true,
    true,
    true,
    false,
  ]);
  assert.equal(isAmong("::a00:a", four), false);
  assert.equal(isAmong("2001:db8::a", range("2001:db8::9", "2001:db8::10")), true);
  assert.equal(isAmong("10.0.0.9", { kind: "fwmark", mark: 1, family: 4 }), false);
});
