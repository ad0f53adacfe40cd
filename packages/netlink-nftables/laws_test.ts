import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import { encodeRawAttributes } from "@keepalived/netlink-codec";
import fc from "fast-check";
import type { Expression } from "./expression.ts";
import { comparisons, metaKeys, payloadBases, verdicts } from "./expression.ts";
import { decodeExpression, encodeExpression } from "./expression_codec.ts";
import { decodeKey, encodeKey, keyBytes, type KeyType } from "./key.ts";
import {
  addElements,
  decodeChain,
  decodeElements,
  decodeRule,
  decodeSet,
  decodeTable,
  equals,
  inPrefix,
  inSet,
  type NamedSet,
  transaction,
} from "./mod.ts";

const seed = 20_260_704;
const u32 = fc.nat(0xffff_ffff);
const hex = fc.uint8Array({ maxLength: 32 }).map(formatHex);
const name = fc.constantFrom("vips", "a", "münchen");

const expression: fc.Arbitrary<Expression> = fc.oneof(
  record({ kind: fc.constant("meta" as const), key: oneOf(metaKeys), to: u32 }),
  record({ kind: fc.constant("meta-set" as const), key: oneOf(metaKeys), from: u32 }),
  record({
    kind: fc.constant("payload" as const),
    base: fc.constantFrom(...payloadBases),
    offset: u32,
    length: u32,
    to: u32,
  }),
  record({
    kind: fc.constant("compare" as const),
    from: u32,
    operator: fc.constantFrom(...comparisons),
    data: hex,
  }),
  record({ kind: fc.constant("bitwise" as const), from: u32, to: u32, mask: hex, xor: hex }),
  record({ kind: fc.constant("lookup" as const), set: name, from: u32 }),
  record({
    kind: fc.constant("lookup" as const),
    set: name,
    from: u32,
    to: u32,
    inverted: fc.constant(true as const),
  }),
  record({ kind: fc.constant("verdict" as const), verdict: oneOf(verdicts) }),
  record({ kind: fc.constant("verdict" as const), verdict: oneOf(verdicts), chain: name }),
  fc.constant({ kind: "counter" } as const),
  record({ kind: fc.constant("dup" as const), address: u32 }),
  record({ kind: fc.constant("dup" as const), address: u32, device: u32 }),
  record({ kind: fc.constant("other" as const), name: fc.constant("limit"), data: hex }),
);

/** Objects as literals make them. */
function record<Model>(model: { [K in keyof Model]: fc.Arbitrary<Model[K]> }): fc.Arbitrary<Model> {
  return fc.record<Model>(model, { noNullPrototype: true });
}

function oneOf<Name extends string>(names: Readonly<Record<Name, number>>): fc.Arbitrary<Name> {
  return fc.constantFrom(...Object.keys(names) as Name[]);
}

test("an expression reads back as it was", () => {
  fc.assert(
    fc.property(expression, (it) => {
      assert.deepEqual(decodeExpression(encodeExpression(it)), { ok: true, value: it });
    }),
    { seed, numRuns: 500 },
  );
});

test("an expression with settings beyond its fields comes back as it is", () => {
  const u32be = (number: number, value: number) => ({
    number,
    payload: Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value),
  });
  const value = { number: 1, payload: Uint8Array.of(1) };
  const nest = (number: number) => ({ number, payload: encodeRawAttributes([value]) });
  const cases = {
    meta: [u32be(2, 4), u32be(1, 1), u32be(3, 1)],
    payload: [u32be(1, 1), u32be(2, 9), u32be(3, 0), u32be(4, 1)],
    cmp: [u32be(1, 1), u32be(2, 6), nest(3)],
    bitwise: [u32be(1, 1), u32be(2, 1), u32be(3, 2), nest(4), nest(5)],
    lookup: [u32be(2, 1), { number: 1, payload: Uint8Array.of(97, 0) }, u32be(5, 2)],
    immediate: [u32be(1, 1), nest(2)],
    dup: [u32be(2, 1)],
  };
  for (const [name, attributes] of Object.entries(cases)) {
    const data = encodeRawAttributes(attributes);
    const decoded = decodeExpression({ name, data });
    assert.deepEqual(decoded, { ok: true, value: { kind: "other", name, data: formatHex(data) } });
    assert.deepEqual(decoded.ok && encodeExpression(decoded.value), { name, data });
  }
});

