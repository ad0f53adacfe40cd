import assert from "node:assert/strict";
import { test } from "node:test";
import { finishChecksum, isIntact, sumPseudoHeader, sumWords, writeChecksum } from "./mod.ts";

test("sumWords() and finishChecksum() give the example of RFC 1071 §3", () => {
  const sum = sumWords(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7));
  assert.equal(sum, 0x2ddf0);
  assert.equal(finishChecksum(sum), 0xffff - 0xddf2);
});

test("sumWords() pads an odd last byte on the right, and continues a sum", () => {
  assert.equal(sumWords(Uint8Array.of(0x12)), 0x1200);
  assert.equal(sumWords(Uint8Array.of(3, 4), sumWords(Uint8Array.of(1, 2))), 0x0406);
});

test("finishChecksum() carries around the end more than once, beyond 32 bits too", () => {
  assert.equal(finishChecksum(0), 0xffff);
  assert.equal(finishChecksum(0xffff), 0);
  assert.equal(finishChecksum(0x1ffff), 0xfffe);
  assert.equal(finishChecksum(2 ** 40 + 1), 0xffff - (2 ** 8 + 1));
});

test("sumPseudoHeader() sums both families' layouts", () => {
  const path = { source: "10.0.0.1", destination: "10.0.0.2", protocol: 112, length: 20 };
  assert.equal(sumPseudoHeader(path), 0x0a00 + 1 + 0x0a00 + 2 + 112 + 20);
  const ipv6 = { source: "::1", destination: "ff02::12", protocol: 112, length: 0x1_0002 };
  assert.equal(sumPseudoHeader(ipv6), 1 + 0xff02 + 0x12 + 112 + 1 + 2);
});

test("writeChecksum() makes a message intact", () => {
  for (
    const bytes of [
      Uint8Array.of(1, 2, 0, 0, 5),
      new Uint8Array(6),
      Uint8Array.of(0xff, 0xff, 0, 0),
    ]
  ) {
    writeChecksum(bytes, 2, 0x1234);
    assert.equal(isIntact(sumWords(bytes, 0x1234)), true);
    assert.equal(isIntact(sumWords(bytes, 0x1235)), false);
  }
});
