import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address, Link } from "@keepalived/netlink-route";
import { Interfaces, isOn, keyOf } from "./interfaces.ts";

const eth0: Link = {
  index: 2,
  name: "eth0",
  hardwareType: 1,
  flags: { up: true, running: true },
  mtu: 1500,
  mac: "02:00:00:00:00:02",
};
const vmac: Link = { ...eth0, index: 5, name: "vrrp.51", kind: "macvlan", parent: 2 };

function address(text: string, flags: Address["flags"] = {}, index = 2): Address {
  const scope = text.startsWith("fe80") ? "link" : "global";
  return { index, address: text, prefixLength: 64, scope, flags };
}

/** Interfaces with eth0, and what those who watch it and the log are told. */
function watched() {
  const told: string[] = [];
  const interfaces = new Interfaces((_, text) => told.push(text));
  interfaces.apply({ kind: "link-changed", link: eth0 });
  const watch = interfaces.watch("eth0", (change) => {
    if (change.kind === "address") told.push(change.address.address);
    else told.push(change.newMac === true ? "link with another MAC" : "link");
  });
  return { interfaces, told, watch };
}

test("who watches an interface is told of its changes, and of no other's", () => {
  const { interfaces, told, watch } = watched();
  interfaces.apply({ kind: "link-changed", link: { ...eth0, mtu: 1400 } });
  interfaces.apply({ kind: "address-added", address: address("2001:db8::1") });
  interfaces.apply({ kind: "link-changed", link: vmac });
  interfaces.apply({ kind: "address-added", address: address("2001:db8::2", {}, 5) });
  interfaces.apply({ kind: "address-removed", address: address("2001:db8::1") });
  assert.deepEqual(told.splice(0), ["link", "2001:db8::1", "2001:db8::1"]);
  watch[Symbol.dispose]();
  interfaces.apply({ kind: "link-removed", link: eth0 });
  assert.deepEqual(told, []);
});

test("what changes nothing that counts, or is of an unknown interface, is told to nobody", () => {
  const { interfaces, told } = watched();
  interfaces.apply({
    kind: "link-changed",
    link: { ...eth0, flags: { ...eth0.flags, echo: true } },
  });
  interfaces.apply({ kind: "address-removed", address: address("2001:db8::1") });
  interfaces.apply({ kind: "link-removed", link: { ...eth0, index: 9 } });
  interfaces.apply({ kind: "other", type: 24 });
  assert.deepEqual(told, []);
});

test("another MAC address is told as such, but not that of another interface of the name", () => {
  const { interfaces, told } = watched();
  const changed = { ...eth0, mac: "02:00:00:00:00:03" };
  interfaces.apply({ kind: "link-changed", link: changed });
  interfaces.apply({ kind: "link-removed", link: changed });
  interfaces.apply({ kind: "link-changed", link: { ...eth0, index: 9 } });
  assert.deepEqual(told.filter((one) => one.startsWith("link")), [
    "link with another MAC",
    "link",
    "link",
  ]);
});

test("up, down, renamed and deleted are said, before anybody acts on it", () => {
  const { interfaces, told } = watched();
  const down = { ...eth0, flags: { up: true } };
  interfaces.apply({ kind: "link-changed", link: down });
  interfaces.apply({ kind: "link-changed", link: eth0 });
  interfaces.apply({ kind: "link-changed", link: { ...eth0, name: "eth9" } });
  assert.equal(interfaces.link("eth0"), undefined);
  assert.equal(interfaces.link("eth9")?.index, 2);
  interfaces.apply({ kind: "link-changed", link: eth0 });
  interfaces.apply({ kind: "link-removed", link: eth0 });
  assert.deepEqual(told, [
    ...["Netlink reports eth0 down", "link"],
    ...["Netlink reports eth0 up", "link"],
    ...["Interface eth0 is now named eth9", "link"],
    ...["Netlink reports eth0 up", "link"],
    ...["Interface eth0 deleted", "link"],
  ]);
});

