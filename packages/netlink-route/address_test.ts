import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import { encodeRequest, type NetlinkRequest, spanAttributes } from "@keepalived/netlink-codec";
import fc from "fast-check";
import {
  addAddress,
  type Address,
  decodeAddress,
  deleteAddress,
  describeAddress,
  encodeAddress,
  listAddresses,
  replaceAddress,
} from "./mod.ts";
import { addressFlags } from "./address.ts";
import recorded from "./testdata/requests.json" with { type: "json" };

const plain: Address = {
  index: 2,
  address: "192.0.2.1",
  prefixLength: 24,
  scope: "global",
  flags: {},
};
const ipv6: Address = {
  ...plain,
  address: "2001:db8::1",
  prefixLength: 64,
  flags: { noDad: true },
};

/** Header, and attributes in the order of their numbers: `ip` has the order of its arguments. */
function partsOf(message: Uint8Array): unknown {
  const spans = spanAttributes(message, 24);
  assert.ok(spans.ok);
  const attributes = spans.value.map(({ number, start, end }) => ({
    number,
    payload: message.slice(start, end),
  }));
  const header = message.slice(0, 24).fill(0, 8, 12); // without the sequence number
  return { header, attributes: attributes.sort((a, b) => a.number - b.number) };
}

function assertSameAs(request: NetlinkRequest, command: string): void {
  const hex = recorded.requests.find((entry) => entry.command === command)?.message;
  const sent = parseHex(hex ?? "");
  assert.ok(sent !== undefined && sent.length > 0, `no recording of ${command}`);
  assert.deepEqual(partsOf(encodeRequest(request, 0)), partsOf(sent), command);
}

test("requests about addresses are what ip sends", () => {
  assertSameAs(
    addAddress({ ...plain, broadcast: "192.0.2.255", label: "vb:vip" }),
    "ip address add 192.0.2.1/24 broadcast 192.0.2.255 label vb:vip dev vb",
  );
  assertSameAs(
    addAddress({
      ...plain,
      address: "198.51.100.1",
      peer: "198.51.100.2",
      prefixLength: 32,
      scope: "link",
    }),
    "ip address add 198.51.100.1 peer 198.51.100.2/32 scope link dev vb",
  );
  assertSameAs(
    replaceAddress({
      ...plain,
      address: "203.0.113.9",
      prefixLength: 32,
      flags: { noPrefixRoute: true },
      validLifetimeS: 3000,
      preferredLifetimeS: 1000,
    }),
    "ip address replace 203.0.113.9/32 noprefixroute valid_lft 3000 preferred_lft 1000 dev vb",
  );
  assertSameAs(addAddress(ipv6), "ip address add 2001:db8::1/64 nodad dev vb");
  assertSameAs(
    deleteAddress(plain),
    "ip address delete 192.0.2.1/24 dev vb",
  );
});

