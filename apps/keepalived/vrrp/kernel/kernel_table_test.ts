import assert from "node:assert/strict";
import { test } from "node:test";
import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import { EACCES, EADDRNOTAVAIL, EEXIST, ESRCH } from "@keepalived/linux";
import type { Address, Link, Route } from "@keepalived/netlink-route";
import { Interfaces } from "../interfaces.ts";
import { FakeConnection } from "./fake_connection.ts";
import type { Owner } from "./owner.ts";
import type { HeldRoute } from "./route_of.ts";
import { usesLink } from "./routes.ts";
import { newTables, type Tables } from "./tables.ts";

/** Tables over a fake connection, with an interface `eth0` of index 2. */
class Bench {
  readonly connection = new FakeConnection();
  readonly interfaces = new Interfaces();
  readonly said: string[] = [];
  readonly tables: Tables;
  changes = 0;

  constructor() {
    this.link("eth0", 2);
    this.tables = newTables({
      connection: this.connection,
      interfaces: this.interfaces,
      log: (severity, text) => void this.said.push(`${severity}: ${text}`),
      onChange: () => this.changes++,
    });
  }

  link(name: string, index: number, up = true): void {
    const link: Link = { index, name, hardwareType: 1, flags: up ? { up } : {} };
    this.interfaces.apply({ kind: "link-changed", link });
  }

  unlink(index: number): void {
    const link: Link = { index, name: "", hardwareType: 1, flags: {} };
    this.interfaces.apply({ kind: "link-removed", link });
  }
}

const ENETUNREACH = 101;

const one: Owner = { config: { name: "one" } };
const other: Owner = { config: { name: "other" } };

function address(text: string, device = "eth0"): VirtualAddress {
  return { address: text, prefixLength: 24, interface: device, scope: 0, advertised: true };
}

function told(text: string, index = 2): Address {
  return { index, address: text, prefixLength: 24, scope: "global", flags: {} };
}

const route: HeldRoute = {
  family: 4,
  type: "unicast",
  destination: { address: "10.0.0.0", prefixLength: 8 },
  via: "192.0.2.254",
  interface: "eth0",
  onlink: false,
  nexthops: [],
  tos: 0,
  protocol: 18,
  metrics: { ecn: false, locked: [] },
  insert: "prepend",
};

const kernelRoute: Route = {
  family: 4,
  type: "unicast",
  destination: { address: "10.0.0.0", prefixLength: 8 },
  via: "192.0.2.254",
  index: 2,
  tos: 0,
  table: 254,
  protocol: 18,
  scope: "global",
  flags: {},
};

const added = "ip address replace 192.0.2.1/24 scope 0 dev if2 proto 18";
const removed = "ip address delete 192.0.2.1/24 dev if2";
const routeAdded = "ip route prepend 10.0.0.0/8 via 192.0.2.254 dev if2 proto 18";
const routeRemoved = "ip route delete 10.0.0.0/8 via 192.0.2.254 dev if2 proto 18";

test("what two owners want is given once, and stays until the second lets go", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1")]);
  addresses.add(other, [address("192.0.2.1")]);
  assert.deepEqual(connection.take(), [added]);
  addresses.remove(one, [address("192.0.2.1")]);
  assert.deepEqual(connection.take(), []);
  addresses.remove(other, [address("192.0.2.1")]);
  assert.deepEqual(connection.take(), [removed]);
});

test("what was prepared is given when the time comes, and is then held like any other", () => {
  const { tables: { addresses }, connection, said } = new Bench();
  const ready = addresses.prepare(one, [address("192.0.2.1"), address("192.0.2.2")]);
  assert.ok(ready);
  assert.deepEqual(connection.take(), []);
  assert.equal(addresses.has(address("192.0.2.1")), false);
  const rest = ready();
  assert.deepEqual(connection.take(), [added, added.replace("2.1/", "2.2/")]);
  rest();
  assert.equal(addresses.has(address("192.0.2.1")), true);
  connection.answer((name) => name.includes("192.0.2.2/") ? EACCES : 0);
  assert.equal(addresses.has(address("192.0.2.2")), false);
  assert.equal(said.length, 1);
  addresses.remove(one, [address("192.0.2.1")]);
  assert.deepEqual(connection.take(), [removed]);
});

