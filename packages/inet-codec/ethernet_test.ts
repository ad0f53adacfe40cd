import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeEthernet, encodeEthernet } from "./mod.ts";

const frame = {
  destination: "ff:ff:ff:ff:ff:ff",
  source: "02:00:00:00:00:01",
  etherType: 0x88b5,
  payload: Uint8Array.of(1, 2, 3),
};

test("decodeEthernet() keeps an unknown EtherType and owns its payload", () => {
  const bytes = encodeEthernet(frame);
  const decoded = decodeEthernet(bytes);
  bytes.fill(0);
  assert.deepEqual(decoded, { ok: true, value: frame });
});

test("decodeEthernet() refuses a cut header", () => {
  assert.deepEqual(decodeEthernet(encodeEthernet(frame).subarray(0, 13)), {
    ok: false,
    error: { fault: "length", offset: 13 },
  });
});

test("encodeEthernet() refuses a target of another size", () => {
  assert.throws(() => encodeEthernet(frame, new Uint8Array(16)), RangeError);
  assert.throws(() => encodeEthernet(frame, new Uint8Array(18)), RangeError);
});
