import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decodeFamily, getFamily } from "@keepalived/netlink-codec";
import {
  createLink,
  deleteLink,
  deleteLinkGroup,
  getLink,
  type Link,
  listLinks,
  setLink,
} from "@keepalived/netlink-route";
import { NetlinkKernel } from "./netlink_kernel.ts";

function linkOf(kernel: NetlinkKernel, which: number | string): Link {
  const [found] = kernel.list(getLink(which));
  assert.equal(found?.kind, "link-changed");
  return found.link;
}

test("a new namespace has a loopback that is down", () => {
  using kernel = new NetlinkKernel();
  const [entry] = kernel.list(listLinks());
  assert.equal(entry?.kind, "link-changed");
  const { index, name, flags, hardwareType } = entry.link;
  assert.deepEqual({ index, name, flags, hardwareType }, {
    index: 1,
    name: "lo",
    flags: { loopback: true },
    hardwareType: 772,
  });
});

test("a veth pair has carrier only while both ends are up", () => {
  using kernel = new NetlinkKernel();
  kernel.do(createLink({ name: "kt0", kind: "veth", peerName: "kt1", mac: "02:00:00:00:00:01" }));
  const near = linkOf(kernel, "kt0");
  const far = linkOf(kernel, near.index === 2 ? 3 : 2);
  assert.equal(near.parent, far.index);
  assert.equal(near.kind, "veth");
  assert.equal(near.mac, "02:00:00:00:00:01");
  kernel.do(setLink(near.index, { up: true }));
  assert.equal(linkOf(kernel, near.index).carrier, false);
  assert.equal(linkOf(kernel, near.index).flags.running, undefined);
  kernel.notifications();
  kernel.do(setLink(far.index, { up: true }));
  const told = kernel.notifications().flatMap((entry) =>
    entry.kind === "link-changed" && entry.link.index === far.index ? [entry.link] : []
  );
  assert.equal(told.at(-1)?.flags.up, true);
  const after = linkOf(kernel, near.index);
  assert.deepEqual([after.carrier, after.flags.running, after.flags.lowerUp], [true, true, true]);
  kernel.do(setLink(far.index, { up: false }));
  assert.equal(linkOf(kernel, near.index).flags.lowerUp, undefined);
});

test("a private macvlan is created with its virtual MAC, renamed and deleted", () => {
  using kernel = new NetlinkKernel();
  kernel.do(createLink({ name: "kt0", kind: "veth", peerName: "kt1" }));
  const parent = linkOf(kernel, "kt0").index;
  const mac = "00:00:5e:00:01:33";
  kernel.do(createLink({ name: "vrrp.51", kind: "macvlan", parent, mode: "private", mac }));
  const created = linkOf(kernel, "vrrp.51");
  assert.deepEqual(
    { kind: created.kind, mode: created.macvlanMode, parent: created.parent, mac: created.mac },
    { kind: "macvlan", mode: "private", parent, mac },
  );
  kernel.do(setLink(created.index, { addressGeneration: "none", mtu: 1400, name: "vmac" }));
  assert.equal(linkOf(kernel, created.index).mtu, 1400);
  assert.equal(linkOf(kernel, created.index).name, "vmac");
  kernel.notifications();
  kernel.do(deleteLink(created.index));
  const removed = kernel.notifications().flatMap((entry) =>
    entry.kind === "link-removed" ? [entry.link.name] : []
  );
  assert.deepEqual(removed, ["vmac"]);
});

test("a macvlan takes its group with its creation, and its settings for IPv4 in one request", () => {
  using kernel = new NetlinkKernel();
  kernel.do(createLink({ name: "kt0", kind: "veth", peerName: "kt1" }));
  const parent = linkOf(kernel, "kt0").index;
  kernel.do(createLink({ name: "vrrp.51", kind: "macvlan", parent, mode: "private", group: 7 }));
  const created = linkOf(kernel, "vrrp.51");
  assert.equal(created.group, 7);
  assert.equal(linkOf(kernel, parent).group, 0);
  const ipv4 = {
    accept_local: 1,
    arp_announce: 2,
    arp_filter: 1,
    arp_ignore: 8,
    promote_secondaries: 1,
    rp_filter: 2,
  };
  kernel.do(setLink(created.index, { ipv4, addressGeneration: "none", group: 8 }));
  for (const [name, value] of Object.entries(ipv4)) {
    const path = `/proc/sys/net/ipv4/conf/vrrp.51/${name}`;
    assert.equal(readFileSync(path, "utf8").trim(), String(value), name);
  }
  assert.equal(linkOf(kernel, created.index).group, 8);
});

test("links of a group are deleted at once, others stay", () => {
  using kernel = new NetlinkKernel();
  for (const name of ["kt0", "kt1", "kt2"]) {
    kernel.do(createLink({ name, kind: "bridge", group: name === "kt2" ? 8 : 7 }));
  }
  kernel.do(deleteLinkGroup(7));
  const left = kernel.list(listLinks()).flatMap((entry) =>
    entry.kind === "link-changed" ? [entry.link.name] : []
  );
  assert.deepEqual(left, ["lo", "kt2"]);
  assert.deepEqual(kernel.ask(deleteLinkGroup(7)), [{ kind: "refused", errno: 19 }]);
});

test("a port that leaves its bridge is not told as removed", () => {
  using kernel = new NetlinkKernel();
  kernel.do(createLink({ name: "br0", kind: "bridge", up: true }));
  kernel.do(createLink({ name: "kt0", kind: "veth", peerName: "kt1" }));
  const bridge = linkOf(kernel, "br0");
  const port = linkOf(kernel, "kt0");
  assert.equal(bridge.flags.up, true);
  kernel.do(setLink(port.index, { master: bridge.index }));
  assert.equal(linkOf(kernel, port.index).master, bridge.index);
  kernel.notifications();
  kernel.do(setLink(port.index, { master: 0 }));
  const kinds = kernel.notifications().map(({ kind }) => kind);
  assert.ok(kinds.includes("other"), kinds.join());
  assert.ok(!kinds.includes("link-removed"), kinds.join());
  assert.equal(linkOf(kernel, port.index).master, undefined);
});

test("a link that is missing, or there already, is refused", () => {
  using kernel = new NetlinkKernel();
  const [missing] = kernel.ask(getLink("kt0"));
  assert.deepEqual(missing, { kind: "refused", errno: 19 });
  kernel.do(createLink({ name: "kt0", kind: "bridge" }));
  const [taken] = kernel.ask(createLink({ name: "kt0", kind: "bridge" }));
  assert.equal(taken?.kind === "refused" && taken.errno, 17);
});

test("getFamily() finds the controller of generic netlink", () => {
  using kernel = new NetlinkKernel();
  const [answer, end] = kernel.askGeneric(getFamily("nlctrl"));
  assert.equal(answer?.kind, "data");
  const family = decodeFamily(answer.message.body);
  assert.equal(family.ok && family.value.id, 16);
  assert.deepEqual(end, { kind: "acknowledged" });
  assert.deepEqual(kernel.askGeneric(getFamily("kt")), [{ kind: "refused", errno: 2 }]);
});
