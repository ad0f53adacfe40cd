import assert from "node:assert/strict";
import { test } from "node:test";
import { formatHex } from "@keepalived/bytes";
import { encodeRequest, type NetlinkRequest } from "@keepalived/netlink-codec";
import fc from "fast-check";
import {
  createLink,
  decodeLink,
  deleteLink,
  deleteLinkGroup,
  describeLink,
  encodeLink,
  getLink,
  type Link,
  listLinks,
  setLink,
} from "./mod.ts";
import { linkFlags, operStates } from "./link.ts";
import recorded from "./testdata/requests.json" with { type: "json" };

/** Compares bytes, but for the sequence number. */
function assertSameAs(request: NetlinkRequest, command: string): void {
  const hex = recorded.requests.find((entry) => entry.command === command)?.message;
  assert.ok(hex, `no recording of ${command}`);
  const sequence = Number.parseInt(hex.slice(16, 24).replace(/(..)(..)(..)(..)/, "$4$3$2$1"), 16);
  assert.equal(formatHex(encodeRequest(request, sequence)), hex, command);
}

test("requests about links are what ip sends", () => {
  assertSameAs(setLink(2, { up: true }), "ip link set dev vb up");
  assertSameAs(setLink(2, { mtu: 1400 }), "ip link set dev vb mtu 1400");
  assertSameAs(
    setLink(2, { mac: "02:00:00:00:00:02" }),
    "ip link set dev vb address 02:00:00:00:00:02",
  );
  assertSameAs(setLink(3, { master: 5 }), "ip link set dev va master br0");
  assertSameAs(setLink(3, { master: 0 }), "ip link set dev va nomaster");
  assertSameAs(setLink(2, { addressGeneration: "none" }), "ip link set dev vb addrgenmode none");
  assertSameAs(setLink(2, { group: 7 }), "ip link set dev vb group 7");
  assertSameAs(deleteLink(4), "ip link delete dev vrrp.51");
  assertSameAs(deleteLinkGroup(7), "ip link delete group 7");
});

test("createLink() differs from ip in the NUL after the kind only", () => {
  const created = (request: NetlinkRequest, command: string, withNul: string, without: string) => {
    const hex = recorded.requests.find((entry) => entry.command === command)?.message ?? "";
    const body = formatHex(request.body);
    assert.ok(body.includes(withNul), body);
    assert.equal(body.replace(withNul, without), hex.slice(32), command);
    assert.equal(formatHex(encodeRequest(request, 0)).slice(8, 16), hex.slice(8, 16));
  };
  created(
    createLink({
      name: "vrrp.51",
      kind: "macvlan",
      parent: 2,
      mode: "private",
      mac: "00:00:5e:00:01:33",
    }),
    "ip link add link vb name vrrp.51 address 00:00:5e:00:01:33 type macvlan mode private",
    "0c0001006d6163766c616e00",
    "0b0001006d6163766c616e00",
  );
  created(
    createLink({ name: "ip.51", kind: "ipvlan", parent: 2, scope: "private", group: 6 }),
    "ip link add link vb name ip.51 group 6 type ipvlan mode l2 private",
    "0b0001006970766c616e0000",
    "0a0001006970766c616e0000",
  );
  created(
    createLink({ name: "br0", kind: "bridge" }),
    "ip link add name br0 type bridge",
    "0b00010062726964676500",
    "0a00010062726964676500",
  );
  created(
    createLink({ name: "vx", kind: "veth", peerName: "vy" }),
    "ip link add name vx type veth peer name vy",
    "30001200090001007665746800000000",
    "2c0012000800010076657468",
  );
});

test("setLink() puts down, renames, and names itself by the equal command", () => {
  const request = setLink(3, { up: false, name: "eth9", master: 4 });
  assert.equal(request.name, "ip link set dev if3 down master if4 name eth9");
  assert.equal(
    formatHex(request.body),
    "00000000" + "03000000" + "00000000" + "01000000" + "0900030065746839" + "00000000" +
      "08000a0004000000",
  );
});

test("setLink() changes settings for IPv4 and the way of IPv6 addresses in one request", () => {
  const { name, body } = setLink(2, {
    group: 7,
    ipv4: { arp_ignore: 1, rp_filter: 0 },
    addressGeneration: "none",
  });
  assert.equal(
    name,
    "ip link set dev if2 group 7 addrgenmode none arp_ignore 1 rp_filter 0",
  );
  assert.equal(
    formatHex(body.slice(16)),
    "08001b0007000000" + "28001a00" + "18000200" + "14000100" + "0800080000000000" +
      "0800130001000000" + "0c000a00" + "0500080001000000",
  );
});

test("createLink() can make it a port and put it in a group", () => {
  const { body } = createLink({ name: "m", kind: "bridge", master: 4, group: 6 });
  assert.equal(
    formatHex(body.slice(16)).slice(0, 48),
    "08001b0006000000" + "060003006d000000" + "08000a0004000000",
  );
});

test("createLink() can put the link up at once", () => {
  const { body, name } = createLink({ name: "br0", kind: "bridge", up: true });
  assert.equal(name, "ip link add name br0 type bridge");
  assert.deepEqual(body.slice(8, 16), Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0));
});

