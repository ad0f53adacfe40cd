/**
 * What the standards ask for and only a network can show: headers of what is sent, and who answers for the addresses.
 *
 * `a` is Active and `b` Backup of three virtual routers with virtual MAC addresses; `server` is behind `a`.
 */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  decodeArp,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  decodeNeighbour,
  encodeEthernet,
  encodeIcmpEcho,
  encodeIpv4,
  encodeIpv6,
  etherType,
  ipProtocol,
  multicastMac,
  type NeighbourAdvertisement,
} from "@keepalived/inet-codec";
import { nowUs } from "@keepalived/linux";
import { encodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Injector } from "../../tools/lab/injector.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { Host } from "../../tools/lab/network.ts";
import { instanceConf } from "../app/instance_conf.ts";

const mac = { a: "02:00:00:00:00:0a", b: "02:00:00:00:00:0b", client: "02:00:00:00:00:0c" };
const server = "198.51.100.2";

/** The virtual routers: what each is advertised with. */
const routers = {
  "version 2": {
    virtualRouterId: 52,
    version: 2,
    mac: "00:00:5e:00:01:34",
    source: "192.0.2.1",
    group: "224.0.0.18",
    virtual: ["192.0.2.102"],
  },
  "version 3 over IPv4": {
    virtualRouterId: 51,
    version: 3,
    mac: "00:00:5e:00:01:33",
    source: "192.0.2.1",
    group: "224.0.0.18",
    virtual: ["192.0.2.100", "192.0.2.101"],
  },
  "version 3 over IPv6": {
    virtualRouterId: 51,
    version: 3,
    mac: "00:00:5e:00:02:33",
    source: "fe80::ff:fe00:a",
    group: "ff02::12",
    virtual: ["fe80::100", "2001:db8::100"],
  },
} as const;
type Router = (typeof routers)[keyof typeof routers];

let lab: Lab;
let behind: Host;
let active: Daemon;

before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "2001:db8::1/64"], mac: mac.a },
    { name: "b", addresses: ["192.0.2.2/24", "2001:db8::2/64"], mac: mac.b },
    { name: "client", addresses: ["192.0.2.9/24", "2001:db8::9/64"], mac: mac.client },
  ], { watch: "ports" });
  for (const name of ["a", "b"]) {
    lab.host(name).run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
  }
  behind = await Host.create("server");
  const a = lab.host("a");
  a.run(`ip link add eth1 type veth peer name eth0 netns ${behind.pid}`);
  a.run("ip address add 198.51.100.1/24 dev eth1");
  a.run("ip link set eth1 up");
  behind.run(`ip address add ${server}/24 dev eth0`);
  behind.run("ip link set eth0 up");
  behind.run("ip route add default via 198.51.100.1");
  active = await start("a", 200);
  await until("a holds all", () => holdsAll("a"));
  await start("b", 100);
  await sleep(1000);
});
after(async () => {
  await behind?.dispose();
  await lab?.[Symbol.asyncDispose]();
});

async function start(name: string, priority: number): Promise<Daemon> {
  const config = Object.entries(routers).map(([title, router]) =>
    instanceConf({
      name: title.replaceAll(" ", "_"),
      version: router.version,
      virtualRouterId: router.virtualRouterId,
      priority,
      interval: router.version === 2 ? 1 : 0.2,
      lines: ["use_vmac"],
      addresses: router.virtual.map((address) => `${address}/${address.includes(":") ? 64 : 24}`),
    })
  ).join("");
  const daemon = lab.start({ name, config });
  await until("all are backups", () => daemon.lines(/Entering BACKUP STATE/).length === 3);
  return daemon;
}

function holdsAll(name: string): boolean {
  const shown = lab.host(name).run("ip -o address show");
  return Object.values(routers).every(({ virtual }) =>
    virtual.every((address) => shown.includes(` ${address}/`))
  );
}

/** Frames that a host sent since some time. */
function framesFrom(port: string, sinceUs = 0): readonly Uint8Array[] {
  return lab.wire.frames.filter((frame) => frame.port === port && frame.atUs >= sinceUs)
    .map(({ bytes }) => bytes);
}

/** Advertisements of a virtual router that a host sent since some time. */
function advertsFrom(port: string, router: Router, sinceUs = 0) {
  return lab.wire.adverts.filter((it) =>
    it.port === port && it.atUs >= sinceUs && it.version === router.version &&
    it.virtualRouterId === router.virtualRouterId && it.destination === router.group
  );
}

for (const [title, router] of Object.entries(routers)) {
  test(`${title}: sent to the group with hop limit 255, from the primary address and the virtual MAC`, () => {
    const adverts = advertsFrom("a", router);
    assert.ok(adverts.length > 0);
    for (const advert of adverts) {
      assert.equal(advert.hopLimit, 255);
      assert.equal(advert.source, router.source);
      assert.equal(advert.mac, router.mac);
      assert.deepEqual(advert.addresses, router.virtual);
    }
  });

  test(`${title}: only the Active router advertises`, async () => {
    const sinceUs = nowUs();
    await sleep(2200);
    assert.ok(advertsFrom("a", router, sinceUs).length >= 2);
    assert.deepEqual(advertsFrom("b", router), []);
  });
}

