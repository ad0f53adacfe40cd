import { type Decoded, fault, formatHex, ok, parseHex, Reader, Writer } from "@keepalived/bytes";
import type { IpAddress } from "@keepalived/ip-address";
import {
  type AttributeFault,
  decodeAttributes,
  encodeAttributes,
  type RawAttribute,
} from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { nameOf, numberOf } from "./registry.ts";

/** A lightweight tunnel that the packets of a route go into (`ip route … encap`). */
export type Encap =
  /** Another IP header: `encap ip id 7 dst 192.0.2.9 ttl 64`. */
  | TunnelEncap
  /** MPLS labels of 20 bits, outermost first: `encap mpls 100/200`. */
  | {
    readonly kind: "mpls";
    readonly labels: readonly number[];
    /** TTL of the labels; absent: copied from the packet. */
    readonly ttl?: number;
    readonly unknown?: readonly RawAttribute[];
  }
  /** Identifier-locator addressing: sixteen hexadecimal digits of the locator. */
  | {
    readonly kind: "ila";
    readonly locator: string;
    readonly unknown?: readonly RawAttribute[];
  }
  /** A kind that has no name here, by its number `LWTUNNEL_ENCAP_*`. */
  | { readonly kind: number; readonly data: Uint8Array };

export type TunnelEncap = {
  readonly kind: "ip" | "ip6";
  /** 64 bits. */
  readonly id?: bigint;
  readonly destination?: IpAddress;
  readonly source?: IpAddress;
  /** TOS or traffic class of the outer header. */
  readonly tos?: number;
  /** TTL or hop limit of the outer header. */
  readonly hopLimit?: number;
  /** `TUNNEL_*` */
  readonly flags?: number;
  readonly unknown?: readonly RawAttribute[];
};

/** Why a tunnel was refused. */
export type EncapFault = AttributeFault | "encap-labels" | "encap-locator";

/** `LWTUNNEL_ENCAP_*` */
const encapKinds = { mpls: 1, ip: 2, ila: 3, ip6: 4 } as const;

const ipTable = {
  id: { number: 1, type: "u64", order: "network" },
  destination: { number: 2, type: "ip" },
  source: { number: 3, type: "ip" },
  hopLimit: { number: 4, type: "u8" },
  tos: { number: 5, type: "u8" },
  flags: { number: 6, type: "u16", order: "network" },
} as const;

const mplsTable = {
  labels: { number: 1, type: "bytes" },
  ttl: { number: 2, type: "u8" },
} as const;

const ilaTable = { locator: { number: 1, type: "bytes" } } as const;

const locatorBytes = 8;
const mostLabel = 0xf_ffff;
const bottomOfStack = 0x100;

/** The tunnel in `bytes` from `start` to `end`, the payload of RTA_ENCAP beside an RTA_ENCAP_TYPE of `type`. */
export function decodeEncap(
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): Decoded<Encap, EncapFault> {
  const kind = nameOf(encapKinds, type);
  switch (kind) {
    case "ip":
    case "ip6": {
      const tunnel = decodeAttributes(ipTable, bytes, start, end);
      return tunnel.ok ? ok({ kind, ...tunnel.value }) : tunnel;
    }
    case "mpls":
      return decodeMpls(bytes, start, end);
    case "ila": {
      const decoded = decodeAttributes(ilaTable, bytes, start, end);
      if (!decoded.ok) return decoded;
      const { locator, unknown } = decoded.value;
      if (locator?.length !== locatorBytes) return fault("encap-locator", start);
      return ok(compact({ kind, locator: formatHex(locator), unknown }));
    }
    default:
      return ok({ kind, data: bytes.slice(start, end) });
  }
}

/** The two attributes of a tunnel: its type, and the payload that the type gives a meaning. @throws RangeError */
export function encodeEncap(encap: Encap): { readonly type: number; readonly data: Uint8Array } {
  if ("data" in encap) return { type: encap.kind, data: encap.data };
  const type = numberOf(encapKinds, encap.kind);
  switch (encap.kind) {
    case "ip":
    case "ip6": {
      const { kind: _, ...values } = encap;
      return { type, data: encodeAttributes(ipTable, values) };
    }
    case "mpls": {
      const { labels, ttl, unknown } = encap;
      const values = compact({ labels: encodeLabels(labels), ttl, unknown });
      return { type, data: encodeAttributes(mplsTable, values) };
    }
    case "ila": {
      const locator = parseHex(encap.locator);
      if (locator?.length !== locatorBytes) {
        throw new RangeError(`Not a locator of 64 bits: ${encap.locator}`);
      }
      const { unknown } = encap;
      return { type, data: encodeAttributes(ilaTable, compact({ locator, unknown })) };
    }
  }
}

/** In the words of `ip route`: `encap mpls 100/200`. */
export function describeEncap(encap: Encap): string {
  if ("data" in encap) return `encap ${encap.kind} ${formatHex(encap.data)}`;
  switch (encap.kind) {
    case "mpls":
      return `encap mpls ${encap.labels.join("/")}` +
        (encap.ttl === undefined ? "" : ` ttl ${encap.ttl}`);
    case "ila":
      return `encap ila ${encap.locator.replace(/(....)(?=.)/g, "$1:")}`;
    case "ip":
    case "ip6": {
      const { id, source, destination, tos, hopLimit, flags } = encap;
      const [tosWord, ttlWord] = encap.kind === "ip" ? ["tos", "ttl"] : ["tc", "hoplimit"];
      const words = {
        id,
        src: source,
        dst: destination,
        [tosWord]: tos,
        [ttlWord]: hopLimit,
        flags,
      };
      return `encap ${encap.kind}` +
        Object.entries(words).map(([word, value]) => value === undefined ? "" : ` ${word} ${value}`)
          .join("");
    }
  }
}

function decodeMpls(bytes: Uint8Array, start: number, end: number): Decoded<Encap, EncapFault> {
  const decoded = decodeAttributes(mplsTable, bytes, start, end);
  if (!decoded.ok) return decoded;
  const { labels: stack = new Uint8Array(0), ttl, unknown } = decoded.value;
  if (stack.length === 0 || stack.length % 4 !== 0) return fault("encap-labels", start);
  const reader = new Reader(stack);
  const labels: number[] = [];
  while (reader.remaining > 0) labels.push(reader.u32be() >>> 12);
  return ok(compact({ kind: "mpls" as const, labels, ttl, unknown }));
}

/** RFC 3032 §2.1: the last entry says that it is the last; traffic class and TTL are the kernel's affair. */
function encodeLabels(labels: readonly number[]): Uint8Array {
  const writer = new Writer(labels.length * 4);
  for (const [i, label] of labels.entries()) {
    if (label > mostLabel) throw new RangeError(`Not an MPLS label: ${label}`);
    writer.u32be(((label << 12) | (i === labels.length - 1 ? bottomOfStack : 0)) >>> 0);
  }
  return writer.finish();
}
