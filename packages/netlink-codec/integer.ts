import { Writer } from "@keepalived/bytes";
import type { IntegerType } from "./table.ts";

/** Sizes of the integer types, bytes. */
export const integerBytes: { readonly [Type in IntegerType]: number } = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
};

/** The integer at `at`, which the caller knows to be inside. */
export function readInteger(
  type: IntegerType,
  bytes: Uint8Array,
  at: number,
  order: "host" | "network",
): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = order === "host";
  switch (type) {
    case "u8":
      return view.getUint8(at);
    case "u16":
      return view.getUint16(at, little);
    case "u32":
      return view.getUint32(at, little);
    case "u64":
      return view.getBigUint64(at, little);
  }
}

/** The bytes of an integer. @throws RangeError for a value that does not fit, or is no integer */
export function writeInteger(
  type: IntegerType,
  value: number | bigint,
  order: "host" | "network",
): Uint8Array {
  if (typeof value === "bigint" ? type !== "u64" : type === "u64") {
    throw new RangeError(`Cannot write ${value} as ${type}: only u64 takes a bigint, and no other`);
  }
  const size = integerBytes[type];
  const bytes = type === "u64"
    ? new Writer(size).u64ne(BigInt(value)).finish()
    : new Writer(4).u32ne(Number(value)).finish();
  if (bytes.subarray(size).some((byte) => byte !== 0)) {
    throw new RangeError(`Cannot write ${value} as ${type}: it is too large`);
  }
  return order === "host" ? bytes.slice(0, size) : bytes.slice(0, size).reverse();
}
