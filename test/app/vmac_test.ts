/** Virtual MAC addresses: devices and settings as the C daemon has them, and what a client sees. */

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { after, afterEach, before, test } from "node:test";
import { decodeArp, decodeEthernet, etherType } from "@keepalived/inet-codec";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import type { Host } from "../../tools/lab/network.ts";
import { instanceConf } from "./instance_conf.ts";

const virtual = { ipv4: "192.0.2.100", ipv6: "2001:db8::100", linkLocal: "fe80::100" };
const mac = { ipv4: "00:00:5e:00:01:33", ipv6: "00:00:5e:00:02:33" };

let lab: Lab;
const started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "2001:db8::2/64"] },
    { name: "client", addresses: ["192.0.2.9/24", "2001:db8::9/64"] },
  ]);
  for (const name of ["a", "b"]) {
    lab.host(name).run("sysctl -qw net.ipv4.conf.all.rp_filter=1");
    lab.host(name).run("ip link set dev eth0 group 7");
  }
});
// So that one failure is not the failure of all that follow.
afterEach(async () => {
  for (const daemon of started.splice(0)) await daemon.crash();
});
after(async () => await lab[Symbol.asyncDispose]());

function conf(priority: number): string {
  const lines = ["use_vmac"];
  const ipv6 = [virtual.linkLocal, `${virtual.ipv6}/64`];
  return instanceConf({ name: "four", priority, lines, addresses: [`${virtual.ipv4}/24`] }) +
    instanceConf({ name: "six", priority, lines, addresses: ipv6 });
}

/** Starts a daemon and waits until it has both in a state. */
async function start(name: string, priority: number, implementation: Implementation = "ours") {
  const daemon = lab.start({ name, config: conf(priority), implementation });
  started.push(daemon);
  for (const instance of ["four", "six"]) {
    await daemon.says(new RegExp(`\\(${instance}\\) Entering BACKUP STATE`));
  }
  return daemon;
}

async function holdsAll(name: string): Promise<void> {
  const host = lab.host(name);
  const all = [virtual.ipv4, virtual.ipv6, virtual.linkLocal];
  await until(`${name} has the addresses`, () => all.every((one) => host.holds(one)));
}

type IpLink = {
  readonly ifname: string;
  readonly ifindex: number;
  readonly link?: string;
  readonly address: string;
  readonly mtu: number;
  readonly flags: readonly string[];
  readonly operstate: string;
  readonly group: string;
  readonly linkinfo?: {
    readonly info_kind: string;
    readonly info_data?: { readonly mode: string };
  };
  readonly inet6_addr_gen_mode?: string;
};

function devicesOf(host: Host): readonly IpLink[] {
  const links = JSON.parse(host.run("ip -d -j link show")) as IpLink[];
  return links.filter(({ ifname }) => ifname.startsWith("vrrp"));
}

/** The kernel works out that they are up within a second; until then it does not say that they are not. */
async function devicesUp(name: string): Promise<void> {
  const states = () => devicesOf(lab.host(name)).map(({ operstate }) => operstate).join();
  await until(`the devices of ${name} are up`, () => states() === "UP,UP");
}

/** What two daemons must agree on. */
function shapeOf(host: Host): readonly unknown[] {
  return devicesOf(host).map((it) => [
    it.ifname,
    it.link,
    it.address,
    it.mtu,
    it.flags,
    it.operstate,
    it.linkinfo?.info_kind,
    it.linkinfo?.info_data?.mode,
    it.inet6_addr_gen_mode,
  ]);
}

/** `ip address show` of the devices: with the link-local address of the interface below masked. */
function addressesOf(host: Host): readonly string[] {
  const own = /inet6 (fe80::\S+)\/64 scope link/.exec(host.run("ip -o address show dev eth0"))?.[1];
  return ["vrrp.51", "vrrp6.51"].flatMap((dev) =>
    host.run(`ip -o address show dev ${dev}`).trim().split("\n").map((line) =>
      line.replace(/^\d+: /, "").replaceAll(/\s+/g, " ").replace("proto keepalived ", "")
        .replace(own ?? "no address", "OWN")
    )
  ).sort();
}

