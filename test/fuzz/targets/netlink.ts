import assert from "node:assert/strict";
import {
  type AttributeTable,
  decodeAttributes,
  decodeFamily,
  decodeGeneric,
  decodeReply,
  encodeAttributes,
  encodeGeneric,
  encodeMessages,
  encodeRawAttributes,
  spanAttributes,
  splitMessages,
} from "@keepalived/netlink-codec";
import type { Target } from "../engine/target.ts";
import { hexIn, join, obeyCodec, split } from "./support.ts";

/** One attribute of every type. */
const table = {
  byte: { number: 1, type: "u8" },
  word: { number: 2, type: "u16", order: "network" },
  double: { number: 3, type: "u32" },
  text: { number: 4, type: "string" },
  bytes: { number: 5, type: "bytes" },
  address: { number: 6, type: "ip" },
  inner: {
    number: 7,
    type: "nested",
    table: { quad: { number: 1, type: "u64" }, list: { number: 2, type: "bytes" } },
  },
  many: {
    number: 8,
    type: "array",
    of: { type: "nested", table: { name: { number: 1, type: "string" } } },
  },
} as const satisfies AttributeTable;

/** Datagrams of any netlink protocol. */
export const target: Target = {
  name: "netlink",
  about: "netlink datagrams, what they mean to a request, attributes by table, generic netlink",
  laws: ["codec", "attributes lie inside the message, one behind the other"],
  isText: false,
  mostBytes: 600,
  seeds: () => {
    const file = new URL("../../../packages/netlink-codec/testdata/kernel.json", import.meta.url);
    const attributes = encodeAttributes(table, {
      byte: 1,
      word: 2,
      double: 3,
      text: "four",
      bytes: Uint8Array.of(5),
      address: "192.0.2.6",
      inner: { list: Uint8Array.of(1) },
      many: [{ name: "a" }, { name: "b" }],
    });
    return [
      join(1, attributes),
      ...hexIn(file).flatMap((datagram) => [
        join(0, datagram),
        join(1, datagram.subarray(16)),
        join(2, datagram.subarray(16)),
      ]),
    ];
  },
  check: (input) => {
    const { choice, bytes } = split(input);
    if (choice % 3 === 0) return checkDatagram(bytes);
    if (choice % 3 === 2) {
      obeyCodec(
        bytes,
        decodeGeneric,
        (it) => encodeGeneric(it, (it as { attributes?: Uint8Array }).attributes ?? bytes.slice(4)),
      );
      obeyCodec(bytes, decodeFamily);
      return;
    }
    const spans = spanAttributes(bytes);
    if (spans.ok) {
      let end = 0;
      for (const span of spans.value) {
        assert.ok(span.start >= end && span.start <= span.end && span.end <= bytes.length);
        end = span.end;
      }
      encodeRawAttributes(
        spans.value.map(({ number, start, end }) => ({ number, payload: bytes.slice(start, end) })),
      );
    }
    obeyCodec(bytes, (it) => decodeAttributes(table, it), (it) => encodeAttributes(table, it));
  },
};

function checkDatagram(bytes: Uint8Array): void {
  const messages = obeyCodec(bytes, splitMessages, encodeMessages);
  for (const message of messages ?? []) {
    const reply = decodeReply(message);
    // A piece of an answer is the message itself.
    if (reply.ok && reply.value.kind === "data") continue;
    const end = obeyCodec(message.body, (body) => decodeReply({ ...message, body }));
    if (end?.kind === "refused") assert.ok(end.errno > 0);
  }
}
