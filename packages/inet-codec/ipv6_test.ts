import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeIpv6, encodeIpv6 } from "./mod.ts";

const packet = {
  trafficClass: 0xc0,
  flowLabel: 0xf_edcb,
  hopLimit: 255,
  source: "fe80::1",
  destination: "ff02::12",
  extensionHeaders: [
    { protocol: 0, body: Uint8Array.of(5, 2, 0, 0, 1, 0) },
    { protocol: 60, body: new Uint8Array(14) },
  ],
  protocol: 112,
  payload: Uint8Array.of(1, 2, 3),
};

test("decodeIpv6() gives what encodeIpv6() wrote, extension headers included", () => {
  const bytes = encodeIpv6(packet);
  assert.deepEqual([bytes[6], bytes[40], bytes[48]], [0, 60, 112]);
  assert.deepEqual(decodeIpv6(bytes), { ok: true, value: packet });
});

test("encodeIpv6() takes zero for what is left out", () => {
  const { hopLimit, protocol, source, destination, payload } = packet;
  const bytes = encodeIpv6({ hopLimit, protocol, source, destination, payload });
  assert.deepEqual(bytes.subarray(0, 8), Uint8Array.of(0x60, 0, 0, 0, 0, 3, 112, 255));
});

test("decodeIpv6() refuses each broken field", () => {
  const refuse = (fault: string, offset: number, change: (bytes: Uint8Array) => Uint8Array) => {
    const decoded = decodeIpv6(change(encodeIpv6(packet)));
    assert.deepEqual(decoded, { ok: false, error: { fault, offset } });
  };
  refuse("length", 39, (bytes) => bytes.subarray(0, 39));
  refuse("version", 0, (bytes) => bytes.fill(0x45, 0, 1));
  refuse("length", 66, (bytes) => bytes.subarray(0, 66));
  refuse("extension-header", 49, (bytes) => bytes.fill(2, 49, 50));
  refuse("extension-header", 40, (bytes) => bytes.fill(1, 5, 6));
});

test("decodeIpv6() leaves fragments and unknown headers to the payload", () => {
  for (const protocol of [44, 51, 59, 139]) {
    const whole = { ...packet, extensionHeaders: [], protocol };
    assert.deepEqual(decodeIpv6(encodeIpv6(whole)), { ok: true, value: whole });
  }
});

test("encodeIpv6() refuses what no packet can hold", () => {
  const header = (protocol: number, length: number) => ({
    ...packet,
    extensionHeaders: [{ protocol, body: new Uint8Array(length) }],
  });
  assert.throws(() => encodeIpv6(header(0, 8)), RangeError);
  assert.throws(() => encodeIpv6(header(0, 2054)), RangeError);
  assert.throws(() => encodeIpv6(header(51, 6)), RangeError);
  assert.throws(() => encodeIpv6({ ...packet, flowLabel: 0x10_0000 }), RangeError);
  assert.throws(() => encodeIpv6({ ...packet, trafficClass: 256 }), RangeError);
  assert.throws(() => encodeIpv6({ ...packet, source: "10.0.0.1" }), RangeError);
  assert.throws(() => encodeIpv6({ ...packet, payload: new Uint8Array(65536) }), RangeError);
});
