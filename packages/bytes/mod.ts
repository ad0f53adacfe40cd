/**
 * Bytes to values and back.
 *
 * @example
 * ```ts
 * import { Reader, Writer } from "@keepalived/bytes";
 *
 * const bytes = new Writer(3).u8(1).u16be(0x0203).finish();
 * const reader = new Reader(bytes);
 * const value = { type: reader.u8(), length: reader.u16be() };
 * if (reader.failed) throw new Error("Too short");
 * ```
 *
 * @module
 */

export { type Decoded, type DecodeError, fault, ok } from "./decoded.ts";
export { Reader } from "./reader.ts";
export { Writer } from "./writer.ts";
export { equalBytes, formatHex, parseHex } from "./hex.ts";
