import assert from "node:assert/strict";
import { test } from "node:test";
import { arpOperation, decodeArp, encodeArp } from "./mod.ts";

const packet = {
  operation: arpOperation.reply,
  senderMac: "02:00:00:00:00:01",
  senderAddress: "10.0.0.1",
  targetMac: "02:00:00:00:00:02",
  targetAddress: "10.0.0.2",
};

test("decodeArp() gives what encodeArp() wrote, unknown operations included", () => {
  for (const operation of [1, 2, 8, 65535]) {
    const value = { ...packet, operation };
    assert.deepEqual(decodeArp(encodeArp(value)), { ok: true, value });
  }
});

test("decodeArp() refuses each broken field", () => {
  const refuse = (fault: string, offset: number, change: (bytes: Uint8Array) => Uint8Array) => {
    const decoded = decodeArp(change(encodeArp(packet)));
    assert.deepEqual(decoded, { ok: false, error: { fault, offset } });
  };
  refuse("length", 27, (bytes) => bytes.subarray(0, 27));
  refuse("hardware-type", 0, (bytes) => bytes.fill(6, 1, 2));
  refuse("protocol-type", 2, (bytes) => bytes.fill(0x86, 2, 3));
  refuse("address-length", 4, (bytes) => bytes.fill(8, 4, 5));
});

test("encodeArp() refuses IPv6 addresses", () => {
  assert.throws(() => encodeArp({ ...packet, targetAddress: "fe80::1" }), RangeError);
});
