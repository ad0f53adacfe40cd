import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import {
  type AttributeFault,
  type AttributeTable,
  type AttributeValues,
  decodeAttributes,
  encodeAttributes,
  type NetlinkRequest,
  NLM_F_REQUEST,
} from "@keepalived/netlink-codec";
import { type Family, familyOfNumber, numberOfFamily } from "./family.ts";

/** Number of nf_tables among the subsystems of nfnetlink. */
export const NFNL_SUBSYS_NFTABLES = 10;

/** Numbers of the messages (`NFT_MSG_*`). */
export const messages = {
  newTable: 0,
  getTable: 1,
  deleteTable: 2,
  newChain: 3,
  getChain: 4,
  deleteChain: 5,
  newRule: 6,
  getRule: 7,
  deleteRule: 8,
  newSet: 9,
  getSet: 10,
  deleteSet: 11,
  newElement: 12,
  getElement: 13,
  deleteElement: 14,
} as const;

/** Why the body of a message was refused. */
export type MessageBodyFault =
  | AttributeFault
  | "nftables-truncated"
  /** Of a family that nf_tables does not have. */
  | "nftables-family"
  /** An attribute that each such message has is not there. */
  | "nftables-incomplete";

const headerBytes = 4;

/** What every request has in common. */
export type RequestParts<Table extends AttributeTable> = {
  /** The equal command, without `nft`. */
  readonly command: string;
  readonly message: keyof typeof messages;
  /** Beyond `NLM_F_REQUEST`. */
  readonly flags?: number;
  /** Absent: all families. */
  readonly family?: Family;
  readonly table: Table;
  readonly values: AttributeValues<Table>;
};

/**
 * A request: the header of nfnetlink, then attributes.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |    Family     |   Version 0   |   Resource id, network order  |
 * +---------------+---------------+-------------------------------+
 * ```
 */
export function request<const Table extends AttributeTable>(
  parts: RequestParts<Table>,
): NetlinkRequest {
  const { command, message, flags = 0, family, table, values } = parts;
  return {
    name: `nft ${command}`,
    type: NFNL_SUBSYS_NFTABLES << 8 | messages[message],
    flags: NLM_F_REQUEST | flags,
    body: encodeBody(
      family === undefined ? 0 : numberOfFamily(family),
      0,
      encodeAttributes(table, values),
    ),
  };
}

/** The header of nfnetlink and what follows it. */
export function encodeBody(
  family: number,
  resource: number,
  attributes: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return new Writer(headerBytes + attributes.length).u8(family).u8(0).u16be(resource)
    .put(attributes).finish();
}

/** Family and attributes of an answer's body. */
export function decodeBody<const Table extends AttributeTable>(
  table: Table,
  body: Uint8Array,
): Decoded<{ readonly family: Family; readonly values: AttributeValues<Table> }, MessageBodyFault> {
  const reader = new Reader(body);
  const family = familyOfNumber(reader.u8());
  reader.skip(headerBytes - 1);
  if (reader.failed) return fault("nftables-truncated", 0);
  if (family === undefined) return fault("nftables-family", 0);
  const values = decodeAttributes(table, body, headerBytes);
  return values.ok ? ok({ family, values: values.value }) : values;
}
