/**
 * Netlink messages, attributes, replies and generic netlink as values.
 *
 * A datagram is split into messages; what a message means to the request that it answers is a {@linkcode Reply}. What
 * its attributes mean is written down once, as a table, for both directions.
 *
 * @example
 * ```ts
 * import { type AttributeTable, decodeAttributes, encodeAttributes } from "@keepalived/netlink-codec";
 *
 * const table = {
 *   address: { number: 1, type: "ip" },
 *   port: { number: 2, type: "u16", order: "network" },
 * } as const satisfies AttributeTable;
 *
 * const bytes = encodeAttributes(table, { address: "192.0.2.1", port: 80 });
 * const decoded = decodeAttributes(table, bytes);
 * if (!decoded.ok || decoded.value.port !== 80) throw new Error("Not the same");
 * ```
 *
 * @module
 */

export {
  encodeMessage,
  encodeMessages,
  type MessageFault,
  type NetlinkMessage,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_APPEND,
  NLM_F_CAPPED,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_ECHO,
  NLM_F_EXCL,
  NLM_F_MULTI,
  NLM_F_REPLACE,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  NLMSG_NOOP,
  splitMessages,
} from "./message.ts";
export { encodeRequest, isDump, type NetlinkRequest } from "./request.ts";
export { decodeReply, type Refusal, type Reply, type ReplyFault } from "./reply.ts";
export {
  type AttributeFault,
  type AttributeSpan,
  encodeRawAttributes,
  NLA_F_NESTED,
  NLA_TYPE_MASK,
  type RawAttribute,
  spanAttributes,
} from "./attribute.ts";
export type {
  AttributeTable,
  AttributeType,
  AttributeValue,
  AttributeValues,
  StructFields,
} from "./table.ts";
export type { IntegerType } from "./integer.ts";
export { AttributeWriter } from "./attribute_writer.ts";
export { decodeAttributes } from "./decode_attributes.ts";
export { encodeAttributes } from "./encode_attributes.ts";
export {
  decodeFamily,
  decodeGeneric,
  encodeGeneric,
  type FamilyFault,
  type GenericFamily,
  type GenericFault,
  type GenericHeader,
  GENL_HDRLEN,
  getFamily,
} from "./generic.ts";
