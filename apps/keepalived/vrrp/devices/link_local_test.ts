import assert from "node:assert/strict";
import { test } from "node:test";
import { Interfaces } from "../interfaces.ts";
import { linkLocalFor, linkLocalOf } from "./link_local.ts";

test("linkLocalOf() inverts the universal bit and puts ff:fe in the middle", () => {
  assert.equal(linkLocalOf("02:00:00:00:00:01"), "fe80::ff:fe00:1");
  assert.equal(linkLocalOf("34:56:78:9a:bc:de"), "fe80::3656:78ff:fe9a:bcde");
  assert.equal(linkLocalOf("0a:00:00:01"), undefined);
});

test("linkLocalFor() copies the one below, waits while it is tentative, and makes one only of a MAC", () => {
  const interfaces = new Interfaces();
  const flags = { up: true, running: true };
  // No interface has this name, so the kernel makes it no address.
  const link = { index: 2, name: "kt-none", hardwareType: 1, flags };
  const find = () => linkLocalFor("kt-none", interfaces, new Set(["fe80::9"]));
  assert.equal(find(), undefined);
  interfaces.apply({ kind: "link-changed", link });
  assert.equal(find(), undefined);
  interfaces.apply({ kind: "link-changed", link: { ...link, mac: "02:00:00:00:00:01" } });
  assert.equal(find(), "fe80::ff:fe00:1");
  const address = { index: 2, prefixLength: 64, scope: "link", flags: {} } as const;
  interfaces.apply({ kind: "address-added", address: { ...address, address: "fe80::9" } });
  assert.equal(find(), "fe80::ff:fe00:1");
  const own = { ...address, address: "fe80::1" };
  interfaces.apply({ kind: "address-added", address: { ...own, flags: { tentative: true } } });
  assert.equal(find(), undefined);
  interfaces.apply({ kind: "address-added", address: own });
  assert.equal(find(), "fe80::1");
});