/** Answers to questions for IPv4 addresses, as Ethernet source, sender MAC and sender address. */
function arpReplies(port: string, sinceUs: number): readonly (readonly string[])[] {
  return framesFrom(port, sinceUs).flatMap((bytes) => {
    const frame = decodeEthernet(bytes);
    if (!frame.ok || frame.value.etherType !== etherType.arp) return [];
    const arp = decodeArp(frame.value.payload);
    if (!arp.ok || arp.value.operation !== 2) return [];
    return [[frame.value.source, arp.value.senderMac, arp.value.senderAddress]];
  });
}

/** Neighbour advertisements with the Ethernet source of each. */
function neighbourReplies(
  port: string,
  sinceUs: number,
): readonly { readonly source: string; readonly message: NeighbourAdvertisement }[] {
  return framesFrom(port, sinceUs).flatMap((bytes) => {
    const frame = decodeEthernet(bytes);
    if (!frame.ok || frame.value.etherType !== etherType.ipv6) return [];
    const packet = decodeIpv6(frame.value.payload);
    if (!packet.ok || packet.value.protocol !== ipProtocol.icmpv6) return [];
    const message = decodeNeighbour(packet.value.payload, packet.value);
    if (!message.ok || message.value.kind !== "advertisement") return [];
    return [{ source: frame.value.source, message: message.value }];
  });
}

test("IPv4: the Active router answers ARP with the virtual MAC, never with its own; the Backup is silent", async () => {
  const sinceUs = nowUs();
  const client = lab.host("client");
  for (const address of [...routers["version 3 over IPv4"].virtual, "192.0.2.102"]) {
    client.run("ip neighbour flush all");
    await client.read(`ping -c 1 -W 1 ${address}`);
  }
  await sleep(200);
  const ofVirtual = arpReplies("a", sinceUs).filter(([, , address]) => address !== "192.0.2.1");
  assert.deepEqual(
    new Set(ofVirtual.map((reply) => reply.join(" "))),
    new Set([
      "00:00:5e:00:01:33 00:00:5e:00:01:33 192.0.2.100",
      "00:00:5e:00:01:33 00:00:5e:00:01:33 192.0.2.101",
      "00:00:5e:00:01:34 00:00:5e:00:01:34 192.0.2.102",
    ]),
  );
  assert.deepEqual(arpReplies("b", sinceUs).filter(([, , address]) => address !== "192.0.2.2"), []);
});

test("IPv6: the Active router answers solicitations with the virtual MAC and the router flag; the Backup is silent", async () => {
  const sinceUs = nowUs();
  const client = lab.host("client");
  const { virtual, mac: virtualMac } = routers["version 3 over IPv6"];
  client.run("ip neighbour flush all");
  for (const address of virtual) await client.read(`ping -c 1 -W 1 -I eth0 ${address}`);
  await sleep(200);
  const isVirtual = (address: string) => (virtual as readonly string[]).includes(address);
  const replies = neighbourReplies("a", sinceUs).filter(({ message }) => isVirtual(message.target));
  assert.deepEqual(new Set(replies.map(({ message }) => message.target)), new Set(virtual));
  for (const { source, message } of replies) {
    assert.equal(source, virtualMac);
    assert.equal(message.router, true, `router flag for ${message.target}`);
    assert.equal(message.linkLayerAddress, virtualMac);
  }
  const others = neighbourReplies("b", sinceUs).filter(({ message }) => isVirtual(message.target));
  assert.deepEqual(others, []);
});

test("IPv6: only the Active router is a member of the solicited-node groups", () => {
  const groupsOf = (name: string) => lab.host(name).run("ip -6 maddress show dev vrrp6.51");
  assert.match(groupsOf("a"), /ff02::1:ff00:100\b/);
  assert.doesNotMatch(groupsOf("b"), /ff02::1:ff00:100\b/);
});

test("IPv6: no interface identifier comes from the virtual MAC", () => {
  for (const name of ["a", "b"]) {
    const shown = lab.host(name).run("ip -6 -o address show");
    assert.doesNotMatch(shown, /fe80::200:5eff:fe00:/);
    assert.match(shown, /fe80::ff:fe00:/);
  }
});

test("the Active router announces each address after it has it, from the virtual MAC, when it takes over", () => {
  const announced = new Set(
    framesFrom("a").flatMap((bytes) => {
      const frame = decodeEthernet(bytes);
      if (!frame.ok || frame.value.etherType !== etherType.arp) return [];
      const arp = decodeArp(frame.value.payload);
      if (!arp.ok || arp.value.senderAddress !== arp.value.targetAddress) return [];
      assert.match(arp.value.senderMac, /^00:00:5e:00:01:3[34]$/, "before the device was there");
      return [arp.value.senderAddress];
    }),
  );
  for (const { message, source } of neighbourReplies("a", 0)) {
    if (message.solicited) continue;
    assert.equal(source, "00:00:5e:00:02:33", "before the device was there");
    assert.deepEqual([message.router, message.override], [true, true]);
    announced.add(message.target);
  }
  for (const { virtual } of Object.values(routers)) {
    for (const address of virtual) assert.ok(announced.has(address), address);
  }
});

