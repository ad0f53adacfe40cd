import { type Decoded, fault, ok } from "@keepalived/bytes";
import { formatIp } from "@keepalived/ip-address";
import {
  type AttributeFault,
  NLA_TYPE_MASK,
  type RawAttribute,
  spanAttributes,
} from "./attribute.ts";
import { integerBytes, readInteger } from "./integer.ts";
import type { AttributeTable, AttributeType, AttributeValues, StructFields } from "./table.ts";

/**
 * The values of the attributes in `bytes` from `start` to `end`, as a table names them.
 *
 * Of an attribute that comes twice the last one counts, as in the kernel. Integers and addresses must have exactly the
 * size of their type. The depth is that of the table, so nesting in the input cannot grow the stack.
 *
 * @returns values that own their data; fault offsets are absolute
 */
export function decodeAttributes<const Table extends AttributeTable>(
  table: Table,
  bytes: Uint8Array,
  start: number = 0,
  end: number = bytes.length,
): Decoded<AttributeValues<Table>, AttributeFault> {
  // The table's type describes what decodeNest builds from the table's value; the compiler cannot see that.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decodeNest(table, { bytes, view }, start, end) as Decoded<
    AttributeValues<Table>,
    AttributeFault
  >;
}

type Input = { readonly bytes: Uint8Array; readonly view: DataView };

function decodeNest(
  table: AttributeTable,
  input: Input,
  start: number,
  end: number,
): Decoded<Record<string, unknown>, AttributeFault> {
  const spans = spanAttributes(input.bytes, start, end);
  if (!spans.ok) return spans;
  const names: string[] = [];
  for (const name in table) names[table[name]?.number ?? 0] = name;
  const values: Record<string, unknown> = {};
  const unknown: RawAttribute[] = [];
  for (const span of spans.value) {
    const name = names[span.number & NLA_TYPE_MASK];
    const entry = name === undefined ? undefined : table[name];
    if (name === undefined || entry === undefined) {
      unknown.push({ number: span.number, payload: input.bytes.slice(span.start, span.end) });
      continue;
    }
    const value = decodeValue(entry, input, span.start, span.end);
    if (!value.ok) return value;
    values[name] = value.value;
  }
  return ok(unknown.length === 0 ? values : { ...values, unknown });
}

function decodeValue(
  entry: AttributeType,
  input: Input,
  start: number,
  end: number,
): Decoded<unknown, AttributeFault> {
  const { bytes, view } = input;
  const size = end - start;
  switch (entry.type) {
    case "u8":
    case "u16":
    case "u32":
    case "u64":
      if (size !== integerBytes[entry.type]) return fault("attribute-size", start);
      return ok(readInteger(entry.type, view, start, entry.order ?? "host"));
    case "string": {
      const nul = bytes.subarray(start, end).indexOf(0);
      const text = bytes.subarray(start, nul < 0 ? end : start + nul);
      return ok(new TextDecoder("utf-8", { ignoreBOM: true }).decode(text));
    }
    case "bytes":
      return ok(bytes.slice(start, end));
    case "ip":
      if (size !== 4 && size !== 16) return fault("attribute-size", start);
      return ok(formatIp(bytes.subarray(start, end)));
    case "mac":
      return ok(formatHardwareAddress(bytes.subarray(start, end)));
    case "flag":
      return size === 0 ? ok(true) : fault("attribute-size", start);
    case "struct":
      return decodeStruct(entry.fields, view, start, end);
    case "nested":
      return decodeNest(entry.table, input, start, end);
    case "array":
      return decodeArray(entry.of, input, start, end);
  }
}

function decodeStruct(
  fields: StructFields,
  view: DataView,
  start: number,
  end: number,
): Decoded<Record<string, unknown>, AttributeFault> {
  const values: Record<string, unknown> = {};
  let at = start;
  for (const [name, type] of Object.entries(fields)) {
    if (at + integerBytes[type] > end) return fault("attribute-size", start);
    values[name] = readInteger(type, view, at, "host");
    at += integerBytes[type];
  }
  return ok(values);
}

function decodeArray(
  of: AttributeType,
  input: Input,
  start: number,
  end: number,
): Decoded<readonly unknown[], AttributeFault> {
  const spans = spanAttributes(input.bytes, start, end);
  if (!spans.ok) return spans;
  const values: unknown[] = [];
  for (const span of spans.value) {
    const value = decodeValue(of, input, span.start, span.end);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(values);
}

function formatHardwareAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
