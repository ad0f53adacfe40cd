/**
 * Ethernet, IPv4, IPv6, ARP, neighbour discovery and ICMP echo as values.
 *
 * Every `decodeX` is total: any bytes give a value or a fault with its offset. Every `encodeX` throws `RangeError` for
 * values that do not fit, and nothing else.
 *
 * @example
 * ```ts
 * import { describeFrame, encodeGratuitousArp } from "@keepalived/inet-codec";
 *
 * const frame = encodeGratuitousArp({ sourceMac: "02:00:00:00:00:01", address: "192.0.2.1" });
 * describeFrame(frame);
 * // 02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff gratuitous ARP request 192.0.2.1 is at 02:00:00:00:00:01
 * ```
 *
 * @module
 */

export {
  finishChecksum,
  isIntact,
  type PseudoHeader,
  sumPseudoHeader,
  sumWords,
  writeChecksum,
} from "./checksum.ts";
export type { Received } from "./received.ts";
export { ipProtocol } from "./ip_protocol.ts";
export {
  broadcastMac,
  decodeEthernet,
  encodeEthernet,
  type EthernetFault,
  type EthernetFrame,
  etherType,
} from "./ethernet.ts";
export {
  decodeIpv4,
  encodeIpv4,
  type Ipv4Fault,
  type Ipv4Fields,
  type Ipv4Packet,
} from "./ipv4.ts";
export {
  decodeIpv6,
  encodeIpv6,
  type ExtensionHeader,
  type Ipv6Fault,
  type Ipv6Fields,
  type Ipv6Packet,
} from "./ipv6.ts";
export {
  type AuthenticationHeader,
  type AuthenticationHeaderFault,
  decodeAuthenticationHeader,
  encodeAuthenticationHeader,
} from "./authentication_header.ts";
export { encodeSealedIpv4, isSealIntact, type Seal } from "./sealed_packet.ts";
export { type ArpFault, arpOperation, type ArpPacket, decodeArp, encodeArp } from "./arp.ts";
export {
  decodeNeighbour,
  encodeNeighbour,
  type NeighbourAdvertisement,
  type NeighbourFault,
  type NeighbourMessage,
  type NeighbourOption,
  type NeighbourSolicitation,
} from "./ndp.ts";
export {
  decodeIcmpEcho,
  type EchoPath,
  encodeIcmpEcho,
  type IcmpEcho,
  type IcmpEchoFault,
} from "./icmp_echo.ts";
export {
  allNodes,
  isSolicitedNodeAddress,
  multicastMac,
  solicitedNodeAddress,
} from "./multicast.ts";
export {
  encodeGratuitousArp,
  encodeUnsolicitedNeighbourAdvertisement,
  type UnsolicitedNeighbourAdvertisement,
} from "./announce.ts";
export { describeFrame, type PayloadDescribers } from "./describe.ts";
