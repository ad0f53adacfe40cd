import { formatMac, type IpFamily, type MacAddress } from "@keepalived/ip-address";

/**
 * The MAC address of a virtual router (RFC 9568 §7.3): 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6.
 *
 * @param virtualRouterId 1–255
 * @throws RangeError for another number
 */
export function virtualMac(family: IpFamily, virtualRouterId: number): MacAddress {
  if (!Number.isInteger(virtualRouterId) || virtualRouterId < 1 || virtualRouterId > 255) {
    throw new RangeError(`Not a virtual router identifier: ${virtualRouterId}`);
  }
  return formatMac(Uint8Array.of(0, 0, 0x5e, 0, family === 4 ? 1 : 2, virtualRouterId));
}
