import { type Decoded, equalBytes, fault, ok, Reader, Writer } from "@keepalived/bytes";
import { formatIp, ipToBytes } from "@keepalived/ip-address";

/** What a part of a set's key is, or what a map gives. */
export type KeyType = keyof typeof keyTypes;

/** An address, a name, or a number, as the type says. */
export type KeyValue = string | number;

/** Numbers are those of the data types of `nft`, which it needs to print a set. */
export const keyTypes = {
  ipv4_addr: { number: 7, bytes: 4, order: "network" },
  ipv6_addr: { number: 8, bytes: 16, order: "network" },
  inet_service: { number: 13, bytes: 2, order: "network" },
  mark: { number: 19, bytes: 4, order: "host" },
  iface_index: { number: 20, bytes: 4, order: "host" },
  icmpv6_type: { number: 29, bytes: 1, order: "network" },
  ifname: { number: 41, bytes: 16, order: "host" },
} as const;

/** Why a key was refused. */
export type KeyFault =
  /** Not as many bytes as its types take. */
  | "key-length"
  /** A name without an end, or not in UTF-8. */
  | "key-name";

/** Size of a key, bytes; the parts of a concatenation begin at multiples of four. */
export function keyBytes(types: readonly KeyType[]): number {
  const sizes = types.map((type) => keyTypes[type].bytes);
  return sizes.length === 1 ? sizes[0] ?? 0 : sizes.reduce((sum, size) => sum + padded(size), 0);
}

/** @throws RangeError for values that are not of their types */
export function encodeKey(types: readonly KeyType[], values: readonly KeyValue[]): Uint8Array {
  if (values.length !== types.length) {
    throw new RangeError(`Cannot encode a key: ${values.length} parts of ${types.length}`);
  }
  const parts = types.map((type, i) => encodePart(type, values[i] ?? 0));
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const writer = new Writer(keyBytes(types));
  for (const part of parts) writer.put(part).zeros(padded(part.length) - part.length);
  return writer.finish();
}

/** The parts of a key. */
export function decodeKey(
  types: readonly KeyType[],
  bytes: Uint8Array,
): Decoded<readonly KeyValue[], KeyFault> {
  if (bytes.length !== keyBytes(types)) return fault("key-length", 0);
  const values: KeyValue[] = [];
  let at = 0;
  for (const type of types) {
    const part = bytes.subarray(at, at + keyTypes[type].bytes);
    const value = decodePart(type, part);
    if (value === undefined) return fault("key-name", at);
    values.push(value);
    at += padded(part.length);
  }
  return ok(values);
}

/** `fe80::1 . "eth0"` */
export function describeKey(types: readonly KeyType[], values: readonly KeyValue[]): string {
  return values.map((value, i) => types[i] === "ifname" ? `"${value}"` : String(value)).join(" . ");
}

/** The next multiple of four. */
function padded(size: number): number {
  return (size + 3) & ~3;
}

function encodePart(type: KeyType, value: KeyValue): Uint8Array {
  const { bytes: size } = keyTypes[type];
  const bytes = bytesOf(type, value);
  // A name leaves room for the NUL that ends it.
  const fits = type === "ifname"
    ? bytes.length < size && !bytes.includes(0)
    : bytes.length === size;
  if (!fits) throw new RangeError(`Not of type ${type}: ${value}`);
  return new Writer(size).put(bytes).zeros(size - bytes.length).finish();
}

function bytesOf(type: KeyType, value: KeyValue): Uint8Array {
  switch (type) {
    case "ipv4_addr":
    case "ipv6_addr":
      return ipToBytes(String(value));
    case "ifname":
      return new TextEncoder().encode(String(value));
    case "inet_service":
      return new Writer(2).u16be(Number(value)).finish();
    case "mark":
    case "iface_index":
      return new Writer(4).u32ne(Number(value)).finish();
    case "icmpv6_type":
      return new Writer(1).u8(Number(value)).finish();
  }
}

function decodePart(type: KeyType, bytes: Uint8Array): KeyValue | undefined {
  switch (type) {
    case "ipv4_addr":
    case "ipv6_addr":
      return formatIp(bytes);
    case "ifname":
      return decodeName(bytes);
    case "inet_service":
      return new Reader(bytes).u16be();
    case "mark":
    case "iface_index":
      return new Reader(bytes).u32ne();
    case "icmpv6_type":
      return bytes[0];
  }
}

function decodeName(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  if (end < 0) return undefined;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, end));
  const same = equalBytes(new TextEncoder().encode(text), bytes.subarray(0, end));
  return same ? text : undefined;
}
