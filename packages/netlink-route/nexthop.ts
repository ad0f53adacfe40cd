import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import {
  familyOf,
  formatIp,
  type IpAddress,
  type IpFamily,
  ipToBytes,
} from "@keepalived/ip-address";
import {
  type AttributeFault,
  type AttributeValues,
  decodeAttributes,
  encodeAttributes,
  NLA_TYPE_MASK,
  type RawAttribute,
  spanAttributes,
} from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { decodeEncap, describeEncap, type Encap, type EncapFault, encodeEncap } from "./encap.ts";
import { familyOfNumber, numberOfFamily } from "./family.ts";
import { decodeFlags, encodeFlags, type Flags } from "./registry.ts";

/** Where packets of a route go next, and how. */
export type Way = {
  /** Gateway; of an IPv4 route it may be an IPv6 address. */
  readonly via?: IpAddress;
  readonly realms?: Realms;
  readonly encap?: Encap;
};

/** Classes of traffic, 0–65535 each (`ip route … realms 1/2`). */
export type Realms = { readonly from?: number; readonly to: number };

/** One leg of a route with several (`ip route … nexthop`). */
export type Nexthop = Way & {
  /** Index of the output interface; absent in a request: the kernel finds it by the gateway. */
  readonly index?: number;
  /** 1–256. */
  readonly weight: number;
  readonly flags: NexthopFlags;
  readonly unknown?: readonly RawAttribute[];
};

/** `RTNH_F_*`. `onlink` is a wish, the others are what the kernel found. */
export const nexthopFlags = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkDown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
} as const;

/** {@linkcode nexthopFlags} that are set. */
export type NexthopFlags = Flags<typeof nexthopFlags>;

/** Why a way was refused. */
export type WayFault = AttributeFault | EncapFault | "nexthop-length" | "via-address";

/** Attributes `RTA_*` of a way, in a route or in one of its legs. */
export const wayTable = {
  gateway: { number: 5, type: "ip" },
  flow: { number: 11, type: "u32" },
  via: { number: 18, type: "bytes" },
  encapType: { number: 21, type: "u16" },
  encap: { number: 22, type: "bytes" },
} as const;

/**
 * The way in values of {@linkcode wayTable}.
 *
 * @param start,end where its attributes lie in `bytes`
 */
export function wayOf(
  values: AttributeValues<typeof wayTable>,
  bytes: Uint8Array,
  start: number,
  end: number,
): Decoded<Way, WayFault> {
  const { gateway, flow, via, encapType = 0 } = values;
  const other = via === undefined ? ok(undefined) : decodeVia(via, start);
  if (!other.ok) return other;
  const span = findAttribute(wayTable.encap.number, bytes, start, end);
  const encap = span === undefined
    ? ok(undefined)
    : decodeEncap(encapType, bytes, span.start, span.end);
  if (!encap.ok) return encap;
  return ok(compact({
    via: gateway ?? other.value,
    realms: flow === undefined ? undefined : realmsOf(flow),
    encap: encap.value,
  }));
}

/** The values of {@linkcode wayTable} for a way of a route of `family`. @throws RangeError */
export function valuesOfWay(
  { via, realms, encap }: Way,
  family: IpFamily,
): AttributeValues<typeof wayTable> {
  const isForeign = via !== undefined && familyOf(via) !== family;
  const tunnel = encap === undefined ? undefined : encodeEncap(encap);
  return compact({
    gateway: isForeign ? undefined : via,
    via: isForeign ? encodeVia(via) : undefined,
    flow: realms === undefined ? undefined : numberOfRealms(realms),
    encapType: tunnel?.type,
    encap: tunnel?.data,
  });
}

/**
 * The legs in RTA_MULTIPATH, from `start` to `end`: each is a header in host order, then attributes.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+---------------+---------------+
 * |            Length             |     Flags     |  Weight − 1   |
 * +-------------------------------+---------------+---------------+
 * |                        Interface index                        |
 * +---------------------------------------------------------------+
 * ```
 */
