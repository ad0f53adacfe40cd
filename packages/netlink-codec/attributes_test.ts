import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import fc from "fast-check";
import {
  type AttributeTable,
  decodeAttributes,
  encodeAttributes,
  encodeRawAttributes,
  NLA_F_NESTED,
  spanAttributes,
} from "./mod.ts";

const table = {
  small: { number: 1, type: "u8" },
  port: { number: 2, type: "u16", order: "network" },
  count: { number: 3, type: "u32" },
  bytesSent: { number: 4, type: "u64" },
  name: { number: 5, type: "string" },
  blob: { number: 6, type: "bytes" },
  address: { number: 7, type: "ip" },
  mac: { number: 8, type: "mac" },
  on: { number: 9, type: "flag" },
  window: { number: 10, type: "struct", fields: { flags: "u32", mask: "u16", total: "u64" } },
  nest: {
    number: 11,
    type: "nested",
    table: { id: { number: 1, type: "u32", order: "network" } },
  },
  list: { number: 12, type: "array", of: { type: "string" } },
} as const satisfies AttributeTable;

const every = {
  small: 1,
  port: 0x0203,
  count: 0x04050607,
  bytesSent: 0x08n,
  name: "eth0",
  blob: Uint8Array.of(9),
  address: "192.0.2.1",
  mac: "02:00:00:00:00:01",
  on: true,
  window: { flags: 1, mask: 2, total: 3n },
  nest: { id: 4 },
  list: ["a", "bc"],
} as const;

test("encodeAttributes() writes each type, padded, in the order of the table", () => {
  assert.equal(
    formatHex(encodeAttributes(table, every)),
    "0500010001000000" + "0600020002030000" + "0800030007060504" + "0c0004000800000000000000" +
      "090005006574683000000000" + "0500060009000000" + "08000700c0000201" +
      "0a0008000200000000010000" + "04000900" + "12000a000100000002000300000000000000" + "0000" +
      "0c000b000800010000000004" + "14000c00" + "0600010061000000" + "0700020062630000",
  );
});

test("decodeAttributes() reads each type", () => {
  assert.deepEqual(decodeAttributes(table, encodeAttributes(table, every)), {
    ok: true,
    value: every,
  });
});

test("decodeAttributes() ignores type flags, reads unterminated text and longer structures", () => {
  const bytes = encodeRawAttributes([
    { number: 5, payload: new TextEncoder().encode("eth0") },
    { number: 11 | NLA_F_NESTED, payload: encodeAttributes(table.nest.table, { id: 4 }) },
    { number: 10, payload: Uint8Array.from({ length: 20 }, (_, i) => i) },
  ]);
  assert.deepEqual(decodeAttributes(table, bytes), {
    ok: true,
    value: {
      name: "eth0",
      nest: { id: 4 },
      window: { flags: 0x03020100, mask: 0x0504, total: 0x0d0c0b0a09080706n },
    },
  });
});

test("decodeAttributes() takes the last of two equal attributes", () => {
  const bytes = encodeRawAttributes([
    { number: 1, payload: Uint8Array.of(1) },
    { number: 1, payload: Uint8Array.of(2) },
  ]);
  assert.deepEqual(decodeAttributes(table, bytes), { ok: true, value: { small: 2 } });
});

test("unknown attributes survive decoding and encoding, nested ones too", () => {
  const alien = { number: 99 | NLA_F_NESTED, payload: Uint8Array.of(1, 2, 3) };
  const bytes = encodeRawAttributes([
    alien,
    { number: 11, payload: encodeRawAttributes([alien]) },
    alien,
  ]);
  const decoded = decodeAttributes(table, bytes);
  assert.deepEqual(decoded, {
    ok: true,
    value: { nest: { unknown: [alien] }, unknown: [alien, alien] },
  });
  const again = encodeAttributes(table, decoded.ok ? decoded.value : {});
  assert.deepEqual(decodeAttributes(table, again), decoded);
});

test("elements of an array are numbered from 1, or as the table says", () => {
  const numbersOf = (entry: { readonly elementNumber?: number }) => {
    const list = { list: { number: 1, type: "array", of: { type: "u8" }, ...entry } } as const;
    const spans = spanAttributes(encodeAttributes(list, { list: [7, 8] }), 4);
    return spans.ok && spans.value.map(({ number }) => number);
  };
  assert.deepEqual(numbersOf({}), [1, 2]);
  assert.deepEqual(numbersOf({ elementNumber: 5 }), [5, 5]);
});

test("decoded values own their data", () => {
  const bytes = encodeRawAttributes([
    { number: 6, payload: Uint8Array.of(1) },
    { number: 99, payload: Uint8Array.of(2) },
  ]);
  const decoded = decodeAttributes(table, bytes);
  bytes.fill(0xa5);
  assert.deepEqual(decoded.ok && decoded.value.blob, Uint8Array.of(1));
  assert.deepEqual(decoded.ok && decoded.value.unknown?.[0]?.payload, Uint8Array.of(2));
});

