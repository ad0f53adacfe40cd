/** What says where an advertisement comes from: the trailer of auth_hmac, the Authentication Header. */

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import {
  decodeAuthenticationHeader,
  encodeAuthenticationHeader,
  encodeSealedIpv4,
  isSealIntact,
} from "@keepalived/inet-codec";
import {
  aheadUs,
  decodeHmacTrailer,
  encodeHmacTrailer,
  hmacTag,
  hmacTrailerBytes,
  isAfter,
  nextStamp,
} from "@keepalived/vrrp-codec";
import { framesIn, join, obeyCodec, packetOf } from "./support.ts";

const digest = (data: Uint8Array): Uint8Array => createHmac("md5", "secret").update(data).digest();
const seal = { digest, coversHopLimit: false };

/** A packet that is right, and nothing else is. */
const sealed = encodeSealedIpv4(
  {
    typeOfService: 0xc0,
    identification: 1,
    hopLimit: 255,
    protocol: 112,
    source: "10.0.0.1",
    destination: "224.0.0.18",
    payload: Uint8Array.of(0x21, 51, 100, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  },
  { securityParametersIndex: 0x0a00_0001, sequenceNumber: 7 },
  seal,
);

/** What {@linkcode obeyAuthentication} takes, each with what it is. */
export function authenticationSeeds(): readonly Uint8Array[] {
  const folder = new URL("../../../packages/vrrp-codec/testdata/", import.meta.url);
  return [
    join(2, sealed),
    ...framesIn(folder).flatMap((frame) => [
      join(0, (packetOf(frame)?.payload ?? frame).slice(-hmacTrailerBytes)),
      join(1, frame.subarray(34)),
      join(2, frame.subarray(14)),
    ]),
  ];
}

/** Asserts the laws of one input. @param kind 0: a trailer, 1: a header, else a packet */
export function obeyAuthentication(kind: number, bytes: Uint8Array): void {
  switch (kind) {
    case 0: {
      const trailer = obeyCodec(bytes, decodeHmacTrailer, (it) => encodeHmacTrailer(it));
      if (trailer === undefined) return;
      assert.equal(bytes.length, hmacTrailerBytes);
      const { stamp } = trailer;
      const nowUs = 1_700_000_000_000_000;
      const next = nextStamp(stamp, nowUs);
      assert.ok(isAfter(next, stamp) !== isAfter(stamp, next));
      assert.ok(Number.isSafeInteger(aheadUs(stamp, nowUs)));
      return;
    }
    case 1:
      obeyCodec(bytes, decodeAuthenticationHeader, encodeAuthenticationHeader);
      return;
    default:
      // What routers change is not covered.
      if (isSealIntact(bytes, seal)) assert.deepEqual(bytes.slice(12), sealed.slice(12));
      if (bytes.length <= hmacTrailerBytes) return;
      assert.equal(hmacTag(bytes, "10.0.0.1", digest).length, 16);
  }
}
