/** The laws of codecs for what proves where an advertisement comes from: auth_hmac's trailer, the Authentication Header. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  decodeAuthenticationHeader,
  decodeIpv4,
  encodeAuthenticationHeader,
  encodeSealedIpv4,
  isSealIntact,
} from "@keepalived/inet-codec";
import { formatIp } from "@keepalived/ip-address";
import {
  type Advertisement,
  decodeAdvertisement,
  decodeHmacTrailer,
  encodeAdvertisement,
  encodeHmacTrailer,
  hmacTag,
  type HmacTrailer,
  hmacTrailerBytes,
  signAdvertisement,
} from "@keepalived/vrrp-codec";
import { edits, flipBit, mutate, record, runs } from "./mutation.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const u16 = fc.nat(0xffff);
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const stamp = record({ seconds: u32, fraction: u16, counter: u16 });
const keyId = fc.integer({ min: 1, max: 255 });
const trailers: fc.Arbitrary<HmacTrailer> = record({ keyId, stamp, tag: bytes(16) });
const ipv4 = bytes(4).map(formatIp);

const digest = (algorithm: string) => (data: Uint8Array): Uint8Array =>
  createHmac(algorithm, "secret").update(data).digest();

const advertisements: fc.Arbitrary<Advertisement> = record({
  version: fc.constantFrom(2 as const, 3 as const),
  virtualRouterId: fc.integer({ min: 1, max: 255 }),
  priority: fc.nat(255),
  maxAdvertiseIntervalUs: fc.constant(1_000_000),
  addresses: fc.array(ipv4, { minLength: 1, maxLength: 5 }),
});

test("what encodeHmacTrailer() writes, decodeHmacTrailer() reads", () => {
  fc.assert(
    fc.property(trailers, (trailer) => {
      const target = new Uint8Array(hmacTrailerBytes).fill(0xa5);
      const decoded = decodeHmacTrailer(encodeHmacTrailer(trailer, target));
      assert.deepEqual(decoded, { ok: true, value: trailer });
    }),
    runs(1000),
  );
});

test("decodeHmacTrailer() takes any bytes, and what it accepts survives", () => {
  let accepted = 0;
  fc.assert(
    fc.property(trailers, edits, (trailer, changes) => {
      const input = mutate(encodeHmacTrailer(trailer), changes);
      const decoded = decodeHmacTrailer(input);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= input.length);
      accepted++;
      assert.equal(input.length, hmacTrailerBytes);
      assert.deepEqual(encodeHmacTrailer(decoded.value), input);
    }),
    runs(2000),
  );
  assert.ok(accepted > 200, `${accepted} accepted`);
});

test("no bit of a signed advertisement changes unseen, but those of its checksum", () => {
  fc.assert(
    fc.property(advertisements, ipv4, stamp, keyId, (advertisement, source, stamp, keyId) => {
      const key = { keyId, stamp, digest: digest("sha256") };
      const signed = signAdvertisement(advertisement, source, key);
      const message = encodeAdvertisement(signed, { source, destination: "224.0.0.18" });
      const tagAt = message.length - 16;
      const isRight = (changed: Uint8Array) =>
        hmacTag(changed, source, key.digest).every((byte, i) => byte === changed[tagAt + i]);
      assert.ok(isRight(message));
      for (let bit = 0; bit < 8 * message.length; bit++) {
        const inChecksum = bit >= 48 && bit < 64;
        assert.equal(isRight(flipBit(message, bit)), inChecksum, `bit ${bit}`);
      }
    }),
    runs(20),
  );
});

test("one signature is good for every destination, and for no other source", () => {
  fc.assert(
    fc.property(advertisements, stamp, ipv4, ipv4, ipv4, (plain, stamp, source, to, other) => {
      const key = { keyId: 1, stamp, digest: digest("sha256") };
      const signed = signAdvertisement(plain, source, key);
      const message = encodeAdvertisement(signed, { source, destination: to });
      const decoded = decodeAdvertisement(message, { source, destination: to, hopLimit: 255 });
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value.trailer, signed.trailer);
      const tag = signed.trailer?.subarray(-16);
      assert.deepEqual(hmacTag(message, source, key.digest), tag);
      if (other !== source) assert.notDeepEqual(hmacTag(message, other, key.digest), tag);
    }),
    runs(300),
  );
});

const packets = record({
  typeOfService: fc.nat(255),
  identification: u16,
  hopLimit: fc.nat(255),
  protocol: fc.nat(255),
  source: ipv4,
  destination: ipv4,
  payload: fc.uint8Array({ maxLength: 60 }),
});
const headers = record({ securityParametersIndex: u32, sequenceNumber: u32 });

test("no bit of a sealed packet changes unseen, but those that routers change", () => {
  fc.assert(
    fc.property(packets, headers, fc.boolean(), (packet, header, coversHopLimit) => {
      const seal = { digest: digest("md5"), coversHopLimit };
      const sealed = encodeSealedIpv4(packet, header, seal);
      assert.ok(isSealIntact(sealed, seal));
      const mutable = new Set([1, 6, 7, 10, 11, ...coversHopLimit ? [] : [8]]);
      for (let bit = 0; bit < 8 * sealed.length; bit++) {
        assert.equal(isSealIntact(flipBit(sealed, bit), seal), mutable.has(bit >> 3), `bit ${bit}`);
      }
    }),
    runs(30),
  );
});

test("sealed packets open to what was sealed", () => {
  fc.assert(
    fc.property(packets, headers, (packet, header) => {
      const seal = { digest: digest("md5"), coversHopLimit: false };
      const outer = decodeIpv4(encodeSealedIpv4(packet, header, seal));
      assert.ok(outer.ok);
      const inner = decodeAuthenticationHeader(outer.value.payload);
      assert.ok(inner.ok);
      const { integrityCheckValue, ...value } = inner.value;
      assert.equal(integrityCheckValue.length, 12);
      assert.deepEqual(value, { ...header, protocol: packet.protocol, payload: packet.payload });
    }),
    runs(500),
  );
});

test("isSealIntact() and decodeAuthenticationHeader() take any bytes", () => {
  const seal = { digest: digest("md5"), coversHopLimit: true };
  fc.assert(
    fc.property(packets, headers, edits, (packet, header, changes) => {
      const sealed = encodeSealedIpv4(packet, header, seal);
      const changed = mutate(sealed, changes);
      const same = changed.length === sealed.length &&
        changed.every((byte, i) => byte === sealed[i]);
      if (isSealIntact(changed, seal)) {
        assert.deepEqual(
          changed.subarray(20),
          sealed.subarray(20),
          "only the IP header may differ",
        );
      } else assert.equal(same, false);
      const input = changed.subarray(20);
      const decoded = decodeAuthenticationHeader(input);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= input.length);
      const again = encodeAuthenticationHeader(decoded.value);
      assert.deepEqual(decodeAuthenticationHeader(again), decoded);
    }),
    runs(2000),
  );
});
