import { equalBytes } from "@keepalived/bytes";
import { encodeAuthenticationHeader } from "./authentication_header.ts";
import { ipProtocol } from "./ip_protocol.ts";
import { encodeIpv4, type Ipv4Fields } from "./ipv4.ts";

/** What the ends of an Authentication Header share. */
export type Seal = {
  readonly digest: (bytes: Uint8Array) => Uint8Array;
  /**
   * Whether Time To Live is under the seal, which RFC 2402 §3.3.3.1.1.1 leaves out: where no router may be on the way.
   * keepalived has it so for multicast, and not for unicast (testdata/ah_multicast.txt, ah_unicast.txt).
   */
  readonly coversHopLimit: boolean;
};

/** Bytes of the integrity check value: a digest cut to 96 bits (RFC 2403 §2, RFC 2404 §2). */
const checkValueBytes = 12;
const ipv4HeaderBytes = 20;
const checkValueAt = ipv4HeaderBytes + 12;
const sealedAt = checkValueAt + checkValueBytes;

/**
 * Writes an IPv4 packet whose payload is in an Authentication Header (RFC 2402): what receivers see of the IP header
 * and the whole payload is under the seal.
 *
 * @param packet without options
 */
export function encodeSealedIpv4(
  packet: Ipv4Fields,
  header: { readonly securityParametersIndex: number; readonly sequenceNumber: number },
  seal: Seal,
): Uint8Array {
  const { protocol, payload } = packet;
  const integrityCheckValue = new Uint8Array(checkValueBytes);
  const bytes = encodeIpv4({
    ...packet,
    protocol: ipProtocol.authenticationHeader,
    payload: encodeAuthenticationHeader({ ...header, protocol, integrityCheckValue, payload }),
  });
  bytes.set(checkValueOf(bytes, seal), checkValueAt);
  return bytes;
}

/** Whether the seal of a packet is intact: false too for packets with options, or a check value of another length. */
export function isSealIntact(packet: Uint8Array, seal: Seal): boolean {
  const [versionAndLength] = packet;
  const payloadLength = packet[ipv4HeaderBytes + 1];
  if (versionAndLength !== 0x45 || payloadLength !== (sealedAt - ipv4HeaderBytes) / 4 - 2) {
    return false;
  }
  const checkValue = packet.subarray(checkValueAt, sealedAt);
  return equalBytes(checkValue, checkValueOf(packet, seal));
}

/** The integrity check value: mutable fields and the value itself count as zero (RFC 2402 §3.3.3.1.1.1). */
function checkValueOf(packet: Uint8Array, { digest, coversHopLimit }: Seal): Uint8Array {
  const bytes = packet.slice();
  bytes[1] = 0; // Type of Service
  bytes.fill(0, 6, 8); // flags, fragment offset
  if (!coversHopLimit) bytes[8] = 0;
  bytes.fill(0, 10, 12); // header checksum
  bytes.fill(0, checkValueAt, sealedAt);
  return digest(bytes).subarray(0, checkValueBytes);
}
