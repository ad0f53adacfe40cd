import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import { formatIp, type IpAddress, ipToBytes } from "@keepalived/ip-address";
import { isIntact, sumWords, writeChecksum } from "./checksum.ts";

/**
 * An IPv4 packet (RFC 791 §3.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version|  IHL  |Type of Service|          Total Length         |
 * |         Identification        |Flags|      Fragment Offset    |
 * |  Time to Live |    Protocol   |         Header Checksum       |
 * |                       Source Address                          |
 * |                    Destination Address                        |
 * |                    Options                    |    Padding    |
 * ```
 */
export type Ipv4Packet = {
  readonly typeOfService: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Place of the payload in the unfragmented one: 0–65528, in steps of 8. */
  readonly fragmentOffsetBytes: number;
  /** Time to Live. */
  readonly hopLimit: number;
  readonly protocol: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** As on the wire, padding included: 0–40 bytes, in steps of 4. */
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
};

/** What an encoder must be told; the rest of the header is zero if left out. */
export type Ipv4Fields =
  & Pick<Ipv4Packet, "hopLimit" | "protocol" | "source" | "destination" | "payload">
  & Partial<Ipv4Packet>;

/** Why bytes are no IPv4 packet; `length` means cut off. */
export type Ipv4Fault = "length" | "version" | "header-length" | "total-length" | "checksum";

const fixedBytes = 20;
const none = new Uint8Array(0);

/** Reads an IPv4 packet. Bytes after its total length are padding of the link and are left out. */
export function decodeIpv4(bytes: Uint8Array): Decoded<Ipv4Packet, Ipv4Fault> {
  if (bytes.length < fixedBytes) return fault("length", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) >> 4 !== 4) return fault("version", 0);
  const headerBytes = (view.getUint8(0) & 0xf) * 4;
  const totalBytes = view.getUint16(2);
  if (headerBytes < fixedBytes) return fault("header-length", 0);
  if (totalBytes < headerBytes) return fault("total-length", 2);
  if (totalBytes > bytes.length) return fault("length", bytes.length);
  if (!isIntact(sumWords(bytes.subarray(0, headerBytes)))) return fault("checksum", 10);
  const fragment = view.getUint16(6);
  return ok({
    typeOfService: view.getUint8(1),
    identification: view.getUint16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffsetBytes: (fragment & 0x1fff) * 8,
    hopLimit: view.getUint8(8),
    protocol: view.getUint8(9),
    source: formatIp(bytes.subarray(12, 16)),
    destination: formatIp(bytes.subarray(16, 20)),
    options: bytes.slice(fixedBytes, headerBytes),
    payload: bytes.slice(headerBytes, totalBytes),
  });
}

/**
 * Writes an IPv4 packet.
 *
 * @param target buffer to fill, exactly as long as the packet
 * @throws RangeError for what no packet can hold
 */
export function encodeIpv4(
  packet: Ipv4Fields,
  target: Uint8Array = new Uint8Array(
    fixedBytes + (packet.options?.length ?? 0) + packet.payload.length,
  ),
): Uint8Array {
  const { options = none, fragmentOffsetBytes = 0, payload } = packet;
  if (options.length % 4 !== 0 || options.length > 40) {
    throw new RangeError(`Cannot write IPv4 options: ${options.length} bytes`);
  }
  if (fragmentOffsetBytes % 8 !== 0 || fragmentOffsetBytes < 0 || fragmentOffsetBytes > 65528) {
    throw new RangeError(`Cannot write an IPv4 fragment offset: ${fragmentOffsetBytes}`);
  }
  const headerBytes = fixedBytes + options.length;
  const flags = (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0);
  const bytes = new Writer(target)
    .u8(0x40 | (headerBytes / 4))
    .u8(packet.typeOfService ?? 0)
    .u16be(headerBytes + payload.length)
    .u16be(packet.identification ?? 0)
    .u16be(flags | (fragmentOffsetBytes / 8))
    .u8(packet.hopLimit)
    .u8(packet.protocol)
    .u16be(0)
    .put(addressBytes(packet.source))
    .put(addressBytes(packet.destination))
    .put(options)
    .put(payload)
    .finish();
  writeChecksum(bytes.subarray(0, headerBytes), 10);
  return bytes;
}

function addressBytes(address: IpAddress): Uint8Array {
  const bytes = ipToBytes(address);
  if (bytes.length !== 4) throw new RangeError(`Not an IPv4 address: ${address}`);
  return bytes;
}
