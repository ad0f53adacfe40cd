import { type Decoded, fault, ok } from "@keepalived/bytes";
import { type NetlinkRequest, NLM_F_DUMP } from "@keepalived/netlink-codec";
import type { Family } from "./family.ts";
import { decodeBody, type MessageBodyFault, request } from "./message.ts";

/** A table: the name that holds chains and sets together. */
export type Table = { readonly family: Family; readonly name: string };

const attributes = {
  name: { number: 1, type: "string" },
  flags: { number: 2, type: "u32", order: "network" },
} as const;

/** `nft add table ip filter`: nothing happens if it is there. */
export function addTable(table: Table): NetlinkRequest {
  const { family, name } = table;
  return request({
    command: `add table ${describeTable(table)}`,
    message: "newTable",
    family,
    table: attributes,
    values: { name, flags: 0 },
  });
}

/** `nft delete table ip filter`, with all that it holds: refused with ENOENT if there is none. */
export function deleteTable(table: Table): NetlinkRequest {
  const { family, name } = table;
  return request({
    command: `delete table ${describeTable(table)}`,
    message: "deleteTable",
    family,
    table: attributes,
    values: { name },
  });
}

/** `nft list tables` */
export function listTables(): NetlinkRequest {
  return request({
    command: "list tables",
    message: "getTable",
    flags: NLM_F_DUMP,
    table: attributes,
    values: {},
  });
}

/** The table in an answer to {@linkcode listTables}. */
export function decodeTable(body: Uint8Array): Decoded<Table, MessageBodyFault> {
  const decoded = decodeBody(attributes, body);
  if (!decoded.ok) return decoded;
  const { family, values: { name } } = decoded.value;
  return name === undefined ? fault("nftables-incomplete", body.length) : ok({ family, name });
}

/** `ip filter` */
export function describeTable({ family, name }: Table): string {
  return `${family} ${name}`;
}
