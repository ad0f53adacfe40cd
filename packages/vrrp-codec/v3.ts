import type { Writer } from "@keepalived/bytes";
import { centisecondsOfUs, usOfCentiseconds } from "./interval.ts";

/**
 * What is special in version 3 (RFC 9568 §5.1).
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * |Version| Type  | Virtual Rtr ID|   Priority    |IPvX Addr Count|
 * |Reserve| Max Advertise Interval|          Checksum             |
 * |                       IPvX Address(es)                        |
 * ```
 */
export type V3Fields = { readonly maxAdvertiseIntervalUs: number };

/** Reads what is special in a message, checked for its length. The reserved bits are ignored (§5.2.6). */
export function readV3(message: Uint8Array): V3Fields {
  const centiseconds = (((message[4] ?? 0) & 0xf) << 8) | (message[5] ?? 0);
  return { maxAdvertiseIntervalUs: usOfCentiseconds(centiseconds) };
}

/** Writes the two octets before the checksum. */
export function writeV3Fields(writer: Writer, fields: V3Fields): void {
  writer.u16be(centisecondsOfUs(fields.maxAdvertiseIntervalUs));
}
