import assert from "node:assert/strict";
import { test } from "node:test";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import { Interfaces } from "../interfaces.ts";
import { configOf, instanceText } from "../trackers/fixture.ts";
import { FakeConnection } from "./fake_connection.ts";
import { Inheritance } from "./inheritance.ts";
import type { Owner } from "./owner.ts";
import { newTables } from "./tables.ts";

const [config] = configOf(instanceText("A", 1, "virtual_ipaddress_excluded {\n10.0.0.9\n}"))
  .instances as readonly [VrrpInstanceConfig];
const successor: Owner = { config };
const all: readonly VirtualAddress[] = [...config.addresses, ...config.excludedAddresses];

/** A process that finds some addresses of an instance. */
function bench(present: readonly string[]) {
  const connection = new FakeConnection();
  const interfaces = new Interfaces();
  interfaces.apply({
    kind: "link-changed",
    link: { index: 2, name: "eth0", hardwareType: 1, flags: { up: true } },
  });
  for (const address of present) {
    const found = { index: 2, address, prefixLength: 32, scope: "global", flags: {} } as const;
    interfaces.apply({ kind: "address-added", address: found });
  }
  const tables = newTables({ connection, interfaces, log: () => {}, onChange: () => {} });
  const inheritance = new Inheritance(tables, interfaces);
  inheritance.accept([config], { routes: [], rules: [] });
  return { connection, inheritance, addresses: tables.addresses };
}

const removals = ["ip address delete 10.0.0.9/32 dev if2", "ip address delete 10.0.0.1/32 dev if2"];

test("what is found stays until it is renounced, and goes then, the last first", () => {
  const { connection, inheritance } = bench(["10.0.0.1", "10.0.0.9", "10.0.0.77"]);
  assert.deepEqual(connection.take(), []);
  assert.ok(inheritance.isWhole("A"));
  inheritance.renounce("A");
  assert.deepEqual(connection.take(), removals);
  assert.equal(inheritance.isWhole("A"), false);
  inheritance.renounce("A");
  assert.deepEqual(connection.take(), []);
});

test("a successor that is MASTER has it without a word to the kernel", () => {
  const { connection, inheritance, addresses } = bench(["10.0.0.1", "10.0.0.9"]);
  addresses.add(successor, all);
  inheritance.renounce("A");
  assert.deepEqual(connection.take(), []);
  addresses.remove(successor, all.toReversed());
  assert.deepEqual(connection.take(), removals);
});

test("part of it is not all, and what is not there is neither kept nor removed", () => {
  const { connection, inheritance, addresses } = bench(["10.0.0.9"]);
  assert.equal(inheritance.isWhole("A"), false);
  addresses.add(successor, all);
  assert.deepEqual(connection.take().map((line) => line.split(" ")[3]), ["10.0.0.1/32"]);
  inheritance.renounce("A");
  assert.deepEqual(connection.take(), []);
});

test("nothing is not all", () => {
  const { inheritance } = bench([]);
  assert.equal(inheritance.isWhole("A"), false);
  assert.equal(inheritance.isWhole("B"), false);
});
