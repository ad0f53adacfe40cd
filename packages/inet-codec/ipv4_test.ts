import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeIpv4, encodeIpv4, writeChecksum } from "./mod.ts";

const packet = {
  typeOfService: 0xc0,
  identification: 0x1234,
  dontFragment: true,
  moreFragments: false,
  fragmentOffsetBytes: 0,
  hopLimit: 255,
  protocol: 112,
  source: "10.0.0.1",
  destination: "224.0.0.18",
  options: Uint8Array.of(0x94, 4, 0, 0),
  payload: Uint8Array.of(1, 2, 3),
};

test("decodeIpv4() gives what encodeIpv4() wrote", () => {
  assert.deepEqual(decodeIpv4(encodeIpv4(packet)), { ok: true, value: packet });
  const fragment = {
    ...packet,
    dontFragment: false,
    moreFragments: true,
    fragmentOffsetBytes: 65528,
  };
  assert.deepEqual(decodeIpv4(encodeIpv4(fragment)), { ok: true, value: fragment });
});

test("encodeIpv4() takes zero for what is left out", () => {
  const { hopLimit, protocol, source, destination, payload } = packet;
  const bytes = encodeIpv4({ hopLimit, protocol, source, destination, payload });
  assert.equal(bytes.length, 23);
  assert.deepEqual(bytes.subarray(0, 8), Uint8Array.of(0x45, 0, 0, 23, 0, 0, 0, 0));
});

test("decodeIpv4() refuses each broken field", () => {
  const refuse = (fault: string, offset: number, change: (bytes: Uint8Array) => Uint8Array) => {
    const decoded = decodeIpv4(change(encodeIpv4(packet)));
    assert.deepEqual(decoded, { ok: false, error: { fault, offset } });
  };
  refuse("length", 19, (bytes) => bytes.subarray(0, 19));
  refuse("version", 0, (bytes) => bytes.fill(0x66, 0, 1));
  refuse("header-length", 0, (bytes) => bytes.fill(0x44, 0, 1));
  refuse("total-length", 2, (bytes) => bytes.fill(0, 2, 3).fill(23, 3, 4));
  refuse("length", 26, (bytes) => bytes.subarray(0, 26));
  refuse("checksum", 10, (bytes) => bytes.fill(0xff, 8, 10));
});

test("decodeIpv4() leaves out padding of the link", () => {
  const bytes = encodeIpv4({ ...packet, payload: new Uint8Array(30) });
  bytes[3] = 40;
  bytes.fill(0, 10, 12);
  writeChecksum(bytes.subarray(0, 24), 10);
  const decoded = decodeIpv4(bytes);
  assert.equal(decoded.ok && decoded.value.payload.length, 16);
});

test("encodeIpv4() refuses what no packet can hold", () => {
  assert.throws(() => encodeIpv4({ ...packet, options: new Uint8Array(3) }), RangeError);
  assert.throws(() => encodeIpv4({ ...packet, options: new Uint8Array(44) }), RangeError);
  assert.throws(() => encodeIpv4({ ...packet, fragmentOffsetBytes: 4 }), RangeError);
  assert.throws(() => encodeIpv4({ ...packet, fragmentOffsetBytes: 65536 }), RangeError);
  assert.throws(() => encodeIpv4({ ...packet, payload: new Uint8Array(65520) }), RangeError);
  assert.throws(() => encodeIpv4({ ...packet, source: "fe80::1" }), RangeError);
  assert.throws(() => encodeIpv4({ ...packet, hopLimit: 256 }), RangeError);
});
