import type { Writer } from "@keepalived/bytes";
import { type Authentication, authenticationBytes, authenticationType } from "./authentication.ts";
import { secondsOfUs, usOfSeconds } from "./interval.ts";

/**
 * What is special in version 2 (RFC 3768 §5.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version| Type  | Virtual Rtr ID|   Priority    | Count IP Addrs|
 * |   Auth Type   |   Adver Int   |          Checksum             |
 * |                         IP Address (1)                        |
 * |                         …                                     |
 * |                     Authentication Data (1)                   |
 * |                     Authentication Data (2)                   |
 * ```
 */
export type V2Fields = {
  readonly maxAdvertiseIntervalUs: number;
  readonly authentication?: Authentication;
};

/** Reads what is special in a message that ends at `end`, checked for its length. */
export function readV2(message: Uint8Array, end: number): V2Fields {
  const type = message[4] ?? 0;
  const data = message.slice(end - authenticationBytes, end);
  const maxAdvertiseIntervalUs = usOfSeconds(message[5] ?? 0);
  const absent = type === authenticationType.none && data.every((byte) => byte === 0);
  return absent
    ? { maxAdvertiseIntervalUs }
    : { maxAdvertiseIntervalUs, authentication: { type, data } };
}

/** Writes the two octets before the checksum. */
export function writeV2Fields(writer: Writer, fields: V2Fields): void {
  writer.u8(fields.authentication?.type ?? authenticationType.none)
    .u8(secondsOfUs(fields.maxAdvertiseIntervalUs));
}

/** Writes the authentication data after the addresses. */
export function writeV2Tail(writer: Writer, { authentication }: V2Fields): void {
  if (authentication === undefined) writer.zeros(authenticationBytes);
  else writer.put(authentication.data);
}
