import { formatHex } from "@keepalived/bytes";
import { formatPrefix, type IpPrefix, ipToBytes, networkOf } from "@keepalived/ip-address";
import type { Expression, metaKeys, Register } from "./expression.ts";
import { encodeKey, type KeyType, type KeyValue } from "./key.ts";

/** A part of a rule: the words of `nft`, and what they mean to the kernel. */
export type Statement = { readonly text: string; readonly expressions: readonly Expression[] };

/** What of a packet can be looked at, by the words of `nft`; in tables of the family `ip` or `ip6`. */
export type Field =
  | "ip protocol"
  | "ip saddr"
  | "ip daddr"
  | "ip6 saddr"
  | "ip6 daddr"
  | "meta l4proto"
  | "tcp dport"
  | "udp dport"
  | "sctp dport"
  | "icmpv6 type"
  | "iif"
  | "oif"
  | "iifname"
  | "oifname";

type Meaning = {
  readonly load: (to: Register) => Expression;
  readonly bytes: number;
  /** How a value in a comparison is written down; absent: a number. */
  readonly type?: KeyType;
  /** The protocol in which alone the field means anything. */
  readonly protocol?: number;
};

const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;
const SCTP = 132;
const port = { ...payload("transport", 2, 2), type: "inet_service" } as const;

const fields: Readonly<Record<Field, Meaning>> = {
  "ip protocol": payload("network", 9, 1),
  "ip saddr": { ...payload("network", 12, 4), type: "ipv4_addr" },
  "ip daddr": { ...payload("network", 16, 4), type: "ipv4_addr" },
  "ip6 saddr": { ...payload("network", 8, 16), type: "ipv6_addr" },
  "ip6 daddr": { ...payload("network", 24, 16), type: "ipv6_addr" },
  "meta l4proto": meta("l4proto", 1),
  "tcp dport": { ...port, protocol: TCP },
  "udp dport": { ...port, protocol: UDP },
  "sctp dport": { ...port, protocol: SCTP },
  "icmpv6 type": { ...payload("transport", 0, 1), type: "icmpv6_type", protocol: ICMPV6 },
  iif: { ...meta("iif", 4), type: "iface_index" },
  oif: { ...meta("oif", 4), type: "iface_index" },
  iifname: { ...meta("iifname", 16), type: "ifname" },
  oifname: { ...meta("oifname", 16), type: "ifname" },
};

/** `ip protocol 2`. @throws RangeError for a value that the field cannot have */
export function equals(field: Field, value: KeyValue): Statement {
  const { type } = fields[field];
  const data = type === undefined ? byte(Number(value)) : formatHex(encodeKey([type], [value]));
  return {
    text: `${field} ${type === "ifname" ? `"${value}"` : value}`,
    expressions: [...load([field]), { kind: "compare", from: first, operator: "eq", data }],
  };
}

/** `ip6 saddr fe80::/10` */
export function inPrefix(
  field: "ip saddr" | "ip daddr" | "ip6 saddr" | "ip6 daddr",
  prefix: IpPrefix,
): Statement {
  const network = ipToBytes(networkOf(prefix));
  const mask = network.map((_, i) => 0xff00 >> bitsIn(prefix.prefixLength, i) & 0xff);
  return {
    text: `${field} ${formatPrefix(prefix)}`,
    expressions: [
      ...load([field]),
      {
        kind: "bitwise",
        from: first,
        to: first,
        mask: formatHex(mask),
        xor: formatHex(new Uint8Array(network.length)),
      },
      { kind: "compare", from: first, operator: "eq", data: formatHex(network) },
    ],
  };
}

/** `ip daddr @blocked`; several fields: `ip6 daddr . iifname @blocked` */
export function inSet(key: readonly Field[], set: string): Statement {
  return {
    text: `${key.join(" . ")} @${set}`,
    expressions: [...load(key), { kind: "lookup", set, from: first }],
  };
}

/** `ip6 saddr . oifname != @known` */
export function notInSet(key: readonly Field[], set: string): Statement {
  return {
    text: `${key.join(" . ")} != @${set}`,
    expressions: [...load(key), { kind: "lookup", set, from: first, inverted: true }],
  };
}

/**
 * `dup to ip daddr device oifname map @bases`: a copy leaves to the address by way of the interface that the map gives.
 *
 * If the map has none the rule ends here.
 */
export function duplicate(to: Field, key: Field, map: string): Statement {
  const second: Register = first + 1;
  return {
    text: `dup to ${to} device ${key} map @${map}`,
    expressions: [
      fields[to].load(first),
      fields[key].load(second),
      { kind: "lookup", set: map, from: second, to: second },
      { kind: "dup", address: first, device: second },
    ],
  };
}

/**
 * `meta mark set ip daddr . tcp dport map @tcp_map`: the packet gets the mark that the map gives.
 *
 * If the map has none the rule ends here.
 */
export function setMark(key: readonly Field[], map: string): Statement {
  return {
    text: `meta mark set ${key.join(" . ")} map @${map}`,
    expressions: [
      ...load(key),
      { kind: "lookup", set: map, from: first, to: first },
      { kind: "meta-set", key: "mark", from: first },
    ],
  };
}

/** `counter` */
export const counter: Statement = { text: "counter", expressions: [{ kind: "counter" }] };

/** `accept`: the packet passes this base chain; `drop`: it is gone; `return`: back to the calling chain. */
export function verdict(verdict: "accept" | "drop" | "return"): Statement {
  return { text: verdict, expressions: [{ kind: "verdict", verdict }] };
}

/** `goto other`: the packet goes on there and does not come back. */
export function goTo(chain: string): Statement {
  return { text: `goto ${chain}`, expressions: [{ kind: "verdict", verdict: "goto", chain }] };
}

const first: Register = 1;

/** Fields side by side from the first register on; each begins at a multiple of four bytes. */
function load(key: readonly Field[]): readonly Expression[] {
  let at = 0;
  const loads = key.map((name) => {
    const field = fields[name];
    const to = registerAt(at);
    at += (field.bytes + 3) & ~3;
    return field.load(to);
  });
  // First, as they use the same registers.
  return [...key.flatMap((name) => guard(fields[name])), ...loads];
}

/** What must be true of a packet before the field can be looked at. */
function guard({ protocol }: Meaning): readonly Expression[] {
  if (protocol === undefined) return [];
  return [
    { kind: "meta", key: "l4proto", to: first },
    { kind: "compare", from: first, operator: "eq", data: byte(protocol) },
  ];
}

/** The register that begins at a byte of the memory that they share: a wide one where there is one. */
function registerAt(offset: number): Register {
  return offset % 16 === 0 ? 1 + offset / 16 : 8 + offset / 4;
}

function payload(base: "network" | "transport", offset: number, length: number): Meaning {
  return { load: (to) => ({ kind: "payload", base, offset, length, to }), bytes: length };
}

function meta(key: keyof typeof metaKeys, bytes: number): Meaning {
  return { load: (to) => ({ kind: "meta", key, to }), bytes };
}

function byte(value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 0xff) {
    throw new RangeError(`Cannot compare with ${value}: not a byte`);
  }
  return formatHex(Uint8Array.of(value));
}

/** How many bits of the byte `i` a prefix covers. */
function bitsIn(length: number, i: number): number {
  return Math.min(8, Math.max(0, length - 8 * i));
}
