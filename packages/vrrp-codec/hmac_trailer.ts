import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import { familyOf, type IpAddress, ipToBytes } from "@keepalived/ip-address";
import { type Advertisement, encodeAdvertisement } from "./advertisement.ts";
import type { Stamp } from "./stamp.ts";

/**
 * What keepalived's `auth_hmac` appends to an advertisement, as releases from 2.4.2 on have it
 * (draft-cassen-vrrp-auth-hmac).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |     Type      |    Key ID     |           Reserved            |
 * |                            Seconds                            |
 * |           Fraction            |            Counter            |
 * |                                                               |
 * |                        Tag (16 bytes)                         |
 * ```
 */
export type HmacTrailer = {
  /** Which of the shared keys made the tag: 1–255. */
  readonly keyId: number;
  readonly stamp: Stamp;
  /** The first 16 bytes of an HMAC-SHA256. */
  readonly tag: Uint8Array;
};

/** Why bytes of the right length are no such trailer. */
export type HmacTrailerFault = "length" | "type" | "key-id" | "reserved";

/** HMAC-SHA256 of bytes with a certain key. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/** Bytes of a trailer: whatever has another length is none. */
export const hmacTrailerBytes = 28;

const tagBytes = 16;
const sha256 = 1;
const pseudoHeaderBytes = 20;
const noTag = new Uint8Array(tagBytes);

/** Reads a trailer. Whether the tag is right is not checked: it needs the key. */
export function decodeHmacTrailer(bytes: Uint8Array): Decoded<HmacTrailer, HmacTrailerFault> {
  if (bytes.length !== hmacTrailerBytes) return fault("length", bytes.length);
  const reader = new Reader(bytes);
  if (reader.u8() !== sha256) return fault("type", 0);
  const keyId = reader.u8();
  if (keyId === 0) return fault("key-id", 1);
  if (reader.u16be() !== 0) return fault("reserved", 2);
  const stamp = { seconds: reader.u32be(), fraction: reader.u16be(), counter: reader.u16be() };
  return ok({ keyId, stamp, tag: reader.take(tagBytes) });
}

/**
 * Writes a trailer.
 *
 * @param target buffer to fill, exactly as long as a trailer
 * @throws RangeError for what no trailer can hold
 */
export function encodeHmacTrailer(
  { keyId, stamp, tag }: HmacTrailer,
  target: Uint8Array = new Uint8Array(hmacTrailerBytes),
): Uint8Array {
  if (keyId === 0) throw new RangeError("Cannot write a trailer: key 0");
  return new Writer(target)
    .u8(sha256)
    .u8(keyId)
    .u16be(0)
    .u32be(stamp.seconds)
    .u16be(stamp.fraction)
    .u16be(stamp.counter)
    .put(tag)
    .finish();
}

/**
 * The tag that belongs into a message: of its addresses and interval, its trailer, and its source address.
 *
 * The checksum and the tag count as zero, and the destination does not count: all copies of an advertisement, to
 * whatever peers, have the same tag (testdata/hmac_*.txt).
 *
 * @param message an advertisement that ends in a trailer
 */
export function hmacTag(message: Uint8Array, source: IpAddress, digest: Digest): Uint8Array {
  const [versionAndType = 0, virtualRouterId = 0] = message;
  const bytes = new Uint8Array(pseudoHeaderBytes + message.length);
  bytes[0] = familyOf(source);
  bytes[1] = versionAndType >> 4;
  bytes[2] = virtualRouterId;
  bytes.set(ipToBytes(source), 4);
  bytes.set(message, pseudoHeaderBytes);
  bytes.fill(0, pseudoHeaderBytes + 6, pseudoHeaderBytes + 8);
  bytes.fill(0, bytes.length - tagBytes);
  return new Uint8Array(digest(bytes).subarray(0, tagBytes));
}

/** An advertisement with its trailer, for all destinations. */
export function signAdvertisement(
  advertisement: Advertisement,
  source: IpAddress,
  key: { readonly keyId: number; readonly stamp: Stamp; readonly digest: Digest },
): Advertisement {
  const blank = encodeHmacTrailer({ ...key, tag: noTag });
  // The checksum is no part of what is signed, so any destination does.
  const message = encodeAdvertisement(
    { ...advertisement, trailer: blank },
    { source, destination: source },
  );
  blank.set(hmacTag(message, source, key.digest), hmacTrailerBytes - tagBytes);
  return { ...advertisement, trailer: blank };
}
