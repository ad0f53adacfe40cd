import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import {
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  etherType,
  type Received,
} from "@keepalived/inet-codec";
import {
  decodeAdvertisement,
  decodeHmacTrailer,
  type Digest,
  encodeAdvertisement,
  encodeHmacTrailer,
  hmacTag,
  hmacTrailerBytes,
  signAdvertisement,
} from "./mod.ts";

const directory = new URL("testdata/", import.meta.url);
const keys: Readonly<Record<number, Uint8Array>> = {
  1: new TextEncoder().encode("ascii-key-of-exactly-32-bytes-ok"),
  7: Uint8Array.from({ length: 32 }, (_, i) => i),
};
const digestOf = (keyId: number): Digest => (bytes) =>
  createHmac("sha256", keys[keyId] ?? "").update(bytes).digest();

for (const name of readdirSync(directory).filter((it) => it.startsWith("hmac_")).sort()) {
  test(`hmacTag() and signAdvertisement() make every tag of testdata/${name}`, () => {
    let signed = 0;
    for (const { message, packet } of messagesOf(name)) {
      const decoded = decodeAdvertisement(message, packet);
      assert.ok(decoded.ok);
      const { trailer: bytes, checksumForm, ...advertisement } = decoded.value;
      if (bytes === undefined) continue;
      const trailer = decodeHmacTrailer(bytes);
      assert.ok(trailer.ok);
      const { keyId, stamp, tag } = trailer.value;
      const digest = digestOf(keyId);
      assert.deepEqual(hmacTag(message, packet.source, digest), tag);
      assert.deepEqual(encodeHmacTrailer(trailer.value, dirty()), bytes);
      const again = signAdvertisement(advertisement, packet.source, { keyId, stamp, digest });
      assert.deepEqual(encodeAdvertisement(again, { ...packet, checksumForm }), message);
      signed++;
    }
    assert.ok(signed >= 3);
  });
}

test("hmacTag() covers the source and every byte but checksum and tag, not the destination", () => {
  const path = { source: "192.0.2.2", destination: "224.0.0.18" };
  const digest = digestOf(7);
  const stamp = { seconds: 1, fraction: 2, counter: 3 };
  const message = encodeAdvertisement(
    signAdvertisement(
      {
        version: 3,
        virtualRouterId: 51,
        priority: 100,
        maxAdvertiseIntervalUs: 1_000_000,
        addresses: ["192.0.2.1"],
      },
      path.source,
      { keyId: 7, stamp, digest },
    ),
    path,
  );
  const tag = hmacTag(message, path.source, digest);
  assert.deepEqual(message.subarray(-16), tag);
  assert.notDeepEqual(hmacTag(message, "192.0.2.3", digest), tag);
  for (let at = 0; at < message.length; at++) {
    const changed = message.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    const ignored = at === 6 || at === 7 || at >= message.length - 16;
    assert.equal(
      hmacTag(changed, path.source, digest).every((byte, i) => byte === tag[i]),
      ignored,
      `byte ${at}`,
    );
  }
});

test("decodeHmacTrailer() refuses what it is not", () => {
  const bytes = encodeHmacTrailer({
    keyId: 7,
    stamp: { seconds: 1, fraction: 2, counter: 3 },
    tag: new Uint8Array(16),
  });
  const faultOf = (at: number, byte: number) => {
    const decoded = decodeHmacTrailer(bytes.with(at, byte));
    return decoded.ok ? undefined : [decoded.error.fault, decoded.error.offset];
  };
  assert.deepEqual(faultOf(0, 2), ["type", 0]);
  assert.deepEqual(faultOf(1, 0), ["key-id", 1]);
  assert.deepEqual(faultOf(3, 1), ["reserved", 2]);
  assert.equal(decodeHmacTrailer(bytes.subarray(1)).ok, false);
  assert.equal(decodeHmacTrailer(new Uint8Array(hmacTrailerBytes + 1)).ok, false);
  assert.throws(() => encodeHmacTrailer({ keyId: 0, stamp: zero, tag: new Uint8Array(16) }));
});

const zero = { seconds: 0, fraction: 0, counter: 0 };

function dirty(): Uint8Array {
  return new Uint8Array(hmacTrailerBytes).fill(0xa5);
}

function messagesOf(name: string): { message: Uint8Array; packet: Received }[] {
  const text = readFileSync(new URL(name, directory), "utf8");
  return [...text.matchAll(/((?:^[0-9a-f]+\n)+)> /gm)].map(([, hex = ""]) => {
    const frame = decodeEthernet(parseHex(hex) ?? new Uint8Array());
    assert.ok(frame.ok);
    const { payload, etherType: type } = frame.value;
    const packet = type === etherType.ipv4 ? decodeIpv4(payload) : decodeIpv6(payload);
    assert.ok(packet.ok);
    return { message: packet.value.payload, packet: packet.value };
  });
}
