/** Names of the unsigned integers an attribute or a structure field may be. */
export type IntegerType = "u8" | "u16" | "u32" | "u64";

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
  view: DataView,
  at: number,
  order: "host" | "network",
): number | bigint {
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
