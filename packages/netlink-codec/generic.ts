import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import type { AttributeFault } from "./attribute.ts";
import { decodeAttributes } from "./decode_attributes.ts";
import { encodeAttributes } from "./encode_attributes.ts";
import { NLM_F_ACK, NLM_F_REQUEST } from "./message.ts";
import type { NetlinkRequest } from "./request.ts";

/**
 * The header of a generic netlink message, before its attributes.
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * |    Command    |    Version    |           Reserved            |
 * +---------------+---------------+-------------------------------+
 * ```
 */
export type GenericHeader = {
  /** Number of the operation; each family has its own. */
  readonly command: number;
  readonly version: number;
};

/** Size of the header: where the attributes of a generic message begin in its body. */
export const GENL_HDRLEN = 4;

/** Why a generic header was refused. */
export type GenericFault = "generic-truncated";

/** The body of a generic netlink message: header and attributes. */
export function encodeGeneric(header: GenericHeader, attributes: Uint8Array): Uint8Array {
  return new Writer(GENL_HDRLEN + attributes.length).u8(header.command).u8(header.version)
    .zeros(2).put(attributes).finish();
}

/** The header of a body; its attributes begin at {@linkcode GENL_HDRLEN}. */
export function decodeGeneric(body: Uint8Array): Decoded<GenericHeader, GenericFault> {
  const reader = new Reader(body);
  const header = { command: reader.u8(), version: reader.u8() };
  reader.skip(2);
  return reader.failed ? fault("generic-truncated", 0) : ok(header);
}

/** A family of generic netlink, whose number the kernel gives out at run time. */
export type GenericFamily = {
  readonly name: string;
  /** The message type of its messages. */
  readonly id: number;
  readonly version: number;
  readonly multicastGroups: readonly { readonly name: string; readonly id: number }[];
};

/** Why an answer to {@linkcode getFamily} was refused. */
export type FamilyFault =
  | AttributeFault
  | GenericFault
  /** No name, id or version, or a multicast group without name or id. */
  | "family-incomplete";

const GENL_ID_CTRL = 0x10;
const CTRL_CMD_GETFAMILY = 3;

const familyTable = {
  id: { number: 1, type: "u16" },
  name: { number: 2, type: "string" },
  version: { number: 3, type: "u32" },
  multicastGroups: {
    number: 7,
    type: "array",
    of: {
      type: "nested",
      table: { name: { number: 1, type: "string" }, id: { number: 2, type: "u32" } },
    },
  },
} as const;

/** Asks for a family by name: `genl ctrl get name IPVS`. Refused with ENOENT if the kernel has none. */
export function getFamily(name: string): NetlinkRequest {
  return {
    name: `genl ctrl get name ${name}`,
    type: GENL_ID_CTRL,
    flags: NLM_F_REQUEST | NLM_F_ACK,
    body: encodeGeneric(
      { command: CTRL_CMD_GETFAMILY, version: 1 },
      encodeAttributes(familyTable, { name }),
    ),
  };
}

/** The family in the body of the answer. */
export function decodeFamily(body: Uint8Array): Decoded<GenericFamily, FamilyFault> {
  const header = decodeGeneric(body);
  if (!header.ok) return header;
  const attributes = decodeAttributes(familyTable, body, GENL_HDRLEN);
  if (!attributes.ok) return attributes;
  const { id, name, version } = attributes.value;
  if (id === undefined || name === undefined || version === undefined) {
    return fault("family-incomplete", body.length);
  }
  const multicastGroups: { name: string; id: number }[] = [];
  for (const group of attributes.value.multicastGroups ?? []) {
    if (group.name === undefined || group.id === undefined) {
      return fault("family-incomplete", body.length);
    }
    multicastGroups.push({ name: group.name, id: group.id });
  }
  return ok({ name, id, version, multicastGroups });
}