/** Settings of all interfaces for both families, by name. */
function settingsOf(host: Host): ReadonlyMap<string, string> {
  const lines = host.run("sysctl -a --pattern ^net\\.ipv[46]\\.conf\\.").trim().split("\n");
  return new Map(lines.map((line) => {
    const [name = "", value = ""] = line.split(" = ");
    return [name, value];
  }));
}

test("devices, settings and addresses are those of the C daemon, and nothing of ours stays", async () => {
  const [host, peer] = [lab.host("a"), lab.host("b")];
  const before = settingsOf(host);
  const ours = await start("a", 150);
  const theirs = await start("b", 100, "c");
  await holdsAll("a");
  await devicesUp("a");
  await devicesUp("b");
  assert.deepEqual(shapeOf(host), shapeOf(peer));
  assert.deepEqual(devicesOf(host).map(({ group }) => group), ["7", "7"]);

  const [own, other] = [settingsOf(host), settingsOf(peer)];
  const different = [...own.keys()].filter((name) => own.get(name) !== other.get(name));
  // docs/differences.md says why.
  assert.deepEqual(different.sort(), [
    "net.ipv4.conf.eth0.arp_announce",
    "net.ipv4.conf.lo.rp_filter",
    "net.ipv4.conf.vrrp6/51.arp_ignore",
    "net.ipv6.conf.vrrp6/51.accept_ra",
  ]);
  assert.deepEqual([...own.keys()].sort(), [...other.keys()].sort());

  const addresses = addressesOf(host);
  assert.equal(await ours.stop(), 0);
  await holdsAll("b");
  assert.deepEqual(addresses, addressesOf(peer));
  assert.deepEqual(devicesOf(host), []);
  assert.deepEqual(settingsOf(host), before);
  assert.equal(await theirs.stop(), 0);
});

test("adverts and announcements have the virtual MAC address, and clients never learn another", async () => {
  lab.wire.adverts.length = 0;
  lab.wire.frames.length = 0;
  const client = lab.host("client");
  client.run("ip neighbour flush all");
  const neighbours = watchNeighbours(client);
  const active = await start("a", 150);
  await holdsAll("a");
  const standby = await start("b", 100);
  // With the device there and up, a backup has nothing to make when it takes over.
  await devicesUp("b");

  const ask = async () => {
    for (const address of [virtual.ipv4, virtual.ipv6]) {
      // The router has to find the client as well: it must not use the virtual address for that.
      for (const name of ["a", "b"]) lab.host(name).run("ip neighbour flush all");
      await client.read(`ping -c 2 -i 0.1 -W 1 ${address}`);
    }
  };
  await ask();
  await active.crash();
  await holdsAll("b");
  await ask();
  const back = await start("a", 150);
  await holdsAll("a");
  await ask();
  await back.stop();
  await holdsAll("b");
  await ask();

  assert.deepEqual(
    new Set(lab.wire.adverts.map((advert) => advert.mac)),
    new Set(Object.values(mac)),
  );
  const sources = new Set(lab.wire.adverts.map(({ source }) => source));
  assert.ok(["192.0.2.1", "192.0.2.2"].every((source) => sources.has(source)), [...sources].join());
  const arps = lab.wire.frames.flatMap(({ bytes }) => arpOf(bytes));
  assert.ok(arps.some(({ gratuitous }) => gratuitous));
  assert.deepEqual(new Set(arps.map((arp) => arp.mac)), new Set([mac.ipv4]));

  const learned = await neighbours();
  for (const family of ["ipv4", "ipv6"] as const) {
    const [address, expected] = [virtual[family], mac[family]];
    const macs = learned.filter((line) => line.startsWith(`${address} `))
      .flatMap((line) => /lladdr (\S+)/.exec(line)?.[1] ?? []);
    assert.ok(macs.length > 0, `the client never learned ${address}`);
    assert.deepEqual(new Set(macs), new Set([expected]), address);
  }
  assert.equal(await standby.stop(), 0);
});

