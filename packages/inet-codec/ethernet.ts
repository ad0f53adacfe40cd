import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import { formatMac, type MacAddress, macToBytes } from "@keepalived/ip-address";

/** EtherTypes of the IEEE registry that this package decodes. */
export const etherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** The address of all stations. */
export const broadcastMac: MacAddress = "ff:ff:ff:ff:ff:ff";

/** An Ethernet II frame without its check sequence (IEEE 802.3 §3.2.6), as packet sockets carry it. */
export type EthernetFrame = {
  readonly destination: MacAddress;
  readonly source: MacAddress;
  /** Below 0x600 it is the length of an IEEE 802.3 frame; unknown types are kept. */
  readonly etherType: number;
  /** Includes whatever pads a short frame; the header inside tells how much counts. */
  readonly payload: Uint8Array;
};

/** Why bytes are no Ethernet frame. */
export type EthernetFault = "length";

const headerBytes = 14;

/** Reads an Ethernet frame. */
export function decodeEthernet(bytes: Uint8Array): Decoded<EthernetFrame, EthernetFault> {
  if (bytes.length < headerBytes) return fault("length", bytes.length);
  return ok({
    destination: formatMac(bytes.subarray(0, 6)),
    source: formatMac(bytes.subarray(6, 12)),
    etherType: ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0),
    payload: bytes.slice(headerBytes),
  });
}

/**
 * Writes an Ethernet frame; padding to 60 bytes is left to the interface.
 *
 * @param target buffer to fill, exactly as long as the frame
 * @throws RangeError for what no frame can hold
 */
export function encodeEthernet(
  frame: EthernetFrame,
  target: Uint8Array = new Uint8Array(headerBytes + frame.payload.length),
): Uint8Array {
  return new Writer(target)
    .put(macToBytes(frame.destination))
    .put(macToBytes(frame.source))
    .u16be(frame.etherType)
    .put(frame.payload)
    .finish();
}
