import { parseHex } from "@keepalived/bytes";
import { type IpAddress, ipToBytes, type MacAddress } from "@keepalived/ip-address";
import { encodeRawAttributes, NLA_F_NESTED, type RawAttribute } from "./attribute.ts";
import { writeInteger } from "./integer.ts";
import type { AttributeTable, AttributeType, AttributeValues, StructFields } from "./table.ts";

/** The values of any table, before their types are known. */
type Nest = Readonly<Record<string, unknown>> & { readonly unknown?: readonly RawAttribute[] };

/**
 * The bytes of the values, in the order of the table, unknown ones last.
 *
 * Nested attributes go out without `NLA_F_NESTED`, as rtnetlink itself writes them, unless the table says otherwise.
 *
 * @throws RangeError for a value that its type cannot hold
 */
export function encodeAttributes<const Table extends AttributeTable>(
  table: Table,
  values: AttributeValues<Table>,
): Uint8Array {
  return encodeNest(table, values);
}

function encodeNest(table: AttributeTable, values: Nest): Uint8Array {
  const attributes: RawAttribute[] = [];
  for (const [name, entry] of Object.entries(table)) {
    const value = values[name];
    if (value === undefined) continue;
    const isFlagged = entry.type === "nested" && entry.flagged === true;
    const number = isFlagged ? entry.number | NLA_F_NESTED : entry.number;
    attributes.push({ number, payload: encodeValue(entry, value) });
  }
  return encodeRawAttributes([...attributes, ...values.unknown ?? []]);
}

/** The payload of one attribute; that `value` is of its type is what AttributeValues checked at compile time. */
function encodeValue(entry: AttributeType, value: unknown): Uint8Array {
  switch (entry.type) {
    case "u8":
    case "u16":
    case "u32":
    case "u64":
      return writeInteger(entry.type, value as number | bigint, entry.order ?? "host");
    case "string":
      return encodeString(value as string);
    case "bytes":
      return value as Uint8Array;
    case "ip":
      return ipToBytes(value as IpAddress);
    case "mac":
      return encodeHardwareAddress(value as MacAddress);
    case "flag":
      return new Uint8Array(0);
    case "struct":
      return encodeStruct(entry.fields, value as Readonly<Record<string, number | bigint>>);
    case "nested":
      return encodeNest(entry.table, value as Nest);
    case "array":
      return encodeRawAttributes((value as readonly unknown[]).map((element, i) => (
        { number: entry.elementNumber ?? i + 1, payload: encodeValue(entry.of, element) }
      )));
  }
}

function encodeString(text: string): Uint8Array {
  if (text.includes("\0")) throw new RangeError("Cannot write text: it holds a NUL");
  return new TextEncoder().encode(`${text}\0`);
}

function encodeHardwareAddress(text: MacAddress): Uint8Array {
  const bytes = parseHex(text);
  if (bytes === undefined) throw new RangeError(`Not a hardware address: ${text}`);
  return bytes;
}

function encodeStruct(
  fields: StructFields,
  values: Readonly<Record<string, number | bigint>>,
): Uint8Array {
  const parts = Object.entries(fields).flatMap(([name, type]) => [
    ...writeInteger(type, values[name] ?? NaN, "host"),
  ]);
  return Uint8Array.from(parts);
}
