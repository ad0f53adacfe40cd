import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import fc from "fast-check";
import { type AttributeTable, AttributeWriter, encodeAttributes } from "./mod.ts";

const table = {
  text: { number: 1, type: "string" },
  nest: { number: 2, type: "nested", table: { blob: { number: 3, type: "bytes" } }, flagged: true },
} as const satisfies AttributeTable;

const values = fc.record({
  text: fc.string({ maxLength: 20 }).filter((it) => !it.includes("\0")),
  nest: fc.record({ blob: fc.uint8Array({ maxLength: 40 }) }),
});

test("messages of one writer are what each is by itself, and stay so", () => {
  fc.assert(
    fc.property(fc.array(values), fc.nat(100), fc.nat(9), (all, roomBytes, headroom) => {
      const writer = new AttributeWriter(roomBytes);
      const together = all.map((it) => encodeAttributes(table, it, headroom, writer));
      const alone = all.map((it) => encodeAttributes(table, it, headroom));
      assert.deepEqual(together.map(formatHex), alone.map(formatHex));
    }),
    { seed: 3 },
  );
});

test("a nest that is flagged says so in its number", () => {
  const bytes = encodeAttributes(table, { nest: { blob: Uint8Array.of(7) } });
  assert.equal(formatHex(bytes), "0c000280" + "0500030007000000");
});
