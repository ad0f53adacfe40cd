import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";

/** An IP Authentication Header and what it protects (RFC 4302 §2). */
export type AuthenticationHeader = {
  /** Protocol number of `payload`. */
  readonly protocol: number;
  readonly securityParametersIndex: number;
  readonly sequenceNumber: number;
  /** The digest, padding included: a multiple of 4 bytes. */
  readonly integrityCheckValue: Uint8Array;
  readonly payload: Uint8Array;
};

/** Why bytes are no Authentication Header; `length` means cut off. */
export type AuthenticationHeaderFault = "length" | "payload-length";

const fixedBytes = 12;

/** Reads an Authentication Header. Whether the digest is right is not checked: it needs the key. */
export function decodeAuthenticationHeader(
  bytes: Uint8Array,
): Decoded<AuthenticationHeader, AuthenticationHeaderFault> {
  if (bytes.length < fixedBytes) return fault("length", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // §2.2: the length of the header in 32-bit words, minus two.
  const headerBytes = 4 * (view.getUint8(1) + 2);
  if (headerBytes < fixedBytes) return fault("payload-length", 1);
  if (headerBytes > bytes.length) return fault("length", bytes.length);
  return ok({
    protocol: view.getUint8(0),
    securityParametersIndex: view.getUint32(4),
    sequenceNumber: view.getUint32(8),
    integrityCheckValue: bytes.slice(fixedBytes, headerBytes),
    payload: bytes.slice(headerBytes),
  });
}

/**
 * Writes an Authentication Header and its payload.
 *
 * @param target buffer to fill, exactly as long as both
 * @throws RangeError for what no header can hold
 */
export function encodeAuthenticationHeader(
  header: AuthenticationHeader,
  target: Uint8Array = new Uint8Array(
    fixedBytes + header.integrityCheckValue.length + header.payload.length,
  ),
): Uint8Array {
  const digest = header.integrityCheckValue;
  if (digest.length % 4 !== 0) {
    throw new RangeError(`Cannot write an integrity check value: ${digest.length} bytes`);
  }
  return new Writer(target)
    .u8(header.protocol)
    .u8((fixedBytes + digest.length) / 4 - 2)
    .u16be(0)
    .u32be(header.securityParametersIndex)
    .u32be(header.sequenceNumber)
    .put(digest)
    .put(header.payload)
    .finish();
}
