import assert from "node:assert/strict";
import { test } from "node:test";
import { EADDRNOTAVAIL, EEXIST, ENODEV } from "@keepalived/linux";
import type { Reply } from "@keepalived/netlink-codec";
import {
  addAddress,
  type Address,
  createLink,
  deleteAddress,
  getLink,
  listAddresses,
  type Notification,
  replaceAddress,
  setLink,
} from "@keepalived/netlink-route";
import { NetlinkKernel } from "./netlink_kernel.ts";

/** Index of a new interface that is up. */
function newLink(kernel: NetlinkKernel): number {
  kernel.do(createLink({ name: "kt0", kind: "bridge" }));
  const [found] = kernel.list(getLink("kt0"));
  assert.equal(found?.kind, "link-changed");
  kernel.do(setLink(found.link.index, { addressGeneration: "none" }));
  kernel.do(setLink(found.link.index, { up: true }));
  kernel.notifications();
  return found.link.index;
}

function addressesOf(entries: readonly Notification[]): readonly Address[] {
  return entries.flatMap((entry) => entry.kind === "address-added" ? [entry.address] : []);
}

/** Of a refusal; the text of these errors is not the same in all kernels. */
function errnoOf(replies: readonly Reply[]): number | undefined {
  const end = replies.at(-1);
  return end?.kind === "refused" ? end.errno : undefined;
}

test("an IPv4 address is added with label and broadcast, told, listed and deleted", () => {
  using kernel = new NetlinkKernel();
  const wanted: Address = {
    index: newLink(kernel),
    address: "192.0.2.1",
    prefixLength: 24,
    broadcast: "192.0.2.255",
    label: "kt0:vip",
    scope: "global",
    flags: { noPrefixRoute: true },
    protocol: 18,
  };
  const present = { ...wanted, flags: { permanent: true, noPrefixRoute: true } };
  kernel.do(addAddress(wanted));
  assert.deepEqual(kernel.notifications(), [{ kind: "address-added", address: present }]);
  assert.deepEqual(addressesOf(kernel.list(listAddresses(4))), [present]);
  kernel.do(deleteAddress(wanted));
  assert.deepEqual(kernel.notifications(), [{ kind: "address-removed", address: present }]);
  assert.deepEqual(addressesOf(kernel.list(listAddresses(4))), []);
});

test("an IPv6 address without duplicate address detection is usable at once", () => {
  using kernel = new NetlinkKernel();
  const index = newLink(kernel);
  const wanted: Address = {
    index,
    address: "2001:db8::1",
    prefixLength: 128,
    scope: "global",
    flags: { noDad: true },
    preferredLifetimeS: 0,
    protocol: 18,
  };
  kernel.do(addAddress(wanted));
  const [present] = addressesOf(kernel.list(listAddresses(6)));
  assert.deepEqual(present?.flags, { noDad: true, deprecated: true, permanent: true });
  assert.equal(present?.address, "2001:db8::1");
  assert.equal(present?.preferredLifetimeS, 0);
  assert.equal(present?.validLifetimeS, undefined);
  assert.equal(present?.protocol, 18);
  kernel.do(deleteAddress(wanted));
  const removed = kernel.notifications().filter(({ kind }) => kind === "address-removed");
  assert.equal(removed.length, 1);
});

test("an address with a peer comes back with it, in both families", () => {
  using kernel = new NetlinkKernel();
  const index = newLink(kernel);
  const common = { index, scope: "global", flags: { noDad: true } } as const;
  const ends = [
    { ...common, address: "192.0.2.1", peer: "198.51.100.2", prefixLength: 32 },
    { ...common, address: "2001:db8::1", peer: "2001:db8::2", prefixLength: 128 },
  ];
  for (const wanted of ends) kernel.do(addAddress(wanted));
  const present = addressesOf(kernel.list(listAddresses()));
  assert.deepEqual(
    present.map(({ address, peer, prefixLength }) => ({ address, peer, prefixLength })),
    ends.map(({ address, peer, prefixLength }) => ({ address, peer, prefixLength })),
  );
  for (const wanted of ends) kernel.do(deleteAddress(wanted));
  assert.deepEqual(addressesOf(kernel.list(listAddresses())), []);
});

test("replaceAddress() adds, and changes lifetimes of what is there", () => {
  using kernel = new NetlinkKernel();
  const wanted: Address = {
    index: newLink(kernel),
    address: "192.0.2.1",
    prefixLength: 32,
    scope: "link",
    flags: {},
  };
  kernel.do(replaceAddress(wanted));
  kernel.do(replaceAddress({ ...wanted, validLifetimeS: 5000, preferredLifetimeS: 4000 }));
  const [present, ...others] = addressesOf(kernel.list(listAddresses(4)));
  assert.deepEqual(others, []);
  assert.equal(present?.scope, "link");
  assert.ok(present.validLifetimeS !== undefined && present.validLifetimeS > 4900);
  assert.ok(present.preferredLifetimeS !== undefined && present.preferredLifetimeS <= 4000);
});

test("refusals carry errno, the kernel's words and the offset", () => {
  using kernel = new NetlinkKernel();
  const wanted: Address = {
    index: newLink(kernel),
    address: "192.0.2.1",
    prefixLength: 24,
    scope: "global",
    flags: {},
  };
  kernel.do(addAddress(wanted));
  assert.equal(errnoOf(kernel.ask(addAddress(wanted))), EEXIST);
  kernel.do(deleteAddress(wanted));
  assert.equal(errnoOf(kernel.ask(deleteAddress(wanted))), EADDRNOTAVAIL);
  assert.equal(errnoOf(kernel.ask(addAddress({ ...wanted, index: 9999 }))), ENODEV);
  assert.deepEqual(kernel.ask(addAddress({ ...wanted, label: "a label that is too long" })), [
    { kind: "refused", errno: 34, text: "Attribute failed policy validation", offset: 40 },
  ]);
});

test("a dump of many datagrams is read to its end", () => {
  using kernel = new NetlinkKernel();
  const index = newLink(kernel);
  const wanted = Array.from({ length: 600 }, (_, i) => `10.0.${i >> 8}.${i & 0xff}`);
  for (const address of wanted) {
    kernel.do(addAddress({ index, address, prefixLength: 32, scope: "global", flags: {} }));
  }
  const present = addressesOf(kernel.list(listAddresses(4))).map(({ address }) => address);
  assert.deepEqual(present, wanted);
});
