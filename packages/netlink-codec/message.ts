import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";

/**
 * One netlink message without its header's length.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------------------------------------------------------+
 * |                    Length, this header included               |
 * +-------------------------------+-------------------------------+
 * |             Type              |             Flags             |
 * +-------------------------------+-------------------------------+
 * |                        Sequence number                        |
 * +---------------------------------------------------------------+
 * |                            Port id                            |
 * +---------------------------------------------------------------+
 * ```
 *
 * All fields in host order (RFC 3549 §2.3.2 has the layout).
 */
export type NetlinkMessage = {
  /** Below 0x10 control messages (`NLMSG_*`), above what the protocol defines (`RTM_*`, a generic family's id). */
  readonly type: number;
  /** `NLM_F_*` bits. */
  readonly flags: number;
  /** Of the request that this answers, or that caused the notification; 0 where none did. */
  readonly sequence: number;
  /** The socket that sent that request; 0 in requests: the kernel fills it in. */
  readonly portId: number;
  /** What follows the header: a fixed header of the protocol, then attributes. */
  readonly body: Uint8Array;
};

/** Why a datagram was not split. */
export type MessageFault =
  /** Fewer bytes than a header, or than the length field says: the receive buffer was too small. */
  | "message-truncated"
  /** A length field below the size of the header. */
  | "message-length";

/** Size of the header, bytes. */
export const NLMSG_HDRLEN = 16;

/** Type of a message that says nothing. */
export const NLMSG_NOOP = 0x1;
/** Type of an acknowledgement, whether good or bad. */
export const NLMSG_ERROR = 0x2;
/** Type of the end of a dump. */
export const NLMSG_DONE = 0x3;

/** This is a request: in every message to the kernel. */
export const NLM_F_REQUEST = 0x1;
/** More messages follow, until `NLMSG_DONE`. */
export const NLM_F_MULTI = 0x2;
/** Answer with an acknowledgement even if all went well. */
export const NLM_F_ACK = 0x4;
/** Send the resulting notification back to the asker as well. */
export const NLM_F_ECHO = 0x8;
/** The table changed while it was dumped: the dump is inconsistent. */
export const NLM_F_DUMP_INTR = 0x10;
/** Get: return the whole table (root and match). */
export const NLM_F_DUMP = 0x300;
/** New: override an existing object. */
export const NLM_F_REPLACE = 0x100;
/** New: refuse if the object exists. */
export const NLM_F_EXCL = 0x200;
/** New: create if the object is missing. */
export const NLM_F_CREATE = 0x400;
/** New: add to the end of the list. */
export const NLM_F_APPEND = 0x800;
/** Acknowledgement: the refused request is quoted by its header alone. */
export const NLM_F_CAPPED = 0x100;
/** Acknowledgement: attributes follow. */
export const NLM_F_ACK_TLVS = 0x200;

/** The bytes of a message, padded to a multiple of four. */
export function encodeMessage(message: NetlinkMessage): Uint8Array {
  return encodeMessages([message]);
}

/** One datagram of several messages, each padded to a multiple of four. */
export function encodeMessages(messages: readonly NetlinkMessage[]): Uint8Array {
  let size = 0;
  for (const { body } of messages) size += align(NLMSG_HDRLEN + body.length);
  const writer = new Writer(size);
  for (const { type, flags, sequence, portId, body } of messages) {
    const length = NLMSG_HDRLEN + body.length;
    writer.u32ne(length).u16ne(type).u16ne(flags).u32ne(sequence).u32ne(portId).put(body)
      .zeros(align(length) - length);
  }
  return writer.finish();
}

/**
 * The messages of one datagram, each with a copy of its body.
 *
 * The kernel fills dump datagrams up to 32 KiB: read with a buffer at least as large. Padding may be missing after
 * the last message. A fault is the sender's, or the reader's whose buffer cut the datagram; then nothing is returned.
 */
export function splitMessages(
  datagram: Uint8Array,
): Decoded<readonly NetlinkMessage[], MessageFault> {
  const messages: NetlinkMessage[] = [];
  let start = 0;
  while (start < datagram.length) {
    const reader = new Reader(datagram, start);
    const length = reader.u32ne();
    const header = {
      type: reader.u16ne(),
      flags: reader.u16ne(),
      sequence: reader.u32ne(),
      portId: reader.u32ne(),
    };
    if (reader.failed) return fault("message-truncated", start);
    if (length < NLMSG_HDRLEN) return fault("message-length", start);
    const body = reader.take(length - NLMSG_HDRLEN);
    if (reader.failed) return fault("message-truncated", start);
    messages.push({ ...header, body });
    start += align(length);
  }
  return ok(messages);
}

/** The next multiple of four. Not by bits: a length field may hold more than 31 of them. */
function align(length: number): number {
  return Math.ceil(length / 4) * 4;
}
