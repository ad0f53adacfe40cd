import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import type { Link } from "@keepalived/netlink-route";
import type { PlacedInstance } from "./devices/placement.ts";
import { footingOf, interfacesOf } from "./footing.ts";
import { Interfaces } from "./interfaces.ts";

const running = { up: true, running: true } as const;
const eth0: Link = { index: 2, name: "eth0", hardwareType: 1, flags: running };
const vmac: Link = { ...eth0, index: 5, name: "vrrp.51", kind: "macvlan", parent: 2 };
const placement = { device: "vrrp.51", channel: "vrrp.51", sources: ["eth0", "vrrp.51"] };

function instanceOf(lines = "interface eth0"): PlacedInstance {
  const text =
    `vrrp_instance A {\nvirtual_router_id 51\n${lines}\nvirtual_ipaddress {\n10.0.0.9\n}\n}\n`;
  const { config } = loadConfig((path) => [{ path, text }], "a.conf", { hostName: "router" });
  const [instance] = config?.instances ?? [];
  assert.ok(instance);
  return instance;
}

/** Interfaces with `INDEX ADDRESS` on them. */
function machine(links: readonly Link[], ...addresses: readonly string[]): Interfaces {
  const interfaces = new Interfaces();
  for (const link of links) interfaces.apply({ kind: "link-changed", link });
  for (const text of addresses) {
    const [index, address = ""] = text.split(" ");
    const one = { index: Number(index), address, prefixLength: 24, flags: {} } as const;
    interfaces.apply({ kind: "address-added", address: { ...one, scope: "global" } });
  }
  return interfaces;
}

/** Without delays, a link is up when it runs. */
function seen(interfaces: Interfaces): Parameters<typeof footingOf>[1] {
  return { interfaces, links: { isUp: (name) => interfaces.isRunning(name) } };
}

/** What there is to stand on: `RECEIVE TRANSMIT SOURCE`, then faults. */
function footing(instance: PlacedInstance, interfaces: Interfaces): readonly string[] {
  const { place, source, faults } = footingOf(instance, seen(interfaces), new Set(["10.0.0.9"]));
  return [
    [place?.receive?.name, place?.transmit?.name, source].join(" "),
    ...Object.entries(faults).flatMap(([reason, text]) =>
      text === undefined ? [] : [`${reason}: ${text}`]
    ),
  ];
}

test("a running interface with an address is all it takes", () => {
  assert.deepEqual(footing(instanceOf(), machine([eth0], "2 10.0.0.9", "2 10.0.0.1")), [
    "eth0 eth0 10.0.0.1",
  ]);
});

test("without the interface, its carrier or its address there is a fault", () => {
  const instance = instanceOf();
  const down = { ...eth0, flags: { up: true } };
  assert.deepEqual(footing(instance, machine([])), ["  ", "interface-down: interface eth0 down"]);
  assert.deepEqual(footing(instance, machine([down], "2 10.0.0.1")), [
    "eth0 eth0 10.0.0.1",
    "interface-down: interface eth0 down",
  ]);
  assert.deepEqual(footing(instance, machine([eth0])), [
    "eth0 eth0 ",
    "no-source-address: no IPv4 address for interface",
  ]);
});

test("with dont_track_primary an interface may be down, but not missing", () => {
  const instance = instanceOf("interface eth0\ndont_track_primary");
  const down = { ...eth0, flags: {} };
  assert.deepEqual(footing(instance, machine([down], "2 10.0.0.1")), ["eth0 eth0 10.0.0.1"]);
  assert.equal(footing(instance, machine([])).length, 2);
});

test("a virtual router with a device needs both, and sends through the device from the address below", () => {
  const instance = { ...instanceOf(), placement };
  assert.deepEqual(interfacesOf(instance), ["eth0", "vrrp.51"]);
  assert.deepEqual(footing(instance, machine([eth0, vmac], "2 10.0.0.1")), [
    "vrrp.51 vrrp.51 10.0.0.1",
  ]);
  assert.deepEqual(footing(instance, machine([eth0], "2 10.0.0.1")), [
    "  ",
    "interface-down: interface vrrp.51 down",
  ]);
  assert.deepEqual(footing(instance, machine([vmac])), [
    "  ",
    "interface-down: interface eth0 down",
  ]);
});

test("an interface that only has the device's name is none", () => {
  const instance = { ...instanceOf(), placement };
  for (const stranger of [{ ...vmac, parent: 3 }, { ...vmac, kind: "bridge" }]) {
    assert.deepEqual(footing(instance, machine([eth0, stranger], "2 10.0.0.1")), [
      "  ",
      "interface-down: interface vrrp.51 down",
    ]);
  }
});

test("with vmac_xmit_base the interface below is the channel, while the device counts", () => {
  const instance = { ...instanceOf(), placement: { ...placement, channel: "eth0" } };
  assert.deepEqual(footing(instance, machine([eth0, vmac], "2 10.0.0.1")), ["eth0 eth0 10.0.0.1"]);
  assert.deepEqual(footing(instance, machine([eth0], "2 10.0.0.1")), [
    "eth0 eth0 10.0.0.1",
    "interface-down: interface vrrp.51 down",
  ]);
});

test("the device's own address is the source where the interface below has none", () => {
  const instance = { ...instanceOf(), placement };
  const interfaces = machine([eth0, vmac], "5 10.0.0.9", "5 10.0.0.5");
  assert.deepEqual(footing(instance, interfaces), ["vrrp.51 vrrp.51 10.0.0.5"]);
});

test("a configured source need not exist, unless it is tracked", () => {
  const lines = "interface eth0\nmcast_src_ip 10.0.0.7";
  assert.deepEqual(footing(instanceOf(lines), machine([eth0])), ["eth0 eth0 10.0.0.7"]);
  const tracked = instanceOf(`${lines}\ntrack_src_ip`);
  assert.deepEqual(footing(tracked, machine([eth0])), [
    "eth0 eth0 10.0.0.7",
    "source-address-missing: source address 10.0.0.7 missing",
  ]);
  const elsewhere = machine([eth0, { ...eth0, index: 1, name: "lo" }], "1 10.0.0.7");
  assert.deepEqual(footing(tracked, elsewhere), ["eth0 eth0 10.0.0.7"]);
});

test("unicast without an interface stands on the routes, those of a VRF if it has one", () => {
  const lines = "unicast_src_ip 10.0.0.1\nunicast_peer {\n10.0.0.2\n}";
  assert.deepEqual(footing(instanceOf(lines), machine([])), ["  10.0.0.1"]);
  const instance = instanceOf(`${lines}\nvrf red`);
  const red: Link = { ...eth0, index: 8, name: "red", kind: "vrf" };
  assert.deepEqual(footing(instance, machine([])), ["  ", "interface-down: interface red down"]);
  assert.equal(footingOf(instance, seen(machine([red])), new Set()).place?.vrf?.index, 8);
});
