import { Buffer } from "node:buffer";
import { createHmac, createSecretKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import type { Hmac, HmacKey } from "@keepalived/keepalived-config";
import type { Digest } from "@keepalived/vrrp-codec";

/** Bytes of a key. */
const shortest = 32;
const longest = 64;

/** The keys of an `auth_hmac` by their identifiers, ready for use, and what is wrong with the others. */
export type KeyRing = {
  readonly digests: ReadonlyMap<number, Digest>;
  readonly problems: readonly string[];
};

/**
 * Reads the keys that are in files, and prepares all.
 *
 * A file holds the key as it is, or `hex:` and its bytes in hexadecimal; one line feed at its end does not count.
 */
export function loadKeys(hmac: Hmac): KeyRing {
  const digests = new Map<number, Digest>();
  const problems: string[] = [];
  for (const key of hmac.keys) {
    try {
      digests.set(key.id, digestOf(bytesOf(key)));
      if (key.kind === "file" && (statSync(key.path).mode & 0o007) !== 0) {
        problems.push(`auth_hmac key ${key.id}: ${key.path} is open to every user`);
      }
    } catch (error) {
      problems.push(`auth_hmac key ${key.id} is not usable: ${(error as Error).message}`);
    }
  }
  return { digests, problems };
}

function digestOf(key: Uint8Array): Digest {
  const secret = createSecretKey(key);
  return (bytes) => createHmac("sha256", secret).update(bytes).digest();
}

function bytesOf(key: HmacKey): Uint8Array {
  if (key.kind === "bytes") return Buffer.from(key.hex, "hex");
  const bytes = keyIn(readFileSync(key.path));
  if (bytes.length >= shortest && bytes.length <= longest) return bytes;
  throw new RangeError(
    `${key.path} has ${bytes.length} bytes, must be [${shortest}..${longest}]`,
  );
}

function keyIn(content: Buffer): Buffer {
  const line = content.at(-1) === 0x0a ? content.subarray(0, -1) : content;
  if (line.toString("latin1", 0, 4) !== "hex:") return line;
  const digits = line.toString("latin1", 4).trim();
  if (!/^([0-9a-f]{2})+$/i.test(digits)) {
    throw new RangeError("it is not a whole number of bytes in hexadecimal");
  }
  return Buffer.from(digits, "hex");
}
