import assert from "node:assert/strict";
import { test } from "node:test";
import type { Address } from "@keepalived/netlink-route";
import { Interfaces } from "../interfaces.ts";
import { keepSecondaries } from "./keep_secondaries.ts";

function address(text: string, prefixLength = 24, peer?: string): Address {
  const more = peer === undefined ? {} : { peer };
  return { index: 2, address: text, prefixLength, scope: "global", flags: {}, ...more };
}

function names(gone: readonly Address[], present: readonly Address[], setting = 0) {
  const interfaces = new Interfaces();
  const link = { index: 2, name: "eth0", hardwareType: 1, flags: {} };
  interfaces.apply({ kind: "link-changed", link });
  for (const address of present) interfaces.apply({ kind: "address-added", address });
  const asked: string[] = [];
  const { before, after } = keepSecondaries(gone, interfaces, (path) => {
    asked.push(path);
    return setting;
  });
  if (asked.length > 0) assert.deepEqual(asked, ["ipv4/conf/eth0/promote_secondaries"]);
  return [before, after].map((requests) => requests.map(({ name }) => name));
}

const [first, second] = [address("10.0.0.1"), address("10.0.0.2")];
const promoted = [1, 0].map((value) => [`ip link set dev if2 promote_secondaries ${value}`]);

test("keepSecondaries() keeps what the kernel would remove with the first address of a network", () => {
  assert.deepEqual(names([first], [first, second]), promoted);
  const inPeersNetwork = address("10.0.9.1", 24, "10.0.0.9");
  assert.deepEqual(names([first], [first, inPeersNetwork]), promoted);
});

test("keepSecondaries() does nothing where nothing would go with the address", () => {
  const nothing = [[], []];
  assert.deepEqual(names([first, second], [first, second]), nothing, "all go");
  assert.deepEqual(names([first], [first, address("10.0.0.2", 25)]), nothing, "other prefix");
  assert.deepEqual(names([first], [first, address("10.0.1.2")]), nothing, "other network");
  const six = ["fd00::1", "fd00::2"].map((text) => address(text, 64));
  assert.deepEqual(names(six.slice(1), six), nothing, "IPv6");
  assert.deepEqual(names([first], [first, second], 1), nothing, "promoted already");
  assert.deepEqual(names([], [first, second]), nothing, "none goes");
});
