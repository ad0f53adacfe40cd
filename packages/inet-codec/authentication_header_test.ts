import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAuthenticationHeader, encodeAuthenticationHeader } from "./mod.ts";

const header = {
  protocol: 112,
  securityParametersIndex: 0x0a640001,
  sequenceNumber: 7,
  integrityCheckValue: new Uint8Array(12).fill(9),
  payload: Uint8Array.of(1, 2),
};

test("decodeAuthenticationHeader() gives what encodeAuthenticationHeader() wrote", () => {
  const bytes = encodeAuthenticationHeader(header);
  assert.deepEqual(decodeAuthenticationHeader(bytes), { ok: true, value: header });
});

test("decodeAuthenticationHeader() refuses each broken field", () => {
  const refuse = (fault: string, offset: number, change: (bytes: Uint8Array) => Uint8Array) => {
    const decoded = decodeAuthenticationHeader(change(encodeAuthenticationHeader(header)));
    assert.deepEqual(decoded, { ok: false, error: { fault, offset } });
  };
  refuse("length", 11, (bytes) => bytes.subarray(0, 11));
  refuse("payload-length", 1, (bytes) => bytes.fill(0, 1, 2));
  refuse("length", 23, (bytes) => bytes.subarray(0, 23));
});

test("encodeAuthenticationHeader() refuses a digest that is no whole number of words", () => {
  const odd = { ...header, integrityCheckValue: new Uint8Array(10) };
  assert.throws(() => encodeAuthenticationHeader(odd), RangeError);
});
