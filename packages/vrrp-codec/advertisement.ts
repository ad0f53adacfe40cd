import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import { type Received, writeChecksum } from "@keepalived/inet-codec";
import { familyOf, formatIp, type IpAddress, ipToBytes, isMulticast } from "@keepalived/ip-address";
import { type Authentication, authenticationBytes } from "./authentication.ts";
import { type ChecksumForm, intactForm, startSum } from "./checksum.ts";
import { readV2, writeV2Fields, writeV2Tail } from "./v2.ts";
import { readV3, writeV3Fields } from "./v3.ts";

/** An ADVERTISEMENT of version 2 (RFC 3768 §5) or 3 (RFC 9568 §5). */
export type Advertisement = {
  readonly version: 2 | 3;
  /** 1–255. */
  readonly virtualRouterId: number;
  /** 0: the sender gives up; 1–254; 255: it owns the addresses. */
  readonly priority: number;
  /** Whole seconds in version 2, whole centiseconds in version 3. */
  readonly maxAdvertiseIntervalUs: number;
  /** All of the family of the packet, in the sender's order: at most 255, in version 3 at least one. */
  readonly addresses: readonly IpAddress[];
  /** Version 2 only; absent: type 0, and data of zeros. */
  readonly authentication?: Authentication;
  /**
   * Bytes of the packet after the message; absent if there are none. No RFC defines them: extensions use them, such as
   * the 28 bytes of keepalived's `auth_hmac`, and who expects none may refuse them. Over IPv4 the checksum leaves them
   * out, over IPv6 it covers them (testdata/hmac_v3_ipv4.txt, hmac_v3_ipv6.txt).
   */
  readonly trailer?: Uint8Array;
};

/** An advertisement as it came. */
export type ReceivedAdvertisement = Advertisement & {
  /**
   * The form that made the checksum right. Which ones are welcome is up to the configuration of the virtual router;
   * those that are not count as `checksum` faults.
   */
  readonly checksumForm: ChecksumForm;
};

/** Why a message is to be discarded; the names of the counters too. */
export type AdvertisementFault =
  | "hop-limit"
  | "length"
  | "version"
  | "type"
  | "checksum"
  | "virtual-router-id"
  | "address-count"
  | "interval";

/** Where a message goes. */
export type Path = {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** For version 3 over IPv4, which alone has a choice; `pseudo-header` if left out. */
  readonly checksumForm?: ChecksumForm;
};

const headerBytes = 8;
const advertisementType = 1;

/**
 * Reads an advertisement and checks what every receiver must check (RFC 9568 §7.1, RFC 3768 §7.1).
 *
 * What depends on configuration is left to the caller: the hop limits of unicast peers, the checksum form, the version
 * and interval of the virtual router, authentication, trailer, and addresses.
 *
 * @param message the payload of the IP packet, without padding of the link
 */
export function decodeAdvertisement(
  message: Uint8Array,
  received: Received,
): Decoded<ReceivedAdvertisement, AdvertisementFault> {
  // RFC 9568 §5.1.1.3, §5.1.2.3; RFC 3768 §5.2.3. Unicast is not in the RFCs, and may be routed.
  if (received.hopLimit !== 255 && isMulticast(received.destination)) return fault("hop-limit", 0);

  // RFC 9568 §5.1; RFC 3768 §5.1: the fixed header.
  if (message.length < headerBytes) return fault("length", message.length);
  const [versionAndType = 0, virtualRouterId = 0, priority = 0, count = 0] = message;

  // RFC 9568 §5.2.1; RFC 3768 §5.3.1: version 2 exists over IPv4 only.
  const family = familyOf(received.source);
  const version = versionAndType >> 4;
  if (version !== 3 && (version !== 2 || family !== 4)) return fault("version", 0);

  // RFC 9568 §5.2.2; RFC 3768 §5.3.2: unknown types are discarded.
  if ((versionAndType & 0xf) !== advertisementType) return fault("type", 0);

  // RFC 9568 §7.1; RFC 3768 §7.1: all addresses, and in version 2 the authentication data.
  const addressBytes = family === 4 ? 4 : 16;
  const addressEnd = headerBytes + count * addressBytes;
  const end = version === 2 ? addressEnd + authenticationBytes : addressEnd;
  if (message.length < end) return fault("length", message.length);

  // RFC 9568 §5.2.8; RFC 3768 §5.3.8.
  const covered = family === 4 ? message.subarray(0, end) : message;
  const checksumForm = intactForm(version, covered, received);
  if (checksumForm === undefined) return fault("checksum", 6);

  // RFC 9568 §5.2.3; RFC 3768 §5.3.3: 1–255.
  if (virtualRouterId === 0) return fault("virtual-router-id", 1);

  // RFC 9568 §5.2.5. Version 2 of keepalived sends none where none is configured.
  if (version === 3 && count === 0) return fault("address-count", 3);

  // RFC 8347 has no zero, which the timers of RFC 9568 §6.1 would turn into a storm.
  const special = version === 2 ? readV2(message, end) : readV3(message);
  if (special.maxAdvertiseIntervalUs === 0) return fault("interval", 5);

  const addresses: IpAddress[] = [];
  for (let at = headerBytes; at < addressEnd; at += addressBytes) {
    addresses.push(formatIp(message.subarray(at, at + addressBytes)));
  }
  return ok({
    version,
    virtualRouterId,
    priority,
    ...special,
    addresses,
    ...(message.length > end ? { trailer: message.slice(end) } : {}),
    checksumForm,
  });
}

