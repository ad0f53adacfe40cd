import { equalBytes } from "@keepalived/bytes";

/** Authentication types of version 2 (RFC 2338 §5.3.6; reserved since RFC 3768). Others are kept. */
export const authenticationType = { none: 0, simpleText: 1, authenticationHeader: 2 } as const;

/** The authentication fields of version 2. Where they are absent the type is 0 and the data is zero. */
export type Authentication = {
  /** 0–255, see {@linkcode authenticationType}. */
  readonly type: number;
  /** 8 bytes. */
  readonly data: Uint8Array;
};

/** Why an advertisement does not come from a peer of ours; named as the counters of RFC 2787 §3. */
export type AuthenticationFault =
  | "invalid-authentication-type"
  | "authentication-type-mismatch"
  | "authentication-failure";

/** Bytes of the authentication data at the end of each version 2 message. */
export const authenticationBytes = 8;

/** Simple text authentication: a password in UTF-8, cut or filled with zeros to 8 bytes (RFC 2338 §5.3.6). */
export function simpleText(password: string): Authentication {
  const data = new Uint8Array(authenticationBytes);
  data.set(new TextEncoder().encode(password).subarray(0, authenticationBytes));
  return { type: authenticationType.simpleText, data };
}

/** What a message says whose digest is in an IP Authentication Header around it. */
export function headerAuthentication(): Authentication {
  return {
    type: authenticationType.authenticationHeader,
    data: new Uint8Array(authenticationBytes),
  };
}

/**
 * Compares what came with what the virtual router is configured for (RFC 2338 §7.1).
 *
 * The data counts for simple text only. A digest in an Authentication Header is checked elsewhere.
 *
 * @returns undefined if it is accepted
 */
export function checkAuthentication(
  received: Authentication | undefined,
  expected: Authentication | undefined,
): AuthenticationFault | undefined {
  const type = received?.type ?? authenticationType.none;
  if (type > authenticationType.authenticationHeader) return "invalid-authentication-type";
  if (type !== (expected?.type ?? authenticationType.none)) return "authentication-type-mismatch";
  if (type !== authenticationType.simpleText) return undefined;
  const same = received !== undefined && expected !== undefined &&
    equalBytes(received.data, expected.data);
  return same ? undefined : "authentication-failure";
}
