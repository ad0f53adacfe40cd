import { type IpAddress, ipToBytes } from "@keepalived/ip-address";

/** What TCP, UDP, ICMPv6 and VRRP sum besides their own bytes (RFC 768, RFC 8200 §8.1). */
export type PseudoHeader = {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: number;
  /** Bytes of the upper-layer message. */
  readonly length: number;
};

/**
 * Adds the 16-bit words of `bytes` to `sum`; an odd last byte counts as if a zero followed (RFC 1071 §1).
 *
 * Sums of parts may be added as long as all but the last have an even length.
 *
 * @returns the sum before folding, exact for anything that fits an IP packet
 */
export function sumWords(bytes: Uint8Array, sum = 0): number {
  const even = bytes.length & ~1;
  for (let i = 0; i < even; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  return even < bytes.length ? sum + ((bytes[even] ?? 0) << 8) : sum;
}

/** The sum of a pseudo-header. Both families' layouts have the same words, in another order. */
export function sumPseudoHeader(header: PseudoHeader): number {
  const sum = (header.length >>> 16) + (header.length & 0xffff) + header.protocol;
  return sumWords(ipToBytes(header.destination), sumWords(ipToBytes(header.source), sum));
}

/** The checksum of a sum: folded into 16 bits and complemented (RFC 1071 §1). */
export function finishChecksum(sum: number): number {
  return 0xffff - fold(sum);
}

/** Whether the sum of a message that includes its checksum field is that of an intact one. */
export function isIntact(sum: number): boolean {
  return fold(sum) === 0xffff;
}

/**
 * Fills in the checksum field of a message.
 *
 * @param bytes what the checksum covers, its field zero
 * @param offset index of the field
 * @param sum what is summed besides, such as {@linkcode sumPseudoHeader}
 */
export function writeChecksum(bytes: Uint8Array, offset: number, sum = 0): void {
  const checksum = finishChecksum(sumWords(bytes, sum));
  bytes[offset] = checksum >> 8;
  bytes[offset + 1] = checksum & 0xff;
}

/** End-around carry: only 0 folds to 0. Modulo arithmetic, because a sum may exceed 32 bits. */
function fold(sum: number): number {
  return (sum - 1) % 0xffff + 1;
}
