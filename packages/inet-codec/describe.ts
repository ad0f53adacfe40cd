import type { DecodeError } from "@keepalived/bytes";
import { arpOperation, type ArpPacket, decodeArp } from "./arp.ts";
import { decodeAuthenticationHeader } from "./authentication_header.ts";
import { decodeEthernet, etherType } from "./ethernet.ts";
import { decodeIcmpEcho } from "./icmp_echo.ts";
import { ipProtocol } from "./ip_protocol.ts";
import { decodeIpv4 } from "./ipv4.ts";
import { decodeIpv6 } from "./ipv6.ts";
import { decodeNeighbour, type NeighbourMessage } from "./ndp.ts";
import type { Received } from "./received.ts";

/**
 * Describers of payloads that this package does not decode, by IP protocol number.
 *
 * They must not throw; they get the payload and the packet around it.
 */
export type PayloadDescribers = {
  readonly [protocol: number]: (payload: Uint8Array, received: Received) => string;
};

/**
 * One line that tells what an Ethernet frame holds, as far down as it can be read. Never throws.
 *
 * @param describers for the protocols that the caller knows, such as VRRP
 */
export function describeFrame(bytes: Uint8Array, describers: PayloadDescribers = {}): string {
  const frame = decodeEthernet(bytes);
  if (!frame.ok) return malformed("Ethernet", frame.error);
  const { source, destination, payload } = frame.value;
  return `${source} > ${destination} ${describePacket(frame.value.etherType, payload, describers)}`;
}

function describePacket(type: number, bytes: Uint8Array, describers: PayloadDescribers): string {
  if (type === etherType.arp) {
    const arp = decodeArp(bytes);
    return arp.ok ? describeArp(arp.value) : malformed("ARP", arp.error);
  }
  if (type !== etherType.ipv4 && type !== etherType.ipv6) {
    return `ethertype 0x${type.toString(16).padStart(4, "0")} ${bytes.length} bytes`;
  }
  const name = type === etherType.ipv4 ? "IPv4" : "IPv6";
  const packet = type === etherType.ipv4 ? decodeIpv4(bytes) : decodeIpv6(bytes);
  if (!packet.ok) return malformed(name, packet.error);
  const { source, destination, hopLimit, protocol, payload } = packet.value;
  const head = `${name} ${source} > ${destination} hop limit ${hopLimit}`;
  const later = "fragmentOffsetBytes" in packet.value && packet.value.fragmentOffsetBytes > 0;
  if (later) return `${head} fragment of ${protocolName(protocol)} ${payload.length} bytes`;
  return `${head} ${describePayload(protocol, payload, packet.value, describers)}`;
}

function describePayload(
  protocol: number,
  payload: Uint8Array,
  received: Received,
  describers: PayloadDescribers,
): string {
  const known = describers[protocol];
  if (known !== undefined) return known(payload, received);
  if (protocol === ipProtocol.authenticationHeader) {
    const header = decodeAuthenticationHeader(payload);
    if (!header.ok) return malformed("AH", header.error);
    const { securityParametersIndex: spi, sequenceNumber, protocol: inner } = header.value;
    // Not one inside the other: bytes from the wire must not choose the depth of a recursion.
    const rest = inner === protocol
      ? "AH"
      : describePayload(inner, header.value.payload, received, describers);
    return `AH spi 0x${spi.toString(16)} sequence ${sequenceNumber} ${rest}`;
  }
  if (protocol === ipProtocol.icmpv6) {
    const neighbour = decodeNeighbour(payload, received);
    if (neighbour.ok) return describeNeighbour(neighbour.value);
    if (payload[0] === 135 || payload[0] === 136) return malformed("neighbour", neighbour.error);
  }
  if (protocol === ipProtocol.icmp || protocol === ipProtocol.icmpv6) {
    const echo = decodeIcmpEcho(payload, received);
    if (echo.ok) {
      const { kind, identifier, sequenceNumber } = echo.value;
      return `echo ${kind} identifier ${identifier} sequence ${sequenceNumber}`;
    }
    if (echo.error.fault !== "type") return malformed(protocolName(protocol), echo.error);
  }
  return `${protocolName(protocol)} ${payload.length} bytes`;
}

function describeArp(arp: ArpPacket): string {
  const { operation, senderMac, senderAddress, targetAddress } = arp;
  const form = senderAddress === targetAddress ? "gratuitous ARP" : "ARP";
  if (operation === arpOperation.reply) return `${form} reply ${senderAddress} is at ${senderMac}`;
  if (operation !== arpOperation.request) return `${form} operation ${operation}`;
  return senderAddress === targetAddress
    ? `${form} request ${senderAddress} is at ${senderMac}`
    : `${form} request who has ${targetAddress} tell ${senderAddress}`;
}

function describeNeighbour(message: NeighbourMessage): string {
  const flags = message.kind === "advertisement"
    ? (["router", "solicited", "override"] as const).filter((flag) => message[flag])
    : [];
  const at = message.linkLayerAddress === undefined ? [] : [`is at ${message.linkLayerAddress}`];
  return [`neighbour ${message.kind} ${message.target}`, ...flags, ...at].join(" ");
}

function protocolName(protocol: number): string {
  switch (protocol) {
    case ipProtocol.icmp:
      return "ICMP";
    case ipProtocol.igmp:
      return "IGMP";
    case ipProtocol.tcp:
      return "TCP";
    case ipProtocol.udp:
      return "UDP";
    case ipProtocol.icmpv6:
      return "ICMPv6";
    case ipProtocol.vrrp:
      return "VRRP";
    default:
      return `protocol ${protocol}`;
  }
}

function malformed(name: string, error: DecodeError<string>): string {
  return `malformed ${name}: ${error.fault} at ${error.offset}`;
}