test("nothing is prepared that has no interface, or that is there for somebody else", () => {
  const { tables: { addresses }, connection } = new Bench();
  assert.equal(addresses.prepare(one, [address("192.0.2.1", "eth1")]), undefined);
  addresses.add(other, [address("192.0.2.1")]);
  assert.equal(addresses.prepare(one, [address("192.0.2.1")]), undefined);
  assert.deepEqual(connection.take(), [added]);
});

test("an object that looks different is given again", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1")]);
  addresses.add(other, [{ ...address("192.0.2.1"), noDad: true }]);
  assert.equal(connection.take().length, 2);
});

test("what goes from one owner to another while changes are held back is not touched", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1"), address("192.0.2.2")]);
  connection.take();
  addresses.hold();
  addresses.remove(one, [address("192.0.2.1"), address("192.0.2.2")]);
  addresses.add(other, [{ ...address("192.0.2.2"), advertised: false }, address("192.0.2.3")]);
  assert.deepEqual(addresses.goneOfHeld.map((it) => it.address), ["192.0.2.1"]);
  assert.deepEqual(connection.take(), [], "nothing yet");
  addresses.takeHeld();
  addresses.giveHeld();
  assert.deepEqual(connection.take(), [removed, added.replace("2.1", "2.3")]);
  addresses.remove(other, [address("192.0.2.2")]);
  assert.deepEqual(connection.take(), [removed.replace("2.1", "2.2")], "held back no more");
});

test("what looks different is taken and given when changes are no longer held back", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1")]);
  connection.take();
  addresses.hold();
  addresses.add(other, [{ ...address("192.0.2.1"), label: "eth0:1" }]);
  addresses.remove(one, [address("192.0.2.1")]);
  addresses.takeHeld();
  addresses.giveHeld();
  const labelled = added.replace(" scope", " label eth0:1 scope");
  assert.deepEqual(connection.take(), [removed, labelled]);
});

test("what was let go while changes were held back stays until it is taken, and is put back by nobody", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1")]);
  connection.take();
  addresses.hold();
  addresses.remove(one, [address("192.0.2.1")]);
  addresses.giveHeld();
  addresses.expectLoss(() => true);
  addresses.retry();
  assert.deepEqual(connection.take(), []);
  addresses.hold();
  addresses.takeHeld();
  addresses.giveHeld();
  assert.deepEqual(connection.take(), [removed]);
});

test("a loss that was expected is none, and what was lost comes back", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1"), address("192.0.2.2")]);
  connection.take();
  addresses.expectLoss((value) => value.address === "192.0.2.1");
  assert.equal(addresses.lossOf(told("192.0.2.1")), undefined);
  assert.deepEqual(addresses.lossOf(told("192.0.2.2"))?.owners, new Set([one]));
  addresses.retry();
  assert.deepEqual(connection.take(), [added]);
});

test("own removals are told apart from those of others", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1"), address("192.0.2.2")]);
  addresses.remove(one, [address("192.0.2.2")]);
  addresses.add(one, [address("192.0.2.2")]);
  connection.answer();
  assert.equal(addresses.lossOf(told("192.0.2.2")), undefined, "the removal that was asked for");
  assert.deepEqual(addresses.lossOf(told("192.0.2.2"))?.owners, new Set([one]));
  assert.equal(addresses.lossOf(told("192.0.2.2")), undefined, "lost already");
  assert.equal(addresses.lossOf(told("192.0.2.1", 3)), undefined, "on another interface");
  assert.deepEqual(addresses.lossOf(told("192.0.2.1"))?.item, address("192.0.2.1"));
});

test("what is lost is not asked back when it is let go, and given again when it is wanted again", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1")]);
  addresses.lossOf(told("192.0.2.1"));
  assert.equal(addresses.has(address("192.0.2.1")), false);
  connection.take();
  addresses.retry();
  addresses.linksChanged();
  assert.deepEqual(connection.take(), [], "not by itself");
  addresses.remove(one, [address("192.0.2.1")]);
  assert.deepEqual(connection.take(), []);
  addresses.add(one, [address("192.0.2.1")]);
  assert.deepEqual(connection.take(), [added]);
});

