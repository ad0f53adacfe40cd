/**
 * IP addresses, prefixes and MAC addresses as canonical strings.
 *
 * A canonical string is equal exactly when the address is, so it serves as a map key: IPv4 in dotted decimal, IPv6 as
 * RFC 5952 writes it, a MAC in lower-case hexadecimal with colons.
 *
 * @module
 */

export {
  compareIp,
  familyOf,
  formatIp,
  type IpAddress,
  type IpFamily,
  ipToBytes,
  isIp,
  isLinkLocal,
  isMulticast,
  parseIp,
} from "./ip.ts";
export { formatPrefix, type IpPrefix, networkOf, parsePrefix, prefixContains } from "./prefix.ts";
export { formatMac, type MacAddress, macToBytes, parseMac } from "./mac.ts";
