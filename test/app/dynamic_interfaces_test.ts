/** Interfaces that come, go and change while the daemon runs. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { decodeArp, decodeEthernet, etherType } from "@keepalived/inet-codec";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import type { Host } from "../../tools/lab/network.ts";
import { instanceConf } from "./instance_conf.ts";

const globals = "global_defs {\n  dynamic_interfaces\n}\n";
const address = "192.0.2.100";
const onVmac = "192.0.2.52";
const ipv6 = "2001:db8::53";

let lab: Lab;
let host: Host;
let daemon: Daemon | undefined;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
  host = lab.host("a");
});
afterEach(async () => {
  await daemon?.crash();
  daemon = undefined;
});
after(async () => await lab[Symbol.asyncDispose]());

function start(config: string): Daemon {
  return daemon = lab.start({ name: "a", config });
}

async function holds(...addresses: readonly string[]): Promise<void> {
  const all = () => addresses.every((one) => host.holds(one));
  await until(`it has ${addresses}`, all);
}

async function entersFault(names: readonly string[], from: number): Promise<void> {
  for (const name of names) {
    await daemon?.says(new RegExp(`\\(${name}\\) Entering FAULT STATE`), { from });
  }
}

const three = globals + instanceConf({ name: "plain" }) +
  instanceConf({
    name: "vmac",
    virtualRouterId: 52,
    lines: ["use_vmac"],
    addresses: [`${onVmac}/24`],
  }) +
  instanceConf({
    name: "six",
    virtualRouterId: 53,
    lines: ["use_vmac"],
    addresses: ["fe80::53", `${ipv6}/64`],
  });
const names = ["plain", "vmac", "six"];

test("an interface may come after the start, go, and come again; so do the devices on it", async () => {
  lab.network.bridge.run("ip link delete dev a");
  const running = start(three);
  await running.says(/Startup complete/);
  await entersFault(names, 0);

  lab.network.attach("a");
  host.run("ip address add 192.0.2.1/24 dev eth0");
  await holds(address, onVmac, ipv6);

  const from = running.log.length;
  lab.network.bridge.run("ip link delete dev a");
  await entersFault(names, from);
  lab.network.attach("a");
  host.run("ip address add 192.0.2.1/24 dev eth0");
  await holds(address, onVmac, ipv6);
  await lab.wire.next("an advertisement", ({ source }) => source === "192.0.2.1", {});

  // Another one takes the name: the same as deletion and creation.
  const renamed = running.log.length;
  host.run("ip link set dev eth0 down");
  host.run("ip link set dev eth0 name old0");
  await entersFault(names, renamed);
  lab.network.bridge.run("ip link set dev a name other");
  lab.network.attach("a");
  host.run("ip address add 192.0.2.4/24 dev eth0");
  await holds(address, onVmac, ipv6);
  await until("devices are on the new one", () => {
    const links = host.run("ip -br link show type macvlan");
    return ["vrrp.52@eth0", "vrrp.53@eth0"].every((device) => links.includes(device));
  });
  assert.equal(await running.stop(), 0);
  assert.equal(host.run("ip -br link show type macvlan"), "");
  lab.network.bridge.run("ip link delete dev other");
});

test("the source follows the interface's address, and the master stays master", async () => {
  const running = start(instanceConf());
  await running.says(/Entering MASTER STATE/);
  // Else with its first address an interface loses all of the network.
  host.run("sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1");
  host.run("ip address add 192.0.2.5/24 dev eth0");
  host.run("ip address delete 192.0.2.4/24 dev eth0");
  await holds(address);
  await lab.wire.next("its other address", ({ source }) => source === "192.0.2.5", {});
  const from = running.log.length;
  host.run("ip address flush dev eth0");
  await entersFault(["VI_1"], from);
  host.run("ip address add 192.0.2.6/24 dev eth0");
  await holds(address);
  await lab.wire.next("its new address", ({ source }) => source === "192.0.2.6", {});
  assert.equal(await running.stop(), 0);
});

test("a link-local address counts once duplicate address detection has passed", async () => {
  host.run("sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=3");
  host.run("ip link set dev eth0 down");
  const running = start(instanceConf({ addresses: ["fe80::53", `${ipv6}/64`] }));
  await running.says(/no IPv6 address for interface/);
  host.run("ip link set dev eth0 up");
  await running.says(/eth0 up/);
  assert.match(host.run("ip address show dev eth0"), /tentative/);
  await holds(ipv6);
  assert.doesNotMatch(host.run("ip address show dev eth0"), /tentative/);
  assert.equal(await running.stop(), 0);
});

test("track_src_ip: the instance is in FAULT while its source address is on no interface", async () => {
  const running = start(instanceConf({ lines: ["mcast_src_ip 192.0.2.7", "track_src_ip"] }));
  await running.says(/FAULT state \(source address 192.0.2.7 missing\)/);
  host.run("ip address add 192.0.2.7/32 dev lo");
  await holds(address);
  await lab.wire.next("the configured source", ({ source }) => source === "192.0.2.7", {});
  const from = running.log.length;
  host.run("ip address delete 192.0.2.7/32 dev lo");
  await entersFault(["VI_1"], from);
  assert.equal(await running.stop(), 0);
});

test("a new MAC address of the interface is announced at once, and used", async () => {
  const running = start(instanceConf());
  await holds(address);
  lab.wire.frames.length = 0;
  host.run("ip link set dev eth0 address 02:00:00:00:00:99");
  await until("neighbours are told", () => lab.wire.frames.some(isNewPlace));
  await lab.wire.next("an advertisement", ({ mac }) => mac === "02:00:00:00:00:99", {});
  assert.equal(await running.stop(), 0);
});

/** A gratuitous ARP that says the new place of the virtual address. */
function isNewPlace({ bytes }: { readonly bytes: Uint8Array }): boolean {
  const ethernet = decodeEthernet(bytes);
  if (!ethernet.ok || ethernet.value.etherType !== etherType.arp) return false;
  const arp = decodeArp(ethernet.value.payload);
  if (!arp.ok) return false;
  const { senderAddress, targetAddress, senderMac } = arp.value;
  return senderAddress === address && targetAddress === address &&
    senderMac === "02:00:00:00:00:99";
}
