import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import { familyOf, type IpAddress } from "@keepalived/ip-address";
import { isIntact, sumPseudoHeader, sumWords, writeChecksum } from "./checksum.ts";
import { ipProtocol } from "./ip_protocol.ts";

/** An echo request or reply of ICMP (RFC 792) or ICMPv6 (RFC 4443 §4). */
export type IcmpEcho = {
  readonly kind: "request" | "reply";
  readonly identifier: number;
  readonly sequenceNumber: number;
  readonly data: Uint8Array;
};

/** Why bytes are no echo message; `type` means another ICMP message. */
export type IcmpEchoFault = "length" | "type" | "code" | "checksum";

/** Addresses of the packet around an echo message: they choose the family, and ICMPv6 sums them. */
export type EchoPath = { readonly source: IpAddress; readonly destination: IpAddress };

const wire = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;
const fixedBytes = 8;

/** Reads an echo message of the family of `path`. */
export function decodeIcmpEcho(
  message: Uint8Array,
  path: EchoPath,
): Decoded<IcmpEcho, IcmpEchoFault> {
  if (message.length < fixedBytes) return fault("length", message.length);
  const types = wire[familyOf(path.source)];
  const kind = message[0] === types.request ? "request" : "reply";
  if (message[0] !== types[kind]) return fault("type", 0);
  if (message[1] !== 0) return fault("code", 1);
  if (!isIntact(sumWords(message, pseudoHeader(path, message.length)))) return fault("checksum", 2);
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  return ok({
    kind,
    identifier: view.getUint16(4),
    sequenceNumber: view.getUint16(6),
    data: message.slice(fixedBytes),
  });
}

/**
 * Writes an echo message of the family of `path`.
 *
 * @param target buffer to fill, exactly as long as the message
 * @throws RangeError for what no message can hold
 */
export function encodeIcmpEcho(
  echo: IcmpEcho,
  path: EchoPath,
  target: Uint8Array = new Uint8Array(fixedBytes + echo.data.length),
): Uint8Array {
  const bytes = new Writer(target)
    .u8(wire[familyOf(path.source)][echo.kind])
    .u8(0)
    .u16be(0)
    .u16be(echo.identifier)
    .u16be(echo.sequenceNumber)
    .put(echo.data)
    .finish();
  writeChecksum(bytes, 2, pseudoHeader(path, bytes.length));
  return bytes;
}

/** ICMP for IPv4 sums its own bytes alone. */
function pseudoHeader({ source, destination }: EchoPath, length: number): number {
  if (familyOf(source) === 4) return 0;
  return sumPseudoHeader({ source, destination, protocol: ipProtocol.icmpv6, length });
}
