import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";

/** An attribute that no table explains: its bytes as they are. */
export type RawAttribute = {
  /** The 16-bit type field: a number of 14 bits, and the flags `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER`. */
  readonly number: number;
  readonly payload: Uint8Array;
};

/** Why attributes were refused. */
export type AttributeFault =
  /** Bytes left over that are fewer than an attribute's header. */
  | "attribute-header"
  /** A length field below the size of the header, or past the end. */
  | "attribute-length"
  /** A payload that has not the size of its type. */
  | "attribute-size";

/** Flag in the type field: the payload is attributes. */
export const NLA_F_NESTED = 0x8000;
/** The type field without its flags. */
export const NLA_TYPE_MASK = 0x3fff;

const headerBytes = 4;

/** Where an attribute lies in the input. */
export type AttributeSpan = {
  readonly number: number;
  /** Indices of the payload's first byte and of the one after its last. */
  readonly start: number;
  readonly end: number;
};

/**
 * Where the attributes lie in `bytes` from `start` to `end`, in their order.
 *
 * @returns spans with absolute indices; padding may be missing after the last one
 */
export function spanAttributes(
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): Decoded<readonly AttributeSpan[], AttributeFault> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const spans: AttributeSpan[] = [];
  let at = start;
  while (at < end) {
    if (end - at < headerBytes) return fault("attribute-header", at);
    const length = view.getUint16(at, true);
    if (length < headerBytes || length > end - at) return fault("attribute-length", at);
    spans.push({ number: view.getUint16(at + 2, true), start: at + headerBytes, end: at + length });
    at += align(length);
  }
  return ok(spans);
}

/** The bytes of attributes in the given order, each padded to a multiple of four. */
export function encodeRawAttributes(attributes: readonly RawAttribute[]): Uint8Array {
  let size = 0;
  for (const { payload } of attributes) size += align(headerBytes + payload.length);
  const writer = new Writer(size);
  for (const { number, payload } of attributes) {
    const length = headerBytes + payload.length;
    writer.u16ne(length).u16ne(number).put(payload).zeros(align(length) - length);
  }
  return writer.finish();
}

/** The next multiple of four. */
function align(length: number): number {
  return (length + 3) & ~3;
}
