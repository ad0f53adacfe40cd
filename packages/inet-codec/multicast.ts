import {
  familyOf,
  formatIp,
  formatMac,
  type IpAddress,
  ipToBytes,
  isMulticast,
  type MacAddress,
} from "@keepalived/ip-address";

/** All nodes of the link (RFC 4291 §2.7.1). */
export const allNodes: IpAddress = "ff02::1";

/**
 * The Ethernet address that a multicast group is sent to: 01:00:5e and 23 bits of an IPv4 group (RFC 1112 §6.4), 33:33
 * and 32 bits of an IPv6 group (RFC 2464 §7).
 *
 * @throws RangeError if the address is not a multicast group
 */
export function multicastMac(group: IpAddress): MacAddress {
  if (!isMulticast(group)) throw new RangeError(`Not a multicast address: ${group}`);
  const bytes = ipToBytes(group);
  if (familyOf(group) === 6) return formatMac(Uint8Array.of(0x33, 0x33, ...bytes.subarray(12)));
  const [, second = 0, third = 0, fourth = 0] = bytes;
  return formatMac(Uint8Array.of(1, 0, 0x5e, second & 0x7f, third, fourth));
}

/** The group that a solicitation for an IPv6 address goes to (RFC 4291 §2.7.1). */
export function solicitedNodeAddress(address: IpAddress): IpAddress {
  const bytes = ipToBytes("ff02::1:ff00:0");
  bytes.set(ipToBytes(address).subarray(13), 13);
  return formatIp(bytes);
}

/** Whether an address is some node's solicited-node group, ff02::1:ff00:0/104. */
export function isSolicitedNodeAddress(address: IpAddress): boolean {
  return familyOf(address) === 6 && solicitedNodeAddress(address) === address;
}
