import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import { formatIp, type IpAddress, ipToBytes } from "@keepalived/ip-address";

/**
 * An IPv6 packet (RFC 8200 §3).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version| Traffic Class |           Flow Label                  |
 * |         Payload Length        |  Next Header  |   Hop Limit   |
 * |                    Source Address (16 bytes)                  |
 * |                  Destination Address (16 bytes)               |
 * ```
 */
export type Ipv6Packet = {
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly hopLimit: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Those in front of the payload that need no further knowledge to pass over. */
  readonly extensionHeaders: readonly ExtensionHeader[];
  /** The Next Header of the last header that was passed over: what `payload` is. */
  readonly protocol: number;
  readonly payload: Uint8Array;
};

/** A Hop-by-Hop Options, Routing or Destination Options header (RFC 8200 §4.3, §4.4, §4.6). */
export type ExtensionHeader = {
  /** The Next Header value that announced it: 0, 43 or 60. */
  readonly protocol: number;
  /** All but its first two bytes: 6 bytes, 14, 22, … to 2046. */
  readonly body: Uint8Array;
};

/** What an encoder must be told; the rest of the header is zero if left out. */
export type Ipv6Fields =
  & Pick<Ipv6Packet, "hopLimit" | "protocol" | "source" | "destination" | "payload">
  & Partial<Ipv6Packet>;

/** Why bytes are no IPv6 packet; `length` means cut off. */
export type Ipv6Fault = "length" | "version" | "extension-header";

const fixedBytes = 40;

/**
 * Reads an IPv6 packet. Bytes after its payload length are padding of the link and are left out.
 *
 * Fragments and the Authentication Header end the walk: they are the payload.
 */
export function decodeIpv6(bytes: Uint8Array): Decoded<Ipv6Packet, Ipv6Fault> {
  if (bytes.length < fixedBytes) return fault("length", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint32(0);
  if (first >>> 28 !== 6) return fault("version", 0);
  const end = fixedBytes + view.getUint16(4);
  if (end > bytes.length) return fault("length", bytes.length);

  const extensionHeaders: ExtensionHeader[] = [];
  let protocol = view.getUint8(6);
  let at = fixedBytes;
  while (isExtension(protocol)) {
    if (at + 2 > end) return fault("extension-header", at);
    const next = at + 8 + 8 * view.getUint8(at + 1);
    if (next > end) return fault("extension-header", at + 1);
    extensionHeaders.push({ protocol, body: bytes.slice(at + 2, next) });
    protocol = view.getUint8(at);
    at = next;
  }
  return ok({
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xf_ffff,
    hopLimit: view.getUint8(7),
    source: formatIp(bytes.subarray(8, 24)),
    destination: formatIp(bytes.subarray(24, 40)),
    extensionHeaders,
    protocol,
    payload: bytes.slice(at, end),
  });
}

/**
 * Writes an IPv6 packet.
 *
 * @param target buffer to fill, exactly as long as the packet
 * @throws RangeError for what no packet can hold
 */
export function encodeIpv6(
  packet: Ipv6Fields,
  target: Uint8Array = new Uint8Array(fixedBytes + payloadBytes(packet)),
): Uint8Array {
  const { trafficClass = 0, flowLabel = 0, extensionHeaders = [], protocol, payload } = packet;
  if (trafficClass < 0 || trafficClass > 0xff || flowLabel < 0 || flowLabel > 0xf_ffff) {
    throw new RangeError(`Cannot write an IPv6 header: class ${trafficClass}, flow ${flowLabel}`);
  }
  const writer = new Writer(target)
    .u32be(((6 << 28) | (trafficClass << 20) | flowLabel) >>> 0)
    .u16be(payloadBytes(packet))
    .u8(extensionHeaders[0]?.protocol ?? protocol)
    .u8(packet.hopLimit)
    .put(addressBytes(packet.source))
    .put(addressBytes(packet.destination));
  for (const [i, { protocol: own, body }] of extensionHeaders.entries()) {
    if (!isExtension(own) || body.length % 8 !== 6) {
      throw new RangeError(`Cannot write extension header ${own}: ${body.length} bytes`);
    }
    writer.u8(extensionHeaders[i + 1]?.protocol ?? protocol).u8((body.length - 6) / 8).put(body);
  }
  return writer.put(payload).finish();
}

function isExtension(protocol: number): boolean {
  return protocol === 0 || protocol === 43 || protocol === 60;
}

function payloadBytes(packet: Ipv6Fields): number {
  const { extensionHeaders = [], payload } = packet;
  return extensionHeaders.reduce((sum, header) => sum + 2 + header.body.length, payload.length);
}

function addressBytes(address: IpAddress): Uint8Array {
  const bytes = ipToBytes(address);
  if (bytes.length !== 16) throw new RangeError(`Not an IPv6 address: ${address}`);
  return bytes;
}