test("the Active router forwards what comes to the virtual MAC", async () => {
  const client = lab.host("client");
  client.run(`ip route replace ${server}/32 via 192.0.2.100`);
  client.run("ip neighbour flush all");
  assert.match(await client.read(`ping -c 2 -i 0.2 -W 1 ${server}`), / 2 received/);
  assert.match(client.run("ip neighbour show 192.0.2.100"), /00:00:5e:00:01:33/);
});

/** An echo request of the client, to any Ethernet address. */
function echoTo(destinationMac: string, destination: string): Uint8Array {
  const source = destination.includes(":") ? "2001:db8::9" : "192.0.2.9";
  const payload = encodeIcmpEcho(
    { kind: "request", identifier: 77, sequenceNumber: 1, data: new Uint8Array(8) },
    { source, destination },
  );
  const isIpv6 = destination.includes(":");
  const fields = { source, destination, hopLimit: 64, payload } as const;
  return encodeEthernet({
    source: mac.client,
    destination: destinationMac,
    etherType: isIpv6 ? etherType.ipv6 : etherType.ipv4,
    payload: isIpv6
      ? encodeIpv6({ ...fields, protocol: ipProtocol.icmpv6 })
      : encodeIpv4({ ...fields, protocol: ipProtocol.icmp }),
  });
}

/** Echo replies that a host sent since some time. */
function echoReplies(port: string, sinceUs: number): number {
  return framesFrom(port, sinceUs).filter((bytes) => {
    const frame = decodeEthernet(bytes);
    if (!frame.ok) return false;
    const isIpv6 = frame.value.etherType === etherType.ipv6;
    const packet = isIpv6 ? decodeIpv6(frame.value.payload) : decodeIpv4(frame.value.payload);
    return packet.ok && packet.value.payload[0] === (isIpv6 ? 129 : 0) &&
      packet.value.protocol === (isIpv6 ? ipProtocol.icmpv6 : ipProtocol.icmp);
  }).length;
}

test("the Backup does not accept what is addressed to a virtual address", async () => {
  using injector = new Injector(lab.network.bridge, "b");
  const sinceUs = nowUs();
  injector.send(echoTo(mac.b, "192.0.2.2"));
  await sleep(300);
  assert.equal(echoReplies("b", sinceUs), 1, "its own address");
  injector.send(echoTo(mac.b, "192.0.2.100"));
  injector.send(echoTo(mac.b, "2001:db8::100"));
  await sleep(300);
  assert.equal(echoReplies("b", sinceUs), 1, "virtual addresses");
});

/** An advertisement of an owner: whoever believes it yields. */
function advertisementOfOwner(): Uint8Array {
  const source = "192.0.2.66";
  const destination = "224.0.0.18";
  const payload = encodeAdvertisement({
    version: 3,
    virtualRouterId: 51,
    priority: 255,
    maxAdvertiseIntervalUs: 200_000,
    addresses: ["192.0.2.100", "192.0.2.101"],
  }, { source, destination });
  return encodeEthernet({
    source: "02:00:00:00:00:66",
    destination: multicastMac(destination),
    etherType: etherType.ipv4,
    payload: encodeIpv4({ source, destination, hopLimit: 255, protocol: ipProtocol.vrrp, payload }),
  });
}

test("an advertisement counts on the interface of its virtual router, and on no other", async () => {
  using elsewhere = new Injector(behind);
  using here = new Injector(lab.host("client"));
  const from = active.log.length;
  for (let i = 0; i < 3; i++) elsewhere.send(advertisementOfOwner());
  await sleep(500);
  assert.deepEqual(active.log.slice(from).filter((line) => line.includes("STATE")), []);
  here.send(advertisementOfOwner());
  await active.says(/\(version_3_over_IPv4\) Entering BACKUP STATE/, { from });
  await until("a is Active again", () => holdsAll("a"));
});

test("a router that stops resigns with priority 0, and is silent from then on", async () => {
  const sinceUs = nowUs();
  assert.equal(await active.stop(), 0);
  await until("b holds all", () => holdsAll("b"));
  assert.equal(holdsAll("a"), false);
  await sleep(200);
  for (const router of Object.values(routers)) {
    const last = advertsFrom("a", router, sinceUs).at(-1);
    assert.equal(last?.priority, 0);
    const first = advertsFrom("b", router, sinceUs)[0];
    assert.equal(first?.priority, 100);
    assert.ok((first?.atUs ?? 0) > (last?.atUs ?? 0));
  }
});
