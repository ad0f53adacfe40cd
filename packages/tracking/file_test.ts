import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseTrackedNumber } from "./file.ts";

const cases: readonly (readonly [string | undefined, number])[] = [
  [undefined, 0],
  ["", 0],
  ["\n", 0],
  ["5", 5],
  ["5\n", 5],
  ["-5\n", -5],
  ["+5", 5],
  [" \t\n7", 7],
  ["5\n6\n", 5],
  ["12 abc", 12],
  ["1.9", 1],
  ["1e2", 1],
  ["- 5", 0],
  ["--5", 0],
  ["abc", 0],
  ["abc 5", 0],
  ["010", 8],
  ["-010", -8],
  ["08", 0],
  ["00", 0],
  ["0x10", 16],
  ["-0XfF", -255],
  ["0x", 0],
  ["2147483647", 2147483647],
  ["2147483648", 2147483647],
  ["-2147483648", -2147483648],
  ["-2147483649", -2147483648],
  ["9".repeat(400), 2147483647],
  [`-${"9".repeat(400)}`, -2147483648],
];

for (const [text, expected] of cases) {
  test(`a file with ${JSON.stringify(text)?.slice(0, 20)} holds ${expected}`, () => {
    assert.equal(parseTrackedNumber(text), expected);
  });
}

test("any text gives a 32-bit integer, and the number that it begins with", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const value = parseTrackedNumber(text);
      assert.ok(Object.is(value, value | 0), `${value}`);
    }),
    { seed: 1 },
  );
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom("", "\n", " x", ".5"), (value, rest) => {
      assert.equal(parseTrackedNumber(`${value}${rest}`), value);
    }),
    { seed: 2 },
  );
});