test("devices left by a crash are taken over; deleted or renamed ones are made anew", async () => {
  const host = lab.host("a");
  const first = await start("a", 150);
  await holdsAll("a");
  const left = devicesOf(host).map(({ ifindex }) => ifindex);
  await first.crash();
  assert.deepEqual(devicesOf(host).map(({ ifindex }) => ifindex), left);

  const daemon = await start("a", 150);
  await holdsAll("a");
  assert.deepEqual(devicesOf(host).map(({ ifindex }) => ifindex), left, "made anew");

  host.run("ip link delete dev vrrp.51");
  await daemon.says(/\(four\) Entering FAULT STATE/);
  await holdsAll("a");
  host.run("ip link set dev vrrp6.51 down");
  await daemon.says(/\(six\) Entering FAULT STATE/);
  await sleep(200);
  assert.ok(!host.holds(virtual.ipv6), "an administrator's wish is not respected");
  host.run("ip link set dev vrrp6.51 up");
  await holdsAll("a");
  const from = daemon.log.length;
  host.run("ip link set dev vrrp6.51 down");
  host.run("ip link set dev vrrp6.51 name other");
  await daemon.says(/Interface vrrp6.51 is now named other/, { from });
  await holdsAll("a");
  assert.throws(() => host.run("ip link show dev other"));
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(devicesOf(host), []);
  assert.deepEqual(daemon.lines(/Cannot (carry out|set)/), []);
});

test("a reload makes and removes devices, and does not touch those that stay", async () => {
  const host = lab.host("a");
  const daemon = await start("a", 150);
  await holdsAll("a");
  const [kept] = devicesOf(host);
  const four = instanceConf({ name: "four", priority: 150, lines: ["use_vmac"] });
  const second = (lines: readonly string[]) =>
    instanceConf({ name: "B", virtualRouterId: 52, lines, addresses: ["192.0.2.52/24"] });
  const placeOf = (address: string) =>
    / (\S+) +inet /.exec(host.run(`ip -o address show to ${address}`))?.[1];
  daemon.configure(four + second(["use_vmac vm52 netlink_notify_msg"]));
  daemon.signal("SIGHUP");
  await until("the new device has its address", () => placeOf("192.0.2.52") === "vm52");
  await until("vrrp6.51 has gone", () => !host.run("ip link show").includes("vrrp6.51"));
  assert.equal(devicesOf(host)[0]?.ifindex, kept?.ifindex);
  daemon.configure(four + second([]));
  daemon.signal("SIGHUP");
  await until("the address is on the interface", () => placeOf("192.0.2.52") === "eth0");
  await until("vm52 has gone", () => !host.run("ip link show").includes("vm52"));
  assert.equal(daemon.lines(/\(four\) Entering/).length, 2, "the other instance was disturbed");
  assert.equal(await daemon.stop(), 0);
});

/** Lines of `ip monitor neigh` from now on. */
function watchNeighbours(host: Host): () => Promise<readonly string[]> {
  const monitor: ChildProcess = host.start(["ip", "-o", "monitor", "neigh"]);
  let text = "";
  monitor.stdout?.on("data", (chunk) => text += String(chunk));
  return async () => {
    await sleep(200);
    monitor.kill();
    return text.split("\n");
  };
}

/** An ARP message that says where the virtual address is. */
function arpOf(frame: Uint8Array): readonly { mac: string; gratuitous: boolean }[] {
  const ethernet = decodeEthernet(frame);
  if (!ethernet.ok || ethernet.value.etherType !== etherType.arp) return [];
  const arp = decodeArp(ethernet.value.payload);
  if (!arp.ok || arp.value.senderAddress !== virtual.ipv4) return [];
  const { senderMac, senderAddress, targetAddress } = arp.value;
  return [{ mac: senderMac, gratuitous: senderAddress === targetAddress }];
}
