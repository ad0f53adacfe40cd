import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseHex } from "@keepalived/bytes";
import { decodeControl, encodeSource } from "./control.ts";

// As the kernel wrote them for a packet to 127.0.0.1 with TTL 64.
const received = parseHex(
  "1c00000000000000 00000000 08000000 01000000 7f000001 7f000001 00000000" +
    "1400000000000000 00000000 02000000 40000000 00000000",
) ?? new Uint8Array();

test("decodeControl() reads destination, interface and TTL", () => {
  assert.deepEqual(decodeControl(received), {
    destination: "127.0.0.1",
    interfaceIndex: 1,
    hopLimit: 64,
    stampUs: undefined,
  });
});

test("decodeControl() passes over entries of other kinds, and stops at one that is cut off", () => {
  const other = received.slice();
  other[12] = 99;
  assert.deepEqual(decodeControl(other), {
    destination: undefined,
    interfaceIndex: undefined,
    hopLimit: 64,
    stampUs: undefined,
  });
  assert.equal(decodeControl(received.subarray(0, 50)).hopLimit, undefined);
  assert.equal(decodeControl(received.subarray(0, 50)).destination, "127.0.0.1");
});

test("decodeControl() reads the time stamp of arrival", () => {
  const stamp = parseHex(
    "2000000000000000 01000000 40000000 0065cd1d00000000 40e2010000000000",
  ) ?? new Uint8Array();
  assert.equal(decodeControl(stamp).stampUs, 0x1dcd6500 * 1_000_000 + 123);
  assert.equal(decodeControl(stamp.subarray(0, 31)).stampUs, undefined);
});

test("decodeControl() takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => {
    decodeControl(bytes);
  }));
  fc.assert(fc.property(fc.nat({ max: received.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
    const changed = received.slice();
    changed[at] = value;
    decodeControl(changed);
  }));
});

test("encodeSource() for IPv6 reads back as it was", () => {
  const { destination, interfaceIndex } = decodeControl(encodeSource("fe80::7", 3));
  assert.deepEqual([destination, interfaceIndex], ["fe80::7", 3]);
});
