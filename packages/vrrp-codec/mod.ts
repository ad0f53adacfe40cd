/**
 * VRRP version 2 and 3 advertisements as values.
 *
 * @example
 * ```ts
 * import { decodeAdvertisement, describeAdvertisement, encodeAdvertisement } from "@keepalived/vrrp-codec";
 *
 * const path = { source: "192.0.2.2", destination: "224.0.0.18" };
 * const message = encodeAdvertisement({
 *   version: 3,
 *   virtualRouterId: 51,
 *   priority: 200,
 *   maxAdvertiseIntervalUs: 1_000_000,
 *   addresses: ["192.0.2.1"],
 * }, path);
 * const decoded = decodeAdvertisement(message, { ...path, hopLimit: 255 });
 * if (decoded.ok) describeAdvertisement(decoded.value); // "VRRPv3 vrid 51 priority 200 interval 1 s 192.0.2.1"
 * ```
 *
 * @module
 */

export {
  type Advertisement,
  type AdvertisementFault,
  decodeAdvertisement,
  describeAdvertisement,
  encodeAdvertisement,
  type Path,
  type ReceivedAdvertisement,
} from "./advertisement.ts";
export type { Received } from "@keepalived/inet-codec";
export {
  type Authentication,
  type AuthenticationFault,
  authenticationType,
  checkAuthentication,
  headerAuthentication,
  simpleText,
} from "./authentication.ts";
export type { ChecksumForm } from "./checksum.ts";
export {
  decodeHmacTrailer,
  type Digest,
  encodeHmacTrailer,
  hmacTag,
  type HmacTrailer,
  hmacTrailerBytes,
  type HmacTrailerFault,
  signAdvertisement,
} from "./hmac_trailer.ts";
export { aheadUs, isAfter, nextStamp, type Stamp, stampAt } from "./stamp.ts";
export { vrrpGroup } from "./group.ts";
export { intervalLimitsUs } from "./interval.ts";
export { virtualMac } from "./virtual_mac.ts";