const valueOf: { readonly [Type in KeyType]: fc.Arbitrary<string | number> } = {
  ipv4_addr: fc.constantFrom("192.0.2.1", "0.0.0.0"),
  ipv6_addr: fc.constantFrom("fe80::1", "::"),
  inet_service: fc.nat(65_535),
  mark: u32,
  iface_index: u32,
  icmpv6_type: fc.nat(255),
  ifname: fc.constantFrom("eth0", "fifteen-bytes-x", ""),
};

test("a key reads back as it was, concatenated or not", () => {
  const types = fc.array(fc.constantFrom(...Object.keys(valueOf) as KeyType[]), {
    minLength: 1,
    maxLength: 4,
  });
  const key = types.chain((types) =>
    fc.tuple(fc.constant(types), fc.tuple(...types.map((type) => valueOf[type])))
  );
  fc.assert(
    fc.property(key, ([types, values]) => {
      const bytes = encodeKey(types, values);
      assert.equal(bytes.length, keyBytes(types));
      assert.deepEqual(decodeKey(types, bytes), { ok: true, value: values });
    }),
    { seed },
  );
});

test("keys that are not of their type are refused", () => {
  const wrong: readonly [readonly KeyType[], readonly (string | number)[]][] = [
    [["ipv6_addr"], ["192.0.2.1"]],
    [["ipv4_addr"], ["::1"]],
    [["ifname"], ["sixteen-bytes-xx"]],
    [["ifname"], ["a\0b"]],
    [["icmpv6_type"], [256]],
    [["iface_index"], [-1]],
    [["ipv4_addr", "ifname"], ["192.0.2.1"]],
  ];
  for (const [types, values] of wrong) {
    assert.throws(() => encodeKey(types, values), RangeError, `${types} ${values}`);
  }
  assert.deepEqual(decodeKey(["ipv4_addr"], new Uint8Array(5)), {
    ok: false,
    error: { fault: "key-length", offset: 0 },
  });
  for (const byte of [0x61, 0xff]) {
    const name = new Uint8Array(16).fill(byte, 0, byte === 0xff ? 3 : 16);
    assert.equal(decodeKey(["ifname"], name).ok, false, `${byte}`);
  }
});

test("the parts of a concatenation lie side by side in the registers", () => {
  const registers = inSet(["ip saddr", "ip daddr", "oifname"], "s").expressions.flatMap((it) =>
    "to" in it ? [it.to] : []
  );
  assert.deepEqual(registers, [1, 9, 10]);
});

test("a prefix is compared under its mask, bit by bit", () => {
  const masks = [0, 10, 20, 32].map((prefixLength) =>
    inPrefix("ip saddr", { address: "203.0.113.255", prefixLength }).expressions.slice(1)
      .map((it) => it.kind === "bitwise" ? it.mask : it.kind === "compare" ? it.data : "")
  );
  assert.deepEqual(masks, [
    ["00000000", "00000000"],
    ["ffc00000", "cb000000"],
    ["fffff000", "cb007000"],
    ["ffffffff", "cb0071ff"],
  ]);
});

test("values that a field cannot have are refused", () => {
  assert.throws(() => equals("ip protocol", 256), RangeError);
  assert.throws(() => equals("ip saddr", "::1"), RangeError);
  assert.throws(() => transaction([]), RangeError);
});

test("any bytes give a value or a fault inside the input", () => {
  const set: NamedSet = { name: "s", key: ["ipv6_addr", "ifname"], value: "iface_index" };
  const real = addElements({ family: "ip6", name: "t" }, set, [{ key: ["::1", "lo"], value: 7 }]);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.tuple(fc.nat(real.body.length - 1), fc.nat(255)).map(([at, byte]) =>
      real.body.with(at, byte)
    ),
  );
  const decoders = [
    decodeTable,
    decodeChain,
    decodeSet,
    decodeRule,
    (body: Uint8Array) => decodeElements(body, set),
  ];
  fc.assert(
    fc.property(bytes, (body) => {
      for (const decode of decoders) {
        const decoded = decode(body);
        if (decoded.ok) continue;
        assert.ok(decoded.error.offset >= 0 && decoded.error.offset <= body.length);
      }
    }),
    { seed, numRuns: 1000 },
  );
});
