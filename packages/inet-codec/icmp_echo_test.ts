import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeIcmpEcho, encodeIcmpEcho } from "./mod.ts";

const ipv4 = { source: "10.0.0.1", destination: "10.0.0.2" };
const ipv6 = { source: "fe80::1", destination: "fe80::2" };
const echo = {
  kind: "request",
  identifier: 0x1234,
  sequenceNumber: 0xfffe,
  data: Uint8Array.of(7, 8, 9),
} as const;

test("decodeIcmpEcho() gives what encodeIcmpEcho() wrote, in both families", () => {
  for (const [path, types] of [[ipv4, [8, 0]], [ipv6, [128, 129]]] as const) {
    for (const [i, kind] of (["request", "reply"] as const).entries()) {
      const bytes = encodeIcmpEcho({ ...echo, kind }, path, new Uint8Array(11).fill(0xa5));
      assert.equal(bytes[0], types[i]);
      assert.deepEqual(decodeIcmpEcho(bytes, path), { ok: true, value: { ...echo, kind } });
    }
  }
});

test("decodeIcmpEcho() sums the addresses in ICMPv6 only", () => {
  const other = { source: "fe80::1", destination: "fe80::3" };
  assert.equal(decodeIcmpEcho(encodeIcmpEcho(echo, ipv6), other).ok, false);
  const otherIpv4 = { source: "10.0.0.1", destination: "10.0.0.3" };
  assert.equal(decodeIcmpEcho(encodeIcmpEcho(echo, ipv4), otherIpv4).ok, true);
});

test("decodeIcmpEcho() refuses each broken field", () => {
  const refuse = (fault: string, offset: number, change: (bytes: Uint8Array) => Uint8Array) => {
    const decoded = decodeIcmpEcho(change(encodeIcmpEcho(echo, ipv4)), ipv4);
    assert.deepEqual(decoded, { ok: false, error: { fault, offset } });
  };
  refuse("length", 7, (bytes) => bytes.subarray(0, 7));
  refuse("type", 0, (bytes) => bytes.fill(3, 0, 1));
  refuse("code", 1, (bytes) => bytes.fill(1, 1, 2));
  refuse("checksum", 2, (bytes) => bytes.fill(1, 8, 9));
});
