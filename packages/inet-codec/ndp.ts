import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import {
  formatIp,
  formatMac,
  type IpAddress,
  ipToBytes,
  isMulticast,
  type MacAddress,
  macToBytes,
} from "@keepalived/ip-address";
import { isIntact, sumPseudoHeader, sumWords, writeChecksum } from "./checksum.ts";
import { ipProtocol } from "./ip_protocol.ts";
import { isSolicitedNodeAddress } from "./multicast.ts";
import type { Received } from "./received.ts";

/** A Neighbour Solicitation or Advertisement (RFC 4861 §4.3, §4.4). */
export type NeighbourMessage = NeighbourSolicitation | NeighbourAdvertisement;

/** "Who has this address?" */
export type NeighbourSolicitation = {
  readonly kind: "solicitation";
  readonly target: IpAddress;
  /** Source Link-Layer Address option. */
  readonly linkLayerAddress?: MacAddress;
  readonly otherOptions: readonly NeighbourOption[];
};

/** "This address is here." */
export type NeighbourAdvertisement = {
  readonly kind: "advertisement";
  readonly target: IpAddress;
  /** The sender is a router. */
  readonly router: boolean;
  /** It answers a solicitation. */
  readonly solicited: boolean;
  /** It replaces what a neighbour cache holds. */
  readonly override: boolean;
  /** Target Link-Layer Address option. */
  readonly linkLayerAddress?: MacAddress;
  readonly otherOptions: readonly NeighbourOption[];
};

/** An option that is not a 6-byte link-layer address of the expected direction (RFC 4861 §4.6). */
export type NeighbourOption = {
  readonly type: number;
  /** All but type and length: 6 bytes, 14, 22, … to 2038. */
  readonly body: Uint8Array;
};

/** Why a message is to be discarded (RFC 4861 §7.1); `type` means neither of the two kinds. */
export type NeighbourFault =
  | "length"
  | "type"
  | "hop-limit"
  | "checksum"
  | "code"
  | "target-address"
  | "option-length"
  | "solicited-flag"
  | "unspecified-source";

const wire = { solicitation: 135, advertisement: 136 } as const;
const linkLayerOption = { solicitation: 1, advertisement: 2 } as const;
const fixedBytes = 24;

/** Reads a neighbour message with the validation of RFC 4861 §7.1.1 and §7.1.2. */
export function decodeNeighbour(
  message: Uint8Array,
  received: Received,
): Decoded<NeighbourMessage, NeighbourFault> {
  const { source, destination } = received;
  if (message.length < fixedBytes) return fault("length", message.length);
  const kind = message[0] === wire.solicitation ? "solicitation" : "advertisement";
  if (message[0] !== wire[kind]) return fault("type", 0);
  if (received.hopLimit !== 255) return fault("hop-limit", 0);
  const length = message.length;
  const pseudo = sumPseudoHeader({ source, destination, protocol: ipProtocol.icmpv6, length });
  if (!isIntact(sumWords(message, pseudo))) return fault("checksum", 2);
  if (message[1] !== 0) return fault("code", 1);
  const target = formatIp(message.subarray(8, fixedBytes));
  if (isMulticast(target)) return fault("target-address", 8);
  const decoded = decodeOptions(message);
  if (!decoded.ok) return decoded;
  const options = decoded.value;
  const own = options.findIndex((option) =>
    option.type === linkLayerOption[kind] && option.body.length === 6
  );
  const found = options[own];
  const common = {
    target,
    ...(found === undefined ? {} : { linkLayerAddress: formatMac(found.body) }),
    otherOptions: options.filter((_, i) => i !== own),
  };
  if (kind === "solicitation") {
    const probe = source === "::" && (found !== undefined || !isSolicitedNodeAddress(destination));
    return probe ? fault("unspecified-source", 0) : ok({ kind, ...common });
  }
  const flags = message[4] ?? 0;
  const solicited = (flags & 0x40) !== 0;
  if (solicited && isMulticast(destination)) return fault("solicited-flag", 4);
  return ok({
    kind,
    router: (flags & 0x80) !== 0,
    solicited,
    override: (flags & 0x20) !== 0,
    ...common,
  });
}

/**
 * Writes a neighbour message.
 *
 * @param path addresses of the packet that will carry it, for the pseudo-header
 * @param target buffer to fill, exactly as long as the message
 * @throws RangeError for what no message can hold
 */
export function encodeNeighbour(
  message: NeighbourMessage,
  path: { readonly source: IpAddress; readonly destination: IpAddress },
  target: Uint8Array = new Uint8Array(messageBytes(message)),
): Uint8Array {
  const writer = new Writer(target)
    .u8(wire[message.kind])
    .u8(0)
    .u16be(0)
    .u8(message.kind === "advertisement" ? flagsOf(message) : 0)
    .zeros(3)
    .put(ipToBytes(message.target));
  if (message.linkLayerAddress !== undefined) {
    writer.u8(linkLayerOption[message.kind]).u8(1).put(macToBytes(message.linkLayerAddress));
  }
  for (const { type, body } of message.otherOptions) {
    if (body.length % 8 !== 6) {
      throw new RangeError(`Cannot write option ${type}: ${body.length} bytes`);
    }
    writer.u8(type).u8((body.length + 2) / 8).put(body);
  }
  const bytes = writer.finish();
  const { source, destination } = path;
  const length = bytes.length;
  writeChecksum(
    bytes,
    2,
    sumPseudoHeader({ source, destination, protocol: ipProtocol.icmpv6, length }),
  );
  return bytes;
}

/** The options of a message: none without a length, none past the end (§4.6). */
function decodeOptions(message: Uint8Array): Decoded<NeighbourOption[], "option-length"> {
  const options: NeighbourOption[] = [];
  for (let at = fixedBytes; at < message.length;) {
    const length = 8 * (message[at + 1] ?? 0);
    if (length === 0 || at + length > message.length) return fault("option-length", at);
    options.push({ type: message[at] ?? 0, body: message.slice(at + 2, at + length) });
    at += length;
  }
  return ok(options);
}

function flagsOf(message: NeighbourAdvertisement): number {
  return (message.router ? 0x80 : 0) | (message.solicited ? 0x40 : 0) |
    (message.override ? 0x20 : 0);
}

function messageBytes(message: NeighbourMessage): number {
  const linkLayer = message.linkLayerAddress === undefined ? 0 : 8;
  return message.otherOptions.reduce(
    (sum, option) => sum + 2 + option.body.length,
    fixedBytes + linkLayer,
  );
}