test("listLinks() and getLink() do without statistics", () => {
  const header = "00".repeat(16);
  assert.equal(formatHex(listLinks().body), header + "08001d0008000000");
  assert.equal(listLinks().flags, 0x301);
  assert.equal(
    formatHex(getLink("eth0").body),
    header + "090003006574683000000000" + "08001d0008000000",
  );
  assert.equal(formatHex(getLink(3).body.slice(4, 8)), "03000000");
  assert.equal(getLink(3).name, "ip link show dev if3");
  assert.equal(getLink("eth0").flags, 5);
});

const vmac: Link = {
  index: 5,
  name: "vrrp.51",
  hardwareType: 1,
  flags: { up: true, running: true, lowerUp: true, other: 0x8000_0000 },
  mtu: 1500,
  mac: "00:00:5e:00:01:33",
  operState: "up",
  carrier: false,
  master: 4,
  group: 7,
  parent: 3,
  kind: "macvlan",
  macvlanMode: "private",
};

test("describeLink() says what matters", () => {
  assert.equal(
    describeLink(vmac),
    "5: vrrp.51 <up,running,lowerUp,0x80000000> mtu 1500 state up no-carrier" +
      " mac 00:00:5e:00:01:33 master if4 group 7 link if3 type macvlan mode private",
  );
});

test("decodeLink() names each fault", () => {
  const faultOf = (body: Uint8Array, ...changes: [number, number][]) => {
    const changed = body.slice();
    for (const [at, byte] of changes) changed[at] = byte;
    const decoded = decodeLink(changed);
    return decoded.ok ? "ok" : `${decoded.error.fault} ${decoded.error.offset}`;
  };
  const body = encodeLink(vmac);
  assert.equal(faultOf(body), "ok");
  assert.equal(faultOf(body.slice(0, 15)), "link-truncated 0");
  assert.equal(faultOf(body, [0, 7]), "link-family 0");
  assert.equal(faultOf(body.slice(0, 16)), "link-name-missing 16");
  assert.equal(faultOf(body, [16, 2]), "attribute-length 16");
  const mode = formatHex(body).indexOf("0800010001000000") / 2;
  assert.equal(faultOf(body, [mode, 7]), `attribute-size ${mode + 4}`);
});

test("decodeLink() of another kind leaves its data alone", () => {
  const body = encodeLink({ ...vmac, kind: "bridgeX" });
  const decoded = decodeLink(body);
  assert.equal(decoded.ok && decoded.value.kind, "bridgeX");
  assert.equal(decoded.ok && decoded.value.macvlanMode, undefined);
});

test("decodeLink() takes interface 0 below a tunnel for none", () => {
  const decoded = decodeLink(encodeLink({ ...vmac, parent: 0 }));
  assert.equal(decoded.ok && "parent" in decoded.value, false);
});

const integer = fc.nat(0xffff_ffff);
const options: { requiredKeys: never[]; noNullPrototype: true } = {
  requiredKeys: [],
  noNullPrototype: true,
};
const links: fc.Arbitrary<Link> = fc.tuple(
  fc.record({
    index: integer,
    name: fc.constantFrom("eth0", "", "a name"),
    hardwareType: fc.nat(0xffff),
    flags: fc.record(
      Object.fromEntries(Object.keys(linkFlags).map((name) => [name, fc.constant(true)])),
      options,
    ),
  }),
  fc.record({
    mtu: integer,
    mac: fc.constantFrom("02:00:00:00:00:01", "0a:00:00:01"),
    broadcastMac: fc.constant("ff:ff:ff:ff:ff:ff"),
    operState: fc.constantFrom(...Object.keys(operStates) as "up"[], 9),
    carrier: fc.boolean(),
    master: integer,
    group: integer,
    parent: fc.integer({ min: 1, max: 9 }),
    parentNamespace: integer,
  }, options),
  fc.constantFrom<Partial<Link>[]>(
    {},
    { kind: "veth" },
    { kind: "macvlan", macvlanMode: "vepa" },
    { kind: "macvlan", macvlanMode: 32 },
    { kind: "vrf", vrfTable: 1000 },
  ),
).map(([required, optional, kind]) => ({ ...required, ...optional, ...kind }));

test("decodeLink() gives back what encodeLink() wrote", () => {
  fc.assert(fc.property(links, (link) => {
    assert.deepEqual(decodeLink(encodeLink(link)), { ok: true, value: link });
  }));
});

test("decodeLink() of damaged bodies never throws, and what it accepts is a fixed point", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 });
  let accepted = 0;
  fc.assert(
    fc.property(links, damage, (link, changes) => {
      const body = encodeLink(link);
      for (const [at, byte] of changes) body[at % body.length] = byte;
      const decoded = decodeLink(body);
      if (!decoded.ok) return assert.ok(decoded.error.offset <= body.length);
      accepted++;
      assert.deepEqual(decodeLink(encodeLink(decoded.value)), decoded);
    }),
    { numRuns: 2000, seed: 1 },
  );
  assert.ok(accepted > 200, `only ${accepted} damaged bodies were accepted`);
});
