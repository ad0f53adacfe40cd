import { parseHex } from "@keepalived/bytes";
import { type IpAddress, ipToBytes, type MacAddress } from "@keepalived/ip-address";
import { NLA_F_NESTED, type RawAttribute } from "./attribute.ts";
import { AttributeWriter } from "./attribute_writer.ts";
import type { IntegerType } from "./integer.ts";
import type { AttributeTable, AttributeType, AttributeValues, StructFields } from "./table.ts";

/** The values of any table, before their types are known. */
type Nest = Readonly<Record<string, unknown>> & { readonly unknown?: readonly RawAttribute[] };

/**
 * The bytes of the values, in the order of the table, unknown ones last.
 *
 * Nested attributes go out without `NLA_F_NESTED`, as rtnetlink itself writes them, unless the table says otherwise.
 *
 * @param headroom zeros before them, for the fixed header of a message
 * @param writer for whoever encodes many messages
 * @throws RangeError for a value that its type cannot hold
 */
export function encodeAttributes<const Table extends AttributeTable>(
  table: Table,
  values: AttributeValues<Table>,
  headroom: number = 0,
  writer: AttributeWriter = new AttributeWriter(),
): Uint8Array {
  writer.zeros(headroom);
  writeNest(writer, table, values);
  return writer.finish();
}

function writeNest(writer: AttributeWriter, table: AttributeTable, values: Nest): void {
  for (const name in table) {
    const entry = table[name];
    const value = values[name];
    if (entry === undefined || value === undefined) continue;
    const isFlagged = entry.type === "nested" && entry.flagged === true;
    const start = writer.begin(isFlagged ? entry.number | NLA_F_NESTED : entry.number);
    writeValue(writer, entry, value);
    writer.end(start);
  }
  for (const { number, payload } of values.unknown ?? []) {
    const start = writer.begin(number);
    writer.put(payload);
    writer.end(start);
  }
}

/** The payload of one attribute; that `value` is of its type is what AttributeValues checked at compile time. */
function writeValue(writer: AttributeWriter, entry: AttributeType, value: unknown): void {
  switch (entry.type) {
    case "u8":
    case "u16":
    case "u32":
    case "u64":
      return writer.integer(entry.type, value as number | bigint, entry.order ?? "host");
    case "string":
      return writer.string(value as string);
    case "bytes":
      return writer.put(value as Uint8Array);
    case "ip":
      return writer.put(ipToBytes(value as IpAddress));
    case "mac":
      return writer.put(encodeHardwareAddress(value as MacAddress));
    case "flag":
      return;
    case "struct":
      return writeStruct(writer, entry.fields, value as Readonly<Record<string, number | bigint>>);
    case "nested":
      return writeNest(writer, entry.table, value as Nest);
    case "array":
      for (const [i, element] of (value as readonly unknown[]).entries()) {
        const start = writer.begin(entry.elementNumber ?? i + 1);
        writeValue(writer, entry.of, element);
        writer.end(start);
      }
      return;
  }
}

function encodeHardwareAddress(text: MacAddress): Uint8Array {
  const bytes = parseHex(text);
  if (bytes === undefined) throw new RangeError(`Not a hardware address: ${text}`);
  return bytes;
}

function writeStruct(
  writer: AttributeWriter,
  fields: StructFields,
  values: Readonly<Record<string, number | bigint>>,
): void {
  for (const name in fields) {
    writer.integer(fields[name] as IntegerType, values[name] ?? NaN, "host");
  }
}
