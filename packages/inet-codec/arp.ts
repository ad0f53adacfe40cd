import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import {
  formatIp,
  formatMac,
  type IpAddress,
  ipToBytes,
  type MacAddress,
  macToBytes,
} from "@keepalived/ip-address";

/** Operations of RFC 826. */
export const arpOperation = { request: 1, reply: 2 } as const;

/** An ARP packet for IPv4 over Ethernet (RFC 826). */
export type ArpPacket = {
  /** One of {@linkcode arpOperation}; others are kept. */
  readonly operation: number;
  readonly senderMac: MacAddress;
  readonly senderAddress: IpAddress;
  readonly targetMac: MacAddress;
  readonly targetAddress: IpAddress;
};

/** Why bytes are no ARP packet for IPv4 over Ethernet. */
export type ArpFault = "length" | "hardware-type" | "protocol-type" | "address-length";

const packetBytes = 28;

/** Reads an ARP packet. Bytes after it are padding of the link and are left out. */
export function decodeArp(bytes: Uint8Array): Decoded<ArpPacket, ArpFault> {
  if (bytes.length < packetBytes) return fault("length", bytes.length);
  const reader = new Reader(bytes);
  if (reader.u16be() !== 1) return fault("hardware-type", 0);
  if (reader.u16be() !== 0x0800) return fault("protocol-type", 2);
  if (reader.u16be() !== 0x0604) return fault("address-length", 4);
  return ok({
    operation: reader.u16be(),
    senderMac: formatMac(reader.take(6)),
    senderAddress: formatIp(reader.take(4)),
    targetMac: formatMac(reader.take(6)),
    targetAddress: formatIp(reader.take(4)),
  });
}

/**
 * Writes an ARP packet.
 *
 * @param target buffer of 28 bytes to fill
 * @throws RangeError for what no packet can hold
 */
export function encodeArp(
  packet: ArpPacket,
  target: Uint8Array = new Uint8Array(packetBytes),
): Uint8Array {
  return new Writer(target)
    .u16be(1)
    .u16be(0x0800)
    .u8(6)
    .u8(4)
    .u16be(packet.operation)
    .put(macToBytes(packet.senderMac))
    .put(ipToBytes(packet.senderAddress))
    .put(macToBytes(packet.targetMac))
    .put(ipToBytes(packet.targetAddress))
    .finish();
}
