import { type Decoded, fault, ok } from "@keepalived/bytes";
import { type NetlinkRequest, NLM_F_CREATE, NLM_F_DUMP } from "@keepalived/netlink-codec";
import { dataTable } from "./data.ts";
import {
  decodeKey,
  describeKey,
  encodeKey,
  type KeyFault,
  type KeyType,
  type KeyValue,
} from "./key.ts";
import { decodeBody, type MessageBodyFault, request, type RequestParts } from "./message.ts";
import type { NamedSet } from "./set.ts";
import { describeTable, type Table } from "./table.ts";

/** An element of a set or, with a value, of a map. */
export type Element = {
  /** As many as the set's key has parts. */
  readonly key: readonly KeyValue[];
  readonly value?: KeyValue;
};

/** Why the body of a message about elements was refused. */
export type ElementFault =
  | MessageBodyFault
  | KeyFault
  /** An element without key, or of a map without value. */
  | "element-incomplete";

const attributes = {
  table: { number: 1, type: "string" },
  set: { number: 2, type: "string" },
  elements: {
    number: 3,
    type: "array",
    of: {
      type: "nested",
      table: {
        key: { number: 1, type: "nested", table: dataTable },
        value: { number: 2, type: "nested", table: dataTable },
      },
    },
  },
} as const;

/** So many are named in messages. */
const namedElements = 16;

/** `nft add element ip filter blocked { 192.0.2.1 }`: up to about a thousand at once, as many as an attribute holds. */
export function addElements(
  table: Table,
  set: NamedSet,
  elements: readonly Element[],
): NetlinkRequest {
  return request({
    ...change("add", table, set, elements),
    message: "newElement",
    flags: NLM_F_CREATE,
  });
}

/** `nft delete element ip filter blocked { 192.0.2.1 }`: refused with ENOENT if one is not there. */
export function deleteElements(
  table: Table,
  set: NamedSet,
  elements: readonly Element[],
): NetlinkRequest {
  return request({ ...change("delete", table, set, elements), message: "deleteElement" });
}

/** `nft list set ip filter blocked` */
export function listElements(table: Table, set: NamedSet): NetlinkRequest {
  return request({
    command: `list set ${describeTable(table)} ${set.name}`,
    message: "getElement",
    flags: NLM_F_DUMP,
    family: table.family,
    table: attributes,
    values: { table: table.name, set: set.name },
  });
}

/** Elements in an answer to {@linkcode listElements}. @param set the set that they are of */
export function decodeElements(
  body: Uint8Array,
  set: NamedSet,
): Decoded<readonly Element[], ElementFault> {
  const decoded = decodeBody(attributes, body);
  if (!decoded.ok) return decoded;
  const elements: Element[] = [];
  for (const element of decoded.value.values.elements ?? []) {
    const key = decodePart(set.key, element.key?.value);
    if (!key.ok) return key;
    if (set.value === undefined) {
      elements.push({ key: key.value });
      continue;
    }
    const value = decodePart([set.value], element.value?.value);
    if (!value.ok) return value;
    elements.push({ key: key.value, value: value.value[0] ?? 0 });
  }
  return ok(elements);
}

/** `192.0.2.1, 192.0.2.2`, or `"eth0" : 2` */
export function describeElements(set: NamedSet, elements: readonly Element[]): string {
  return elements.map(({ key, value }) => {
    const text = describeKey(set.key, key);
    return set.value === undefined || value === undefined
      ? text
      : `${text} : ${describeKey([set.value], [value])}`;
  }).join(", ");
}

function change(
  verb: string,
  table: Table,
  set: NamedSet,
  elements: readonly Element[],
): Omit<RequestParts<typeof attributes>, "message"> {
  const more = elements.length - namedElements;
  const list = describeElements(set, elements.slice(0, namedElements));
  return {
    command: `${verb} element ${describeTable(table)} ${set.name} { ${list}${
      more > 0 ? `, ${more} more` : ""
    } }`,
    family: table.family,
    table: attributes,
    values: {
      table: table.name,
      set: set.name,
      elements: elements.map(({ key, value }) => ({
        key: { value: encodeKey(set.key, key) },
        ...set.value !== undefined && { value: { value: encodeKey([set.value], [value ?? ""]) } },
      })),
    },
  };
}

function decodePart(
  types: readonly KeyType[],
  bytes: Uint8Array | undefined,
): Decoded<readonly KeyValue[], ElementFault> {
  return bytes === undefined ? fault("element-incomplete", 0) : decodeKey(types, bytes);
}
