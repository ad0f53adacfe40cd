import { formatHex } from "@keepalived/bytes";
import { decodeEthernet, etherType, ipProtocol } from "@keepalived/inet-codec";
import { formatIp, type IpAddress } from "@keepalived/ip-address";
import type { Frame } from "../../tools/lab/wire.ts";

const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const ARP_REQUEST = 1;

/** Octets of a frame that tell one host or one moment from another, as offset and length. */
const variable = {
  /** Identification, checksum, source; checksum of VRRP. */
  vrrp4: [[18, 2], [24, 2], [26, 4], [40, 2]],
  /** Identification, checksum, source; in the Authentication Header the sequence number and the digest. */
  authenticated: [[18, 2], [24, 2], [26, 4], [42, 4], [46, 12]],
  /** Flow label, source; checksum of VRRP. */
  vrrp6: [[15, 3], [22, 16], [60, 2]],
  /** Flow label; checksum. */
  neighbour: [[15, 3], [56, 2]],
  arp: [],
} as const;

/**
 * VRRP messages and announcements of some addresses in hexadecimal, each once, without what differs from host to host:
 * so the senders of two sets can be compared.
 */
export function maskedFrames(
  frames: readonly Frame[],
  announced: readonly IpAddress[],
): readonly string[] {
  return [...new Set(frames.flatMap(({ bytes }) => mask(bytes, announced)))].sort();
}

function mask(bytes: Uint8Array, announced: readonly IpAddress[]): readonly string[] {
  const kind = kindOf(bytes);
  if (kind === undefined) return [];
  const subject = subjectOf(kind, bytes);
  if (subject !== undefined && !announced.includes(subject)) return [];
  const copy = bytes.slice();
  for (const [offset, length] of variable[kind]) copy.fill(0, offset, offset + length);
  return [`${kind} ${formatHex(copy).replaceAll(formatHex(bytes.slice(6, 12)), " sender ")}`];
}

/** The address that an announcement is about, or a question of the kernel; undefined for VRRP. */
function subjectOf(kind: keyof typeof variable, bytes: Uint8Array): IpAddress | undefined {
  switch (kind) {
    case "arp":
      return formatIp(bytes.subarray(28, 32));
    case "neighbour":
      return formatIp(bytes.subarray(62, 78));
    default:
      return undefined;
  }
}

/** Undefined for what the kernel sends by itself. */
function kindOf(bytes: Uint8Array): keyof typeof variable | undefined {
  const frame = decodeEthernet(bytes);
  if (!frame.ok) return undefined;
  switch (frame.value.etherType) {
    case etherType.ipv4:
      if (bytes[23] === ipProtocol.authenticationHeader) return "authenticated";
      return bytes[23] === ipProtocol.vrrp ? "vrrp4" : undefined;
    case etherType.ipv6:
      if (bytes[20] === ipProtocol.vrrp) return "vrrp6";
      return bytes[20] === ICMPV6 && bytes[54] === NEIGHBOUR_ADVERTISEMENT
        ? "neighbour"
        : undefined;
    case etherType.arp:
      return bytes[21] === ARP_REQUEST ? "arp" : undefined;
    default:
      return undefined;
  }
}