test("decodeAttributes() names each fault at its absolute offset", () => {
  const refused = (...bytes: number[]) => {
    const decoded = decodeAttributes(table, Uint8Array.from(bytes), 4);
    return decoded.ok ? "ok" : `${decoded.error.fault} ${decoded.error.offset}`;
  };
  const head = [0xff, 0xff, 0xff, 0xff];
  assert.equal(refused(...head, 5, 0, 1), "attribute-header 4");
  assert.equal(refused(...head, 3, 0, 1, 0), "attribute-length 4");
  assert.equal(refused(...head, 0, 0, 1, 0), "attribute-length 4");
  assert.equal(refused(...head, 9, 0, 1, 0, 1, 0, 0, 0), "attribute-length 4");
  assert.equal(refused(...head, 6, 0, 1, 0, 1, 0), "attribute-size 8", "two bytes for u8");
  assert.equal(refused(...head, 7, 0, 7, 0, 1, 2, 3), "attribute-size 8", "three bytes for ip");
  assert.equal(refused(...head, 5, 0, 9, 0, 1), "attribute-size 8", "a flag with payload");
  assert.equal(refused(...head, 8, 0, 10, 0, 1, 2, 3, 4), "attribute-size 8", "a short structure");
  assert.equal(refused(...head, 8, 0, 11, 0, 4, 0), "attribute-length 4");
  assert.equal(refused(...head, 8, 0, 11, 0, 9, 0, 1, 0), "attribute-length 8", "inside a nest");
  assert.equal(refused(...head, 7, 0, 12, 0, 9, 0, 1), "attribute-header 8", "inside an array");
});

test("encodeAttributes() refuses values that their type cannot hold", () => {
  const refuses = (values: Parameters<typeof encodeAttributes<typeof table>>[1]) =>
    assert.throws(() => encodeAttributes(table, values), RangeError);
  refuses({ small: 256 });
  refuses({ port: -1 });
  refuses({ port: 0x1_0000 });
  refuses({ count: 2 ** 32 });
  refuses({ count: 0.5 });
  refuses({ bytesSent: -1n });
  refuses({ name: "a\0b" });
  refuses({ address: "192.0.2" });
  refuses({ mac: "02:0" });
  refuses({ blob: new Uint8Array(0x1_0000) });
});

const values = fc.record({
  small: fc.nat(0xff),
  port: fc.nat(0xffff),
  count: fc.nat(0xffff_ffff),
  bytesSent: fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }),
  name: fc.string().filter((text) => !text.includes("\0")),
  blob: fc.uint8Array({ maxLength: 9 }),
  address: fc.constantFrom("0.0.0.0", "255.1.2.3", "::", "2001:db8::1", "::ffff:192.0.2.1"),
  mac: fc.constantFrom("", "0a:00:01", "ff:ff:ff:ff:ff:ff"),
  on: fc.constant(true as const),
  window: fc.record({ flags: fc.nat(), mask: fc.nat(0xffff), total: fc.bigInt(0n, 1n << 63n) }, {
    noNullPrototype: true,
  }),
  nest: fc.record({ id: fc.nat() }, { requiredKeys: [], noNullPrototype: true }),
  list: fc.array(fc.constantFrom("", "a", "\ufeffmünchen")),
  unknown: fc.array(
    fc.record({ number: fc.integer({ min: 13, max: 0x3fff }), payload: fc.uint8Array() }, {
      noNullPrototype: true,
    }),
    { minLength: 1 },
  ),
}, { requiredKeys: [], noNullPrototype: true });

test("decodeAttributes() gives back what encodeAttributes() wrote", () => {
  fc.assert(fc.property(values, (sent) => {
    assert.deepEqual(decodeAttributes(table, encodeAttributes(table, sent)), {
      ok: true,
      value: sent,
    });
  }));
});

test("decodeAttributes() of damaged bytes never throws, and what it accepts is a fixed point", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });
  let accepted = 0;
  fc.assert(
    fc.property(values, damage, fc.nat(3), (sent, changes, cut) => {
      const encoded = encodeAttributes(table, sent);
      const bytes = encoded.slice(0, Math.max(0, encoded.length - cut));
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
      const decoded = decodeAttributes(table, bytes);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= bytes.length);
      accepted++;
      assert.deepEqual(decodeAttributes(table, encodeAttributes(table, decoded.value)), decoded);
    }),
    { numRuns: 2000, seed: 1 },
  );
  assert.ok(accepted > 200, `only ${accepted} damaged inputs were accepted`);
});

test("decodeAttributes() takes linear time for many tiny and deeply nested attributes", () => {
  const tiny = new Uint8Array(4 << 20);
  for (let i = 0; i < tiny.length; i += 4) tiny.set([4, 0, 12, 0], i);
  const decoded = decodeAttributes(table, tiny);
  assert.deepEqual(decoded, { ok: true, value: { list: [] } });
  const deep = new Uint8Array(0xfff0);
  for (let i = 0; i < deep.length; i += 4) {
    const left = deep.length - i;
    deep.set([left & 0xff, left >> 8, 11, 0], i);
  }
  const nested = decodeAttributes(table, deep);
  assert.equal(nested.ok && nested.value.nest?.unknown?.length, 1);
});
