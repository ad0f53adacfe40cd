import type { IpAddress, MacAddress } from "@keepalived/ip-address";
import type { RawAttribute } from "./attribute.ts";
import type { IntegerType } from "./integer.ts";

/** How the payload of an attribute is to be read. */
export type AttributeType =
  /** An unsigned integer; host order unless `order` says network. u64 is a bigint. */
  | { readonly type: IntegerType; readonly order?: "network" }
  /** Text that ends at its first NUL (or at the end), UTF-8. */
  | { readonly type: "string" }
  | { readonly type: "bytes" }
  /** An IPv4 or IPv6 address, by its size. */
  | { readonly type: "ip" }
  /** A hardware address of any length, hexadecimal with colons. */
  | { readonly type: "mac" }
  /** Present or not, without payload. */
  | { readonly type: "flag" }
  /** A C structure of integers in host order, in the order of the keys; longer payloads are cut, as the kernel adds fields. */
  | { readonly type: "struct"; readonly fields: StructFields }
  /** Attributes of another table; `flagged`: written with `NLA_F_NESTED`, as newer families do. */
  | { readonly type: "nested"; readonly table: AttributeTable; readonly flagged?: true }
  /** Nested attributes that all are the same type, and whose numbers say nothing: from 1 upwards, or all the same. */
  | { readonly type: "array"; readonly of: AttributeType; readonly elementNumber?: number };

/** Names and types of a structure's fields, in its order. */
export type StructFields = { readonly [name: string]: IntegerType };

/**
 * What attributes of a message or a nest mean: a name for each number, and its type.
 *
 * The one description from which {@linkcode decodeAttributes} and {@linkcode encodeAttributes} work, so that both
 * directions agree. Written `as const`, it is also the type of the values. Attributes are encoded in its order.
 */
export type AttributeTable = {
  readonly [name: string]: AttributeType & { readonly number: number };
};

/** The values that a table describes; every attribute may be absent. */
export type AttributeValues<Table extends AttributeTable> =
  & { readonly [Name in keyof Table]?: AttributeValue<Table[Name]> }
  & {
    /** Attributes that the table does not have, in their order; encoded after those it has. */
    readonly unknown?: readonly RawAttribute[];
  };

/** The value of one attribute type. */
export type AttributeValue<Type extends AttributeType> = Type extends { readonly type: "u64" }
  ? bigint
  : Type extends { readonly type: IntegerType } ? number
  : Type extends { readonly type: "string" } ? string
  : Type extends { readonly type: "bytes" } ? Uint8Array
  : Type extends { readonly type: "ip" } ? IpAddress
  : Type extends { readonly type: "mac" } ? MacAddress
  : Type extends { readonly type: "flag" } ? true
  : Type extends { readonly type: "struct"; readonly fields: infer Fields extends StructFields }
    ? { readonly [Name in keyof Fields]: Fields[Name] extends "u64" ? bigint : number }
  : Type extends { readonly type: "nested"; readonly table: infer Table extends AttributeTable }
    ? AttributeValues<Table>
  : Type extends { readonly type: "array"; readonly of: infer Of extends AttributeType }
    ? readonly AttributeValue<Of>[]
  : never;
