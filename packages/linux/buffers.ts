/** A text as the C library reads it: UTF-8 that ends with a zero byte. */
export function cString(text: string): Uint8Array {
  if (text.includes("\0")) throw new RangeError("Cannot pass a text with a zero byte");
  return new TextEncoder().encode(`${text}\0`);
}

/** The text before the first zero byte. */
export function parseCString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A signed 32-bit integer in host order, as socket options and ioctls take it. */
export function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** The signed 32-bit integer at an offset, in host order. */
export function readInt32(bytes: Uint8Array, offset = 0): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(offset, true);
}