test("a removal that fails is not waited for; that it was gone is not worth a line", () => {
  const { tables: { addresses }, connection, said } = new Bench();
  addresses.add(one, [address("192.0.2.1"), address("192.0.2.2")]);
  addresses.remove(one, [address("192.0.2.1"), address("192.0.2.2")]);
  connection.answer((name) =>
    !name.includes("delete") ? 0 : name.includes("192.0.2.1/") ? EADDRNOTAVAIL : EACCES
  );
  assert.equal(said.length, 1);
  assert.match(
    said[0] ?? "",
    /^error: \(one\) .*ip address delete 192\.0\.2\.2\/24 dev if2.*EACCES/,
  );
  addresses.add(one, [address("192.0.2.1")]);
  assert.ok(addresses.lossOf(told("192.0.2.1")), "taken for the removal that failed");
});

test("what waits for its interface is given when that comes, and said once to be missing", () => {
  const bench = new Bench();
  const { tables: { addresses }, connection, said } = bench;
  addresses.add(one, [address("192.0.2.1", "eth1")]);
  addresses.retry();
  assert.deepEqual(said, [
    "warning: (one) Cannot add address 192.0.2.1/24 dev eth1: no interface eth1",
  ]);
  assert.deepEqual(connection.take(), []);
  assert.equal(addresses.has(address("192.0.2.1", "eth1")), false);
  bench.link("eth1", 7);
  addresses.linksChanged();
  assert.deepEqual(connection.take(), [added.replace("if2", "if7")]);
  assert.equal(addresses.has(address("192.0.2.1", "eth1")), true);
});

test("what never came to be is not removed", () => {
  const { tables: { addresses }, connection } = new Bench();
  addresses.add(one, [address("192.0.2.1", "eth1")]);
  addresses.remove(one, [address("192.0.2.1", "eth1")]);
  assert.deepEqual(connection.take(), []);
});

test("an interface that is made anew gets its objects again", () => {
  const bench = new Bench();
  const { tables: { addresses, routes }, connection } = bench;
  addresses.add(one, [address("192.0.2.1")]);
  routes.add(one, [route]);
  connection.take();
  bench.unlink(2);
  addresses.linksChanged();
  routes.linksChanged();
  assert.deepEqual(connection.take(), []);
  bench.link("eth0", 5);
  addresses.linksChanged();
  routes.linksChanged();
  assert.deepEqual(connection.take(), [
    added.replace("if2", "if5"),
    routeAdded.replace("if2", "if5"),
  ]);
});

test("a route of an interface that was down is given again: the kernel does not tell that it went", () => {
  const bench = new Bench();
  const { tables: { routes }, connection } = bench;
  routes.add(one, [route]);
  bench.link("eth0", 2, false);
  routes.linksChanged();
  assert.deepEqual(connection.take(), [routeAdded]);
  assert.equal(routes.has(route), false);
  bench.link("eth0", 2);
  routes.linksChanged();
  assert.deepEqual(connection.take(), [routeAdded]);
  assert.equal(routes.has(route), true);
});

test("a route that is in doubt is given again", () => {
  const { tables: { routes }, connection } = new Bench();
  routes.add(one, [route]);
  connection.answer();
  connection.take();
  routes.doubt((value) => usesLink(value, 3));
  assert.deepEqual(connection.take(), []);
  routes.doubt((value) => usesLink(value, 2));
  assert.deepEqual(connection.take(), [routeAdded]);
  connection.answer(() => EEXIST);
  assert.equal(routes.has(route), true);
});

test("a route whose gateway cannot be reached yet is tried again, and said once", () => {
  const { tables: { routes }, connection, said } = new Bench();
  routes.add(one, [route]);
  connection.answer(() => ENETUNREACH);
  assert.equal(routes.has(route), false);
  routes.retry();
  connection.answer(() => ENETUNREACH);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^warning: \(one\) .*ip route prepend 10\.0\.0\.0\/8.*ENETUNREACH/);
  routes.retry();
  connection.answer();
  assert.equal(routes.has(route), true);
  connection.take();
  routes.retry();
  assert.deepEqual(connection.take(), []);
});