test("listAddresses() asks for all families or one", () => {
  assert.deepEqual(listAddresses().body, new Uint8Array(8));
  assert.deepEqual(listAddresses(4).body, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(listAddresses(6).body, Uint8Array.of(10, 0, 0, 0, 0, 0, 0, 0));
  assert.equal(listAddresses(6).flags, 0x301);
});

test("requests about addresses are named by the equal command", () => {
  assert.equal(addAddress(ipv6).name, "ip address add 2001:db8::1/64 scope global dev if2 nodad");
  assert.equal(
    replaceAddress({ ...plain, label: "vb:vip", protocol: 18, metric: 5 }).name,
    "ip address replace 192.0.2.1/24 label vb:vip scope global dev if2 metric 5 proto 18",
  );
  assert.equal(deleteAddress(plain).name, "ip address delete 192.0.2.1/24 dev if2");
  assert.equal(listAddresses(6).name, "ip -6 address show");
});

test("describeAddress() says all there is", () => {
  assert.equal(
    describeAddress({
      ...plain,
      peer: "192.0.2.2",
      broadcast: "192.0.2.255",
      scope: 7,
      flags: { permanent: true, noDad: false, other: 0x8000 },
      validLifetimeS: 2,
      preferredLifetimeS: 0,
    }),
    "192.0.2.1 peer 192.0.2.2/24 broadcast 192.0.2.255 scope 7 dev if2 permanent flags 0x8000" +
      " valid_lft 2 preferred_lft 0",
  );
});

test("decodeAddress() names each fault", () => {
  const faultOf = (body: Uint8Array, ...changes: [number, number][]) => {
    const changed = body.slice();
    for (const [at, byte] of changes) changed[at] = byte;
    const decoded = decodeAddress(changed);
    return decoded.ok ? "ok" : `${decoded.error.fault} ${decoded.error.offset}`;
  };
  const body = encodeAddress({ ...plain, broadcast: "192.0.2.255" });
  assert.equal(faultOf(body), "ok");
  assert.equal(faultOf(body.slice(0, 7)), "address-truncated 0");
  assert.equal(faultOf(body, [0, 45]), "address-family 0");
  assert.equal(faultOf(body, [1, 33]), "address-prefix-length 1");
  assert.equal(faultOf(encodeAddress(ipv6), [1, 129]), "address-prefix-length 1");
  assert.equal(faultOf(body.slice(0, 8)), "address-missing 8");
  assert.equal(faultOf(body, [0, 10]), "address-mixed 8");
  const local = body.slice(0, 16);
  const withPeer = Uint8Array.of(...local, 20, 0, 1, 0, ...new Uint8Array(16));
  assert.equal(faultOf(withPeer), "address-mixed 8", "an IPv6 peer of an IPv4 address");
  assert.equal(faultOf(body, [8, 7]), "attribute-size 12");
  assert.equal(faultOf(body, [8, 3]), "attribute-length 8");
});

test("encodeAddress() refuses families that do not match, and numbers out of range", () => {
  const refuses = (change: Partial<Address>) =>
    assert.throws(() => encodeAddress({ ...plain, ...change }), RangeError);
  refuses({ peer: "2001:db8::1" });
  refuses({ broadcast: "2001:db8::1" });
  refuses({ prefixLength: 256 });
  refuses({ protocol: 256 });
  refuses({ validLifetimeS: -1 });
  refuses({ scope: 256 });
});

const flags = fc.record(
  Object.fromEntries(Object.keys(addressFlags).map((name) => [name, fc.constant(true)])),
  { requiredKeys: [], noNullPrototype: true },
);
const seconds = fc.nat(0xffff_fffe);
const options: { requiredKeys: never[]; noNullPrototype: true } = {
  requiredKeys: [],
  noNullPrototype: true,
};
const common = {
  label: fc.constantFrom("eth0", "eth0:1"),
  preferredLifetimeS: seconds,
  validLifetimeS: seconds,
  protocol: fc.nat(255),
  metric: seconds,
};
const header = {
  index: seconds,
  scope: fc.constantFrom<Address["scope"][]>("global", "site", "link", "host", "nowhere", 7),
  flags,
};
const addresses: fc.Arbitrary<Address> = fc.oneof(
  fc.tuple(
    fc.record({ ...header, prefixLength: fc.nat(32), address: fc.constant("192.0.2.1") }),
    fc.record({ ...common, peer: fc.constant("0.0.0.0"), broadcast: fc.ipV4() }, options),
  ),
  fc.tuple(
    fc.record({ ...header, prefixLength: fc.nat(128), address: fc.constant("2001:db8::1") }),
    fc.record({ ...common, peer: fc.constant("::ffff:192.0.2.1") }, options),
  ),
).map(([required, optional]) => ({ ...required, ...optional }));

test("decodeAddress() gives back what encodeAddress() wrote", () => {
  fc.assert(fc.property(addresses, (address) => {
    assert.deepEqual(decodeAddress(encodeAddress(address)), { ok: true, value: address });
  }));
});

test("decodeAddress() of damaged bodies never throws, and what it accepts is a fixed point", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  let accepted = 0;
  fc.assert(
    fc.property(addresses, damage, (address, changes) => {
      const body = encodeAddress(address);
      for (const [at, byte] of changes) body[at % body.length] = byte;
      const decoded = decodeAddress(body);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= body.length);
      accepted++;
      assert.ok(decoded.value.prefixLength <= (body[0] === 2 ? 32 : 128));
      assert.deepEqual(decodeAddress(encodeAddress(decoded.value)), decoded);
    }),
    { numRuns: 2000, seed: 1 },
  );
  assert.ok(accepted > 200, `only ${accepted} damaged bodies were accepted`);
});
