import { type Decoded, fault, ok, Writer } from "@keepalived/bytes";
import { type NetlinkRequest, NLM_F_CREATE, NLM_F_DUMP } from "@keepalived/netlink-codec";
import { keyBytes, type KeyType, keyTypes } from "./key.ts";
import { decodeBody, type MessageBodyFault, request } from "./message.ts";
import { describeTable, type Table } from "./table.ts";

/** What rules look packets up in. */
export type NamedSet = {
  readonly name: string;
  /** Several: a concatenation. */
  readonly key: readonly KeyType[];
  /** Present: a map, from keys to this. */
  readonly value?: KeyType;
  /** No element is added or taken away later. */
  readonly constant?: boolean;
};

/** Why the body of a message about a set was refused. */
export type SetFault =
  | MessageBodyFault
  /** A type that {@linkcode KeyType} lacks. */
  | "set-type";

const NFT_SET_CONSTANT = 2;
const NFT_SET_MAP = 8;

/** Tags of the user data in which `nft` keeps what it needs to print a set, and what they say. */
const KEY_ORDER = 0;
const VALUE_ORDER = 1;
const orders = { host: 1, network: 2 } as const;

const attributes = {
  table: { number: 1, type: "string" },
  name: { number: 2, type: "string" },
  flags: { number: 3, type: "u32", order: "network" },
  keyType: { number: 4, type: "u32", order: "network" },
  keyLength: { number: 5, type: "u32", order: "network" },
  valueType: { number: 6, type: "u32", order: "network" },
  valueLength: { number: 7, type: "u32", order: "network" },
  id: { number: 10, type: "u32", order: "network" },
  userData: { number: 13, type: "bytes" },
} as const;

/** `nft add set ip filter blocked { type ipv4_addr ; }`, or `nft add map …` */
export function addSet(table: Table, set: NamedSet): NetlinkRequest {
  const { name, key, value, constant = false } = set;
  return request({
    command: `add ${value === undefined ? "set" : "map"} ${describeTable(table)} ${name} { ${
      describeSet(set)
    } ; }`,
    message: "newSet",
    flags: NLM_F_CREATE,
    family: table.family,
    table: attributes,
    values: {
      table: table.name,
      name,
      flags: (constant ? NFT_SET_CONSTANT : 0) | (value === undefined ? 0 : NFT_SET_MAP),
      keyType: key.reduce((types, type) => types << 6 | keyTypes[type].number, 0),
      keyLength: keyBytes(key),
      ...value !== undefined && {
        valueType: keyTypes[value].number,
        valueLength: keyTypes[value].bytes,
      },
      // The kernel wants one; sets are looked up by name first, so it need not be unique.
      id: 1,
      userData: encodeOrders(key, value),
    },
  });
}

/** `nft delete set ip filter blocked`, or `nft delete map …`: refused with EBUSY while a rule looks something up in it. */
export function deleteSet(table: Table, { name, value }: NamedSet): NetlinkRequest {
  return request({
    command: `delete ${value === undefined ? "set" : "map"} ${describeTable(table)} ${name}`,
    message: "deleteSet",
    family: table.family,
    table: attributes,
    values: { table: table.name, name },
  });
}

/** `nft list sets` */
export function listSets(): NetlinkRequest {
  return request({
    command: "list sets",
    message: "getSet",
    flags: NLM_F_DUMP,
    table: attributes,
    values: {},
  });
}

/** The set in an answer to {@linkcode listSets}. */
export function decodeSet(
  body: Uint8Array,
): Decoded<{ readonly table: Table; readonly set: NamedSet }, SetFault> {
  const decoded = decodeBody(attributes, body);
  if (!decoded.ok) return decoded;
  const { family, values: { table, name, flags = 0, keyType, valueType } } = decoded.value;
  if (table === undefined || name === undefined || keyType === undefined) {
    return fault("nftables-incomplete", body.length);
  }
  const key = typesOf(keyType);
  const value = (flags & NFT_SET_MAP) === 0 ? undefined : typesOf(valueType ?? 0)?.[0];
  if (key === undefined || (flags & NFT_SET_MAP) !== 0 && value === undefined) {
    return fault("set-type", body.length);
  }
  return ok({
    table: { family, name: table },
    set: {
      name,
      key,
      ...value !== undefined && { value },
      ...(flags & NFT_SET_CONSTANT) !== 0 && { constant: true },
    },
  });
}

/** `type ifname : iface_index ; flags constant` */
export function describeSet({ key, value, constant }: NamedSet): string {
  const map = value === undefined ? "" : ` : ${value}`;
  return `type ${key.join(" . ")}${map}${constant === true ? " ; flags constant" : ""}`;
}

/** The types of a concatenation, of which each takes six bits. */
function typesOf(number: number): readonly KeyType[] | undefined {
  const types: KeyType[] = [];
  for (let rest = number; rest > 0; rest >>>= 6) {
    const type = (Object.keys(keyTypes) as KeyType[]).find((it) =>
      keyTypes[it].number === (rest & 0x3f)
    );
    if (type === undefined) return undefined;
    types.unshift(type);
  }
  return types.length === 0 ? undefined : types;
}

/** Entries of a tag, a length and a number. A concatenation has no order of its own: 0. */
function encodeOrders(key: readonly KeyType[], value: KeyType | undefined): Uint8Array {
  const [first, second] = key;
  const order = first === undefined || second !== undefined ? 0 : orders[keyTypes[first].order];
  const writer = new Writer(value === undefined ? 6 : 12).u8(KEY_ORDER).u8(4).u32ne(order);
  if (value !== undefined) {
    writer.u8(VALUE_ORDER).u8(4).u32ne(orders[keyTypes[value].order]);
  }
  return writer.finish();
}