test("a route that is there already is as good as given", () => {
  const { tables: { routes }, connection, said } = new Bench();
  routes.add(one, [route]);
  connection.answer(() => EEXIST);
  assert.deepEqual(said, []);
  assert.equal(routes.has(route), true);
  connection.take();
  routes.remove(one, [route]);
  assert.deepEqual(connection.take(), [routeRemoved]);
  connection.answer(() => ESRCH);
  assert.deepEqual(said, []);
});

test("a route is known by what was asked for, whatever the kernel filled in", () => {
  const { tables: { routes } } = new Bench();
  const { interface: _, ...open } = route;
  routes.add(one, [open]);
  assert.equal(routes.lossOf({ ...kernelRoute, via: "192.0.2.253" }), undefined);
  assert.equal(routes.lossOf({ ...kernelRoute, protocol: 3 }), undefined);
  assert.equal(routes.lossOf({ ...kernelRoute, metric: 7 }), undefined);
  assert.equal(routes.lossOf({ ...kernelRoute, table: 100 }), undefined);
  assert.equal(routes.lossOf({ ...kernelRoute, type: "throw" }), undefined);
  assert.equal(routes.lossOf({ ...kernelRoute, index: 9 })?.item, open);
});

test("of an IPv6 route with two legs a lost leg is a loss, and our own removal is told leg by leg", () => {
  const { tables: { routes }, connection } = new Bench();
  const legs = ["fe80::1", "fe80::2"].map((via) => ({
    via,
    interface: "eth0",
    weight: 1,
    onlink: false,
  }));
  const destination = { address: "2001:db8::5", prefixLength: 32 };
  const { via: _, interface: __, ...rest } = route;
  const several: HeldRoute = { ...rest, family: 6, destination, nexthops: legs };
  const leg = (via: string): Route => ({
    ...kernelRoute,
    family: 6,
    destination: { address: "2001:db8::", prefixLength: 32 },
    metric: 1024,
    via,
  });
  routes.add(one, [several]);
  assert.ok(routes.lossOf(leg("fe80::2")));
  connection.take();
  routes.add(one, [several]);
  assert.deepEqual(connection.take(), [
    "ip route delete 2001:db8::5/32 proto 18 nexthop via fe80::1 dev if2 weight 1",
    "ip route prepend 2001:db8::5/32 proto 18 nexthop via fe80::1 dev if2 weight 1" +
    " nexthop via fe80::2 dev if2 weight 1",
  ]);
  assert.equal(routes.lossOf(leg("fe80::1")), undefined, "the leg that was left");
  routes.remove(one, [several]);
  routes.add(one, [several]);
  assert.equal(routes.lossOf(leg("fe80::1")), undefined);
  assert.equal(routes.lossOf(leg("fe80::2")), undefined);
  assert.ok(routes.lossOf(leg("fe80::1")));
});

test("losses() finds what is gone, but not what was given since the kernel was asked", () => {
  const { tables: { addresses } } = new Bench();
  addresses.add(one, [address("192.0.2.1"), address("192.0.2.2")]);
  addresses.remove(other, [address("192.0.2.9")]);
  const { serial } = addresses;
  addresses.add(one, [address("192.0.2.3")]);
  const losses = addresses.losses([told("192.0.2.2")], serial);
  assert.deepEqual(losses.map(({ item }) => item.address), ["192.0.2.1"]);
  assert.equal(addresses.has(address("192.0.2.1")), false);
  // The notification of this removal is lost too: it is waited for no longer.
  addresses.add(one, [address("192.0.2.9")]);
  assert.ok(addresses.lossOf(told("192.0.2.9")));
});

test("idle() is done when all is answered, and at once if nothing is under way", async () => {
  const { tables: { requests, addresses, routes }, connection } = new Bench();
  await requests.idle();
  addresses.add(one, [address("192.0.2.1")]);
  routes.add(one, [route]);
  let idle = false;
  const waiting = requests.idle().then(() => idle = true);
  await Promise.resolve();
  assert.equal(idle, false);
  connection.answer();
  await waiting;
});
