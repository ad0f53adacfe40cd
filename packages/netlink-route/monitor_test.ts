import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHex } from "@keepalived/bytes";
import { decodeReply, type NetlinkMessage, splitMessages } from "@keepalived/netlink-codec";
import fc from "fast-check";
import { type Address, decodeNotification, type Link, type Notification } from "./mod.ts";
import { describeAddress } from "./address.ts";
import recorded from "./testdata/kernel.json" with { type: "json" };

function messagesOf(datagrams: readonly string[]): readonly NetlinkMessage[] {
  return datagrams.flatMap((hex) => {
    const split = splitMessages(parseHex(hex) ?? new Uint8Array());
    assert.ok(split.ok);
    return split.value;
  });
}

function decode(message: NetlinkMessage): Notification {
  const decoded = decodeNotification(message);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.value;
}

function causedBy(command: string): readonly Notification[] {
  const entry = recorded.notifications.find((entry) => entry.command === command);
  assert.ok(entry, `no recording of ${command}`);
  return messagesOf(entry.datagrams).map(decode);
}

/** The notifications that a dump consists of, until its end. */
function dumpOf(command: string): readonly Notification[] {
  const entry = recorded.dumps.find((entry) => entry.command === command);
  assert.ok(entry, `no recording of ${command}`);
  const replies = messagesOf(entry.datagrams).map((message) => {
    const reply = decodeReply(message);
    assert.ok(reply.ok);
    return reply.value;
  });
  assert.equal(replies.at(-1)?.kind, "done");
  return replies.flatMap((reply) => reply.kind === "data" ? [decode(reply.message)] : []);
}

test("a dump of links is what ip -json link prints", () => {
  const links = dumpOf("ip -details -json link show").map((entry) => {
    assert.equal(entry.kind, "link-changed");
    return entry.link;
  });
  const nameOf = (index: number | undefined) => links.find((link) => link.index === index)?.name;
  const asIp = (link: Link) => ({
    ifindex: link.index,
    ifname: link.name,
    mtu: link.mtu,
    address: link.mac,
    broadcast: link.broadcastMac,
    operstate: String(link.operState).toUpperCase(),
    link: nameOf(link.parent),
    master: nameOf(link.master),
    info_kind: link.kind,
    mode: link.macvlanMode,
    up: link.flags.up ?? false,
    lowerUp: link.flags.lowerUp ?? false,
    loopback: link.flags.loopback ?? false,
    multicast: link.flags.multicast ?? false,
  });
  const json = recorded.dumps[0]?.json as readonly IpLink[];
  const expected = json.map((link) => ({
    ifindex: link.ifindex,
    ifname: link.ifname,
    mtu: link.mtu,
    address: link.address,
    broadcast: link.broadcast,
    operstate: link.operstate,
    link: link.link,
    master: link.master,
    info_kind: link.linkinfo?.info_kind,
    mode: link.linkinfo?.info_data?.mode,
    up: link.flags.includes("UP"),
    lowerUp: link.flags.includes("LOWER_UP"),
    loopback: link.flags.includes("LOOPBACK"),
    multicast: link.flags.includes("MULTICAST"),
  }));
  assert.equal(links.length, 5);
  assert.deepEqual(links.map(asIp), expected);
});

test("a dump of addresses is what ip -json address prints", () => {
  const addresses = dumpOf("ip -json address show").map((entry) => {
    assert.equal(entry.kind, "address-added");
    return entry.address;
  });
  const asIp = (address: Address) => ({
    local: address.address,
    address: address.peer,
    prefixlen: address.prefixLength,
    broadcast: address.broadcast,
    label: address.label,
    scope: address.scope,
    secondary: address.flags.secondary,
    nodad: address.flags.noDad,
    noprefixroute: address.flags.noPrefixRoute,
    deprecated: address.flags.deprecated,
    dynamic: address.flags.permanent ? undefined : true,
    valid_life_time: address.validLifetimeS ?? 0xffff_ffff,
    preferred_life_time: address.preferredLifetimeS ?? 0xffff_ffff,
  });
  const json = recorded.dumps[1]?.json as readonly IpLink[];
  for (const link of json) {
    const own = addresses.filter((address) => address.index === link.ifindex).map(asIp);
    const expected = (link.addr_info ?? []).map(({ family: _family, ...info }) => info);
    const sorted = (list: readonly { local: string }[]) =>
      list.toSorted((a, b) => a.local < b.local ? -1 : 1).map((entry) =>
        Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined))
      );
    assert.deepEqual(sorted(own), sorted(expected), link.ifname);
  }
  assert.equal(addresses.length, 13);
});

