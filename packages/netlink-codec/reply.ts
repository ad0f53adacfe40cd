import { type Decoded, fault, ok, Reader } from "@keepalived/bytes";
import type { AttributeFault } from "./attribute.ts";
import { decodeAttributes } from "./decode_attributes.ts";
import {
  type NetlinkMessage,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  NLMSG_NOOP,
} from "./message.ts";

/** What a message from the kernel means to the request whose sequence number it carries. */
export type Reply =
  /** A piece of the answer. */
  | { readonly kind: "data"; readonly message: NetlinkMessage; readonly interrupted: boolean }
  /** The request was carried out; the kernel may still have something to say. */
  | { readonly kind: "acknowledged"; readonly warning?: string }
  /** The dump is complete. If any of its messages was `interrupted` it is inconsistent: ask again. */
  | { readonly kind: "done"; readonly interrupted: boolean; readonly warning?: string }
  | Refusal
  /** To be ignored. */
  | { readonly kind: "noop" };

/** The request failed, with the kernel's own words where it has some. */
export type Refusal = {
  readonly kind: "refused";
  /** Positive, as in errno(3). */
  readonly errno: number;
  /** Extended acknowledgement: what is wrong, in English. */
  readonly text?: string;
  /** Extended acknowledgement: where in the request, counted from its message header. */
  readonly offset?: number;
};

/** Why a reply was refused. */
export type ReplyFault =
  | AttributeFault
  /** The body ends before its errno, or inside the request that it quotes. */
  | "reply-truncated";

/** What follows the quoted request in an extended acknowledgement. */
const extendedTable = {
  text: { number: 1, type: "string" },
  offset: { number: 2, type: "u32" },
} as const;

/** What a message means; faults have offsets into its body. */
export function decodeReply(message: NetlinkMessage): Decoded<Reply, ReplyFault> {
  const interrupted = (message.flags & NLM_F_DUMP_INTR) !== 0;
  switch (message.type) {
    case NLMSG_NOOP:
      return ok({ kind: "noop" });
    case NLMSG_ERROR:
      return decodeEnd(message, { kind: "acknowledged" });
    case NLMSG_DONE:
      return decodeEnd(message, { kind: "done", interrupted });
    default:
      return ok({ kind: "data", message, interrupted });
  }
}

/** An end with its errno and extended attributes; `success` is what errno 0 means. */
function decodeEnd(
  message: NetlinkMessage,
  success: { kind: "acknowledged" } | { kind: "done"; interrupted: boolean },
): Decoded<Reply, ReplyFault> {
  const { type, flags, body } = message;
  const reader = new Reader(body);
  const errno = Math.abs(reader.i32ne());
  if (reader.failed) return fault("reply-truncated", 0);
  if (type === NLMSG_ERROR) {
    // The request is quoted: its header alone if capped, which its length field does not show.
    const quoted = reader.u32ne();
    reader.skip(NLMSG_HDRLEN - 4);
    if ((flags & NLM_F_CAPPED) === 0) reader.skip(padded(quoted) - NLMSG_HDRLEN);
    if (reader.failed) return fault("reply-truncated", reader.offset);
  }
  const extended = (flags & NLM_F_ACK_TLVS) !== 0;
  const said = decodeAttributes(extendedTable, body, extended ? reader.offset : body.length);
  if (!said.ok) return said;
  const { text, offset } = said.value;
  if (errno === 0) return ok(text === undefined ? success : { ...success, warning: text });
  return ok({
    kind: "refused",
    errno,
    ...text !== undefined && { text },
    ...offset !== undefined && { offset },
  });
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