test("an interface made anew has its new number, and none of the old addresses", () => {
  const { interfaces } = watched();
  interfaces.apply({ kind: "address-added", address: address("2001:db8::1") });
  interfaces.apply({ kind: "link-changed", link: { ...eth0, index: 7 } });
  interfaces.apply({ kind: "link-removed", link: eth0 });
  assert.equal(interfaces.link("eth0")?.index, 7);
  assert.deepEqual(interfaces.addresses("eth0"), []);
  assert.equal(interfaces.hasAddress(keyOf(address("2001:db8::1"))), false);
});

test("reset() replaces all, and tells everybody once it has", () => {
  const { interfaces, told } = watched();
  interfaces.apply({ kind: "address-added", address: address("2001:db8::1") });
  told.length = 0;
  interfaces.watch("eth0", () => told.push(interfaces.addresses("eth0")[0]?.address ?? "none"));
  interfaces.reset([
    { kind: "link-changed", link: eth0 },
    { kind: "address-added", address: address("2001:db8::2") },
  ]);
  assert.deepEqual(told, ["link", "2001:db8::2"]);
});

test("an address is watched wherever it is", () => {
  const { interfaces } = watched();
  const told: boolean[] = [];
  interfaces.watchAddress("2001:db8::1", () => told.push(interfaces.holds("2001:db8::1")));
  const tentative = address("2001:db8::1", { tentative: true });
  interfaces.apply({ kind: "address-added", address: tentative });
  interfaces.apply({ kind: "address-added", address: address("2001:db8::1") });
  interfaces.apply({ kind: "address-added", address: address("2001:db8::2") });
  interfaces.apply({ kind: "address-removed", address: address("2001:db8::1") });
  assert.deepEqual(told, [false, true, false]);
});

test("the source is the first usable own address of the family, for IPv6 a link-local one", () => {
  const { interfaces } = watched();
  const sourceOf = (family: 4 | 6) =>
    interfaces.sourceAddress("eth0", family, new Set(["10.0.0.9"]));
  const present = [
    address("2001:db8::1"),
    address("fe80::1", { tentative: true }),
    address("fe80::2", { dadFailed: true }),
    address("10.0.0.9"),
  ];
  for (const one of present) interfaces.apply({ kind: "address-added", address: one });
  assert.deepEqual([sourceOf(4), sourceOf(6)], [undefined, undefined]);
  interfaces.apply({ kind: "address-added", address: address("10.0.0.1") });
  interfaces.apply({ kind: "address-added", address: address("fe80::1") });
  assert.deepEqual([sourceOf(4), sourceOf(6)], ["10.0.0.1", "fe80::1"]);
});

test("only a master that is a VRF is one", () => {
  const { interfaces } = watched();
  interfaces.apply({ kind: "link-changed", link: { ...eth0, index: 8, name: "red", kind: "vrf" } });
  interfaces.apply({
    kind: "link-changed",
    link: { ...eth0, index: 9, name: "br", kind: "bridge" },
  });
  assert.equal(interfaces.vrfOf("eth0"), undefined);
  interfaces.apply({ kind: "link-changed", link: { ...eth0, master: 8 } });
  assert.equal(interfaces.vrfOf("eth0")?.name, "red");
  interfaces.apply({ kind: "link-changed", link: { ...eth0, master: 9 } });
  assert.equal(interfaces.vrfOf("eth0"), undefined);
});

test("a macvlan is on what its link says, and beside one of its own kind", () => {
  assert.equal(isOn(vmac, eth0), true);
  assert.equal(isOn(vmac, { ...eth0, index: 3 }), false);
  assert.equal(isOn({ ...vmac, kind: "vlan" }, eth0), false);
  assert.equal(isOn({ ...vmac, parentNamespace: 0 }, eth0), false);
  const other: Link = { ...vmac, index: 6, name: "macvlan0", parent: 40, parentNamespace: 0 };
  assert.equal(isOn({ ...vmac, parent: 40, parentNamespace: 0 }, other), true);
  assert.equal(isOn({ ...vmac, parent: 6 }, other), false);
  assert.equal(isOn({ ...vmac, parent: 6 }, { ...other, kind: "ipvlan" }), true);
});