/**
 * Writes an advertisement: the payload of an IP packet of protocol 112.
 *
 * Intervals are rounded to the unit of the version.
 *
 * @param target buffer to fill, exactly as long as the message and its trailer
 * @throws RangeError for what no advertisement can hold
 */
export function encodeAdvertisement(
  advertisement: Advertisement,
  path: Path,
  target: Uint8Array = new Uint8Array(messageBytes(advertisement, path)),
): Uint8Array {
  const { version, virtualRouterId, addresses, trailer } = advertisement;
  const family = familyOf(path.source);
  refuseImpossible(advertisement, path);
  const writer = new Writer(target)
    .u8((version << 4) | advertisementType)
    .u8(virtualRouterId)
    .u8(advertisement.priority)
    .u8(addresses.length);
  if (version === 2) writeV2Fields(writer, advertisement);
  else writeV3Fields(writer, advertisement);
  writer.u16be(0);
  for (const address of addresses) writer.put(ipToBytes(address));
  if (version === 2) writeV2Tail(writer, advertisement);
  const end = writer.offset;
  if (trailer !== undefined) writer.put(trailer);
  const bytes = writer.finish();

  const covered = family === 4 ? bytes.subarray(0, end) : bytes;
  writeChecksum(covered, 6, startSum(sentForm(version, path), path, covered.length));
  return bytes;
}

/**
 * One line that tells what an advertisement says; never a password.
 *
 * @example
 * ```ts
 * describeAdvertisement(advertisement); // "VRRPv3 vrid 51 priority 200 interval 1 s 10.0.0.1, 10.0.0.2"
 * ```
 */
export function describeAdvertisement(advertisement: Advertisement): string {
  const { version, virtualRouterId, priority, authentication, trailer } = advertisement;
  const interval = `${advertisement.maxAdvertiseIntervalUs / 1_000_000} s`;
  const parts = [
    `VRRPv${version} vrid ${virtualRouterId} priority ${priority} interval ${interval}`,
    advertisement.addresses.join(", "),
    authentication === undefined ? "" : `authentication type ${authentication.type}`,
    trailer === undefined ? "" : `trailer ${trailer.length} bytes`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function refuseImpossible(advertisement: Advertisement, path: Path): void {
  const { version, virtualRouterId, addresses, authentication } = advertisement;
  const family = familyOf(path.source);
  const impossible = virtualRouterId === 0 || familyOf(path.destination) !== family ||
    addresses.some((address) => familyOf(address) !== family) ||
    (version === 2 && family === 6) || (version === 3 && authentication !== undefined) ||
    (version === 3 && addresses.length === 0);
  if (!impossible) return;
  const line = describeAdvertisement(advertisement);
  throw new RangeError(`Cannot send from ${path.source} to ${path.destination}: ${line}`);
}

function sentForm(version: 2 | 3, path: Path): ChecksumForm {
  if (version === 2) return "message-only";
  return familyOf(path.source) === 6 ? "pseudo-header" : path.checksumForm ?? "pseudo-header";
}

function messageBytes(advertisement: Advertisement, path: Path): number {
  const addressBytes = familyOf(path.source) === 4 ? 4 : 16;
  const tail = advertisement.version === 2 ? authenticationBytes : 0;
  const trailer = advertisement.trailer?.length ?? 0;
  return headerBytes + advertisement.addresses.length * addressBytes + tail + trailer;
}