export function decodeNexthops(
  bytes: Uint8Array,
  start: number,
  end: number,
): Decoded<readonly Nexthop[], WayFault> {
  const legs: Nexthop[] = [];
  for (let at = start; at < end;) {
    const reader = new Reader(bytes, at, end);
    const length = reader.u16ne();
    const flags = decodeFlags(nexthopFlags, reader.u8());
    const weight = reader.u8() + 1;
    const index = reader.u32ne();
    if (reader.failed || length < headerBytes || length > end - at) {
      return fault("nexthop-length", at);
    }
    const [first, last] = [at + headerBytes, at + length];
    const attributes = decodeAttributes(wayTable, bytes, first, last);
    if (!attributes.ok) return attributes;
    const way = wayOf(attributes.value, bytes, first, last);
    if (!way.ok) return way;
    const { unknown } = attributes.value;
    legs.push({ weight, flags, ...way.value, ...compact({ index: index || undefined, unknown }) });
    at += (length + 3) & ~3;
  }
  return ok(legs);
}

/** The payload of RTA_MULTIPATH. @throws RangeError for a weight out of range */
export function encodeNexthops(legs: readonly Nexthop[], family: IpFamily): Uint8Array {
  const parts = legs.map((leg) => {
    const { weight, flags, index = 0, unknown } = leg;
    if (weight < 1 || weight > 256) throw new RangeError(`Not a weight from 1 to 256: ${weight}`);
    const values = { ...valuesOfWay(leg, family), ...compact({ unknown }) };
    const attributes = encodeAttributes(wayTable, values);
    return new Writer(headerBytes + attributes.length).u16ne(headerBytes + attributes.length)
      .u8(encodeFlags(nexthopFlags, flags)).u8(weight - 1).u32ne(index).put(attributes).finish();
  });
  const writer = new Writer(parts.reduce((size, part) => size + part.length, 0));
  for (const part of parts) writer.put(part);
  return writer.finish();
}

/** In the words of `ip route`: `nexthop via 192.0.2.1 dev if3 weight 2`. */
export function describeNexthop(leg: Nexthop): string {
  const words = [
    "nexthop",
    describeWay(leg),
    leg.index === undefined ? "" : `dev if${leg.index}`,
    `weight ${leg.weight}`,
    leg.flags.onlink === true ? "onlink" : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** `encap mpls 100 via inet6 fe80::1 realms 1/2`, or nothing. */
export function describeWay({ via, realms, encap }: Way): string {
  const words = [
    encap === undefined ? "" : describeEncap(encap),
    via === undefined ? "" : `via ${via}`,
    realms === undefined ? "" : `realms ${describeRealms(realms)}`,
  ];
  return words.filter((word) => word !== "").join(" ");
}

/** `1/2`, or `2`. */
export function describeRealms({ from, to }: Realms): string {
  return from === undefined ? `${to}` : `${from}/${to}`;
}

/** Realms are one number: the first in the upper half. */
export function realmsOf(flow: number): Realms {
  const from = flow >>> 16;
  return compact({ from: from || undefined, to: flow & 0xffff });
}

/** @throws RangeError for one above 65535 */
export function numberOfRealms({ from = 0, to }: Realms): number {
  if (Math.max(from, to) > 0xffff) throw new RangeError(`Not realms: ${from}/${to}`);
  return ((from << 16) | to) >>> 0;
}

/** Where the last attribute of a number lies, if there is one: the attributes are known to be sound. */
export function findAttribute(
  number: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } | undefined {
  const spans = spanAttributes(bytes, start, end);
  return spans.ok
    ? spans.value.findLast((span) => (span.number & NLA_TYPE_MASK) === number)
    : undefined;
}

const headerBytes = 8;

/** RTA_VIA: a family of 16 bits in host order, and an address of that family. */
function decodeVia(via: Uint8Array, at: number): Decoded<IpAddress, WayFault> {
  const reader = new Reader(via);
  const family = familyOfNumber(reader.u16ne());
  const size = family === 4 ? 4 : 16;
  const address = reader.take(size);
  if (reader.failed || family === undefined) return fault("via-address", at);
  return ok(formatIp(address));
}

function encodeVia(via: IpAddress): Uint8Array {
  const address = ipToBytes(via);
  return new Writer(2 + address.length).u16ne(numberOfFamily(familyOf(via))).put(address).finish();
}
