import { Reader, Writer } from "@keepalived/bytes";

/** Authentication types (RFC 5880 §4.1). Others are kept. */
export const authenticationType = {
  simplePassword: 1,
  keyedMd5: 2,
  meticulousKeyedMd5: 3,
  keyedSha1: 4,
  meticulousKeyedSha1: 5,
} as const;

/**
 * The authentication section of a packet. That it is well-formed says nothing about who sent it.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |   Auth Type   |   Auth Len    |  Auth Key ID  | Password, or Reserved
 * |                        Sequence Number                        |
 * |                   Auth Key/Digest (16 or 20 bytes)            |
 * ```
 */
export type AuthenticationSection =
  | {
    readonly kind: "password";
    /** 0–255. */
    readonly keyId: number;
    /** 1–16 bytes (§4.2). */
    readonly password: Uint8Array;
  }
  | {
    readonly kind: "digest";
    readonly type: 2 | 3 | 4 | 5;
    readonly keyId: number;
    readonly sequenceNumber: number;
    /** 16 bytes of MD5 (§4.3), 20 of SHA1 (§4.4). */
    readonly digest: Uint8Array;
  }
  /** Of a type that is not in the RFC: what follows the length. */
  | { readonly kind: "other"; readonly type: number; readonly data: Uint8Array };

/** Type and length. */
const headBytes = 2;
/** Head, key, reserved octet and sequence number. */
const digestAt = 8;
const longestPassword = 16;
const { simplePassword, keyedMd5, meticulousKeyedSha1 } = authenticationType;

/** Reads a section. @param bytes from its first byte to the end of the packet. @returns undefined: malformed */
export function readAuthentication(bytes: Uint8Array): AuthenticationSection | undefined {
  const [type = 0, length = 0, keyId = 0] = bytes;
  if (length < headBytes || length > bytes.length) return undefined;
  if (type === simplePassword) {
    const passwordBytes = length - headBytes - 1;
    if (passwordBytes < 1 || passwordBytes > longestPassword) return undefined;
    return { kind: "password", keyId, password: bytes.slice(headBytes + 1, length) };
  }
  if (!isDigest(type)) return { kind: "other", type, data: bytes.slice(headBytes, length) };
  if (length !== digestAt + digestBytes(type)) return undefined;
  const sequenceNumber = new Reader(bytes, 4).u32be();
  return { kind: "digest", type, keyId, sequenceNumber, digest: bytes.slice(digestAt, length) };
}

/** Bytes that {@linkcode writeAuthentication} writes. */
export function authenticationBytes(section: AuthenticationSection): number {
  switch (section.kind) {
    case "password":
      return headBytes + 1 + section.password.length;
    case "digest":
      return digestAt + digestBytes(section.type);
    case "other":
      return headBytes + section.data.length;
  }
}

/** Writes a section. @throws RangeError for what none can hold */
export function writeAuthentication(writer: Writer, section: AuthenticationSection): void {
  const length = authenticationBytes(section);
  switch (section.kind) {
    case "password": {
      const { keyId, password } = section;
      if (password.length < 1 || password.length > longestPassword) {
        throw new RangeError(`Cannot send a password of ${password.length} bytes`);
      }
      writer.u8(simplePassword).u8(length).u8(keyId).put(password);
      return;
    }
    case "digest": {
      const { type, keyId, sequenceNumber, digest } = section;
      if (digest.length !== digestBytes(type)) {
        throw new RangeError(`Cannot send a digest of ${digest.length} bytes as type ${type}`);
      }
      writer.u8(type).u8(length).u8(keyId).u8(0).u32be(sequenceNumber).put(digest);
      return;
    }
    case "other":
      if (section.type === simplePassword || isDigest(section.type)) {
        throw new RangeError(`Cannot send authentication type ${section.type} as an unknown one`);
      }
      writer.u8(section.type).u8(length).put(section.data);
  }
}

function isDigest(type: number): type is 2 | 3 | 4 | 5 {
  return type >= keyedMd5 && type <= meticulousKeyedSha1;
}

function digestBytes(type: 2 | 3 | 4 | 5): number {
  return type <= authenticationType.meticulousKeyedMd5 ? 16 : 20;
}
