import type { IpFamily } from "@keepalived/ip-address";
import type { Authentication } from "./model.ts";

/** Addresses that the count of an advertisement has room for (RFC 9568 §5.2.5). */
const MOST_ADDRESSES = 255;
/** Where the host does not say otherwise. */
const ETHERNET_MTU = 1500;
const ETHERNET_HEADER = 14;
const VRRP_HEADER = 8;
/** Authentication data of version 2, always there. */
const VERSION_2_DATA = 8;
const AH_HEADER = 24;
const HMAC_TRAILER = 28;

/**
 * Addresses that one advertisement takes, at least one.
 *
 * The C daemon counts the Ethernet header as a part of the packet (observed at every MTU); so does this, so that both
 * send the same list.
 */
export function roomFor(packet: {
  readonly family: IpFamily;
  readonly version: 2 | 3;
  readonly authentication: Authentication["kind"];
  readonly hmac: boolean;
  readonly mtu: number | undefined;
}): number {
  const { family, version, authentication, hmac, mtu = ETHERNET_MTU } = packet;
  const room = mtu - ETHERNET_HEADER - (family === 4 ? 20 : 40) - VRRP_HEADER -
    (version === 2 ? VERSION_2_DATA : 0) - (authentication === "ah" ? AH_HEADER : 0) -
    (hmac ? HMAC_TRAILER : 0);
  return Math.max(1, Math.min(MOST_ADDRESSES, Math.floor(room / (family === 4 ? 4 : 16))));
}
