import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatHex } from "@keepalived/bytes";
import { formatIp } from "@keepalived/ip-address";
import { decodeSocketAddress, encodeSocketAddress, type SocketAddress } from "./sockaddr.ts";

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const ip = (length: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(formatIp);
const path = fc.stringMatching(/^[a-z/]{0,100}$/);

const addresses: fc.Arbitrary<SocketAddress> = fc.oneof(
  fc.record({ family: fc.constant("ipv4" as const), address: ip(4), port: u16 }),
  fc.record({ family: fc.constant("ipv6" as const), address: ip(16), port: u16, scopeId: u32 }),
  fc.record({
    family: fc.constant("packet" as const),
    protocol: u16,
    interfaceIndex: fc.integer({ min: 0, max: 0x7fff_ffff }),
    address: fc.uint8Array({ minLength: 0, maxLength: 8 }),
    packetType: fc.integer({ min: 0, max: 255 }),
  }),
  fc.record({ family: fc.constant("netlink" as const), portId: u32, groups: u32 }),
  fc.record({
    family: fc.constant("unix" as const),
    path: fc.oneof(path, path.map((name) => `\0${name}`)),
  }),
);

test("decodeSocketAddress(encodeSocketAddress(x)) is x", () => {
  fc.assert(fc.property(addresses, (address) => {
    assert.deepEqual(decodeSocketAddress(encodeSocketAddress(address)), { ...address });
  }));
});

test("decodeSocketAddress() takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 128 }), u16, (bytes, family) => {
    bytes.set([family % 20, 0].slice(0, bytes.length));
    decodeSocketAddress(bytes);
  }));
});

test("encodeSocketAddress() writes the kernel's structures", () => {
  const hex = (address: SocketAddress): string => formatHex(encodeSocketAddress(address));
  assert.equal(
    hex({ family: "ipv4", address: "192.0.2.1", port: 0x1234 }),
    "02001234c00002010000000000000000",
  );
  assert.equal(
    hex({ family: "ipv6", address: "fe80::1", port: 1, scopeId: 3 }),
    "0a00000100000000fe80000000000000000000000000000103000000",
  );
  assert.equal(hex({ family: "unix", path: "/a" }), "01002f6100");
  assert.equal(hex({ family: "unix", path: "\0a" }), "01000061");
});

test("encodeSocketAddress() refuses a path that does not fit", () => {
  assert.throws(() => encodeSocketAddress({ family: "unix", path: "x".repeat(108) }), RangeError);
});