test("notifications of addresses tell what was added and removed", () => {
  const [added] = causedBy("ip address add 192.0.2.1/24 broadcast 192.0.2.255 label vb:vip dev vb");
  assert.deepEqual(added, {
    kind: "address-added",
    address: {
      index: 3,
      address: "192.0.2.1",
      prefixLength: 24,
      broadcast: "192.0.2.255",
      label: "vb:vip",
      scope: "global",
      flags: { permanent: true },
    },
  });
  const [peer] = causedBy("ip address add 2001:db8:1::1 peer 2001:db8:1::2/128 nodad dev vb");
  assert.equal(
    peer?.kind === "address-added" && describeAddress(peer.address),
    "2001:db8:1::1 peer 2001:db8:1::2/128 scope global dev if3 nodad permanent",
  );
  const removed = causedBy("ip address delete 192.0.2.1/24 dev vb");
  assert.deepEqual(
    removed.map((entry) => entry.kind === "address-removed" && entry.address.address),
    ["192.0.2.2", "192.0.2.1"],
    "the kernel removes the secondary address with its primary",
  );
});

test("a duplicate address detection shows as tentative", () => {
  const [added] = causedBy("ip address add 2001:db8::3/64 dev vb");
  assert.equal(added?.kind === "address-added" && added.address.flags.tentative, true);
});

test("notifications of links tell changes and removals", () => {
  const up = causedBy("ip link set vrrp.51 up");
  const last = up.findLast((entry) => entry.kind === "link-changed");
  assert.equal(last?.link.name, "vrrp.51");
  assert.equal(last?.link.flags.up, true);
  assert.equal(last?.link.flags.running, true);
  assert.equal(last?.link.carrier, true);
  const removed = causedBy("ip link delete vrrp.51");
  assert.deepEqual(
    removed.filter((entry) => entry.kind === "link-removed").map((entry) => entry.link.name),
    ["vrrp.51"],
  );
});

test("a port that leaves its bridge is not a link that is gone", () => {
  const kinds = causedBy("ip link set va nomaster").map((entry) => entry.kind);
  assert.ok(kinds.includes("other"), "the bridge's own message");
  assert.ok(kinds.includes("link-changed"));
  assert.ok(!kinds.includes("link-removed"));
});

test("decodeNotification() leaves other objects and families alone", () => {
  const message = { flags: 0, sequence: 0, portId: 0 };
  assert.deepEqual(decode({ ...message, type: 24, body: new Uint8Array(12) }), {
    kind: "other",
    type: 24,
  });
  assert.deepEqual(decode({ ...message, type: 20, body: Uint8Array.of(45, 0, 0, 0, 1, 0, 0, 0) }), {
    kind: "other",
    type: 20,
  });
});

test("decodeNotification() of damaged messages never throws, and faults lie inside", () => {
  const all = [...recorded.notifications, ...recorded.dumps];
  const messages = all.flatMap((entry) => messagesOf(entry.datagrams));
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 });
  let refused = 0;
  fc.assert(
    fc.property(fc.constantFrom(...messages), damage, fc.nat(40), (message, changes, cut) => {
      const body = message.body.slice(0, Math.max(0, message.body.length - cut));
      for (const [at, byte] of changes) if (body.length > 0) body[at % body.length] = byte;
      const decoded = decodeNotification({ ...message, body });
      if (decoded.ok) return;
      refused++;
      assert.ok(decoded.error.offset <= body.length);
    }),
    { numRuns: 1000, seed: 1 },
  );
  assert.ok(refused > 100, `only ${refused} damaged messages were refused`);
});

/** What of `ip -json` is compared. */
type IpLink = {
  readonly ifindex: number;
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operstate: string;
  readonly address: string;
  readonly broadcast: string;
  readonly link?: string;
  readonly master?: string;
  readonly linkinfo?: {
    readonly info_kind?: string;
    readonly info_data?: { readonly mode?: string };
  };
  readonly addr_info?: readonly { readonly family: string; readonly local: string }[];
};
