/** What a device with a virtual MAC address must not say on the wire, and what goes out below it instead. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { decodeEthernet, decodeIpv4, decodeIpv6, etherType } from "@keepalived/inet-codec";
import { formatIp } from "@keepalived/ip-address";
import { Capture } from "../../tools/lab/capture.ts";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

const virtualMac = "00:00:5e:00:01:33";
const virtualMac6 = "00:00:5e:00:02:34";
const linkLocal = "fe80::100";

const config = (lines: readonly string[]) =>
  instanceConf({ name: "V4", lines: ["use_vmac", ...lines] }) +
  instanceConf({
    name: "V6",
    virtualRouterId: 52,
    lines: ["use_vmac", ...lines],
    addresses: [`${linkLocal}/64`, "2001:db8::100/64"],
  });

/** One frame that matters here: who sent it, and what it is. */
type Seen = { readonly mac: string; readonly what: string };

let lab: Lab;
let capture: Capture;
const seen: Seen[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "router", addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
    { name: "client", addresses: ["192.0.2.2/24", "2001:db8::2/64"] },
  ]);
  capture = new Capture(lab.reactor, lab.host("client"), "eth0", (frame) => {
    const one = look(frame);
    if (one !== undefined) seen.push(one);
  });
});
after(async () => {
  capture[Symbol.dispose]();
  await lab[Symbol.asyncDispose]();
});

for (const lines of [[], ["no_accept"]]) {
  test(`a VMAC is quiet, and groups are reported below it (${lines[0] ?? "accept"})`, async () => {
    const router = lab.host("router");
    const base = await linkLocalOf("router");
    const daemon = await startMaster(config(lines));
    assert.equal(daemon.lines(/nftables: rules are in ip keepalived and ip6 keepalived/).length, 1);
    join("239.9.9.1/32 autojoin", "vrrp.51");
    join("2001:db8::99:1/128", "vrrp.52");
    await saw({ mac: router.mac, what: "igmp 239.9.9.1" });
    await saw({ mac: router.mac, what: "mld ff02::1:ff99:1" });
    lab.host("client").run("ip neighbour flush dev eth0");
    for (const address of [`${base}%eth0`, "2001:db8::1"]) await ping(address);
    await ping(`${linkLocal}%eth0`);
    await saw({ mac: router.mac, what: `advertises ${base}` });
    await saw({ mac: virtualMac6, what: `advertises ${linkLocal}` });
    assert.match(lab.host("client").run("ip -6 neighbour"), new RegExp(`${base} .*${router.mac}`));
    await sleep(500);
    const loud = seen.filter(({ mac, what }) =>
      (mac === virtualMac || mac === virtualMac6) &&
      (/^(igmp|mld|solicits)/.test(what) || what === `advertises ${base}`)
    );
    assert.deepEqual(loud, []);

    // Without the rules all of that is there: this test would have seen it.
    router.run("nft flush ruleset");
    join("239.9.9.2/32 autojoin", "vrrp.51");
    join("2001:db8::99:2/128", "vrrp.52");
    await saw({ mac: virtualMac, what: "igmp 239.9.9.2" });
    await saw({ mac: virtualMac6, what: "mld ff02::1:ff99:2" });
    lab.host("client").run("ip neighbour flush dev eth0");
    await ping(`${base}%eth0`);
    await saw({ mac: virtualMac6, what: `advertises ${base}` });
    assert.equal(await daemon.stop(), 0);
  });
}

async function startMaster(text: string): Promise<Daemon> {
  seen.length = 0;
  const daemon = lab.start({ name: "router", config: text });
  for (const name of ["V4", "V6"]) {
    await daemon.says(new RegExp(`\\(${name}\\) Entering MASTER STATE`));
  }
  await until("the address is there", () => lab.host("router").holds(linkLocal));
  return daemon;
}

/** Makes the kernel report a group on an interface: the address, or for IPv6 the group where it is solicited. */
function join(address: string, dev: string): void {
  lab.host("router").run(`ip address add ${address} dev ${dev}`);
}

async function ping(address: string): Promise<void> {
  const words = ["ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", address];
  await once(lab.host("client").start(words), "close");
}

async function saw(wanted: Seen): Promise<void> {
  const found = () => seen.some(({ mac, what }) => mac === wanted.mac && what === wanted.what);
  await until(`${wanted.what} from ${wanted.mac}`, found);
}

async function linkLocalOf(host: string): Promise<string> {
  const show = () => lab.host(host).run("ip -6 -o address show dev eth0 scope link");
  await until("a link-local address", () => /fe80::/.test(show()));
  return /inet6 (fe80::[0-9a-f:]+)/.exec(show())?.[1] ?? "";
}

function look(frame: Uint8Array): Seen | undefined {
  const ethernet = decodeEthernet(frame);
  if (!ethernet.ok) return undefined;
  const { etherType: type, payload, source: mac } = ethernet.value;
  const what = type === etherType.ipv4
    ? lookAtIpv4(payload)
    : type === etherType.ipv6
    ? lookAtIpv6(payload)
    : undefined;
  return what === undefined ? undefined : { mac, what };
}

const IGMP = 2;

/** Version 3 reports carry the group in their records. */
function lookAtIpv4(packet: Uint8Array): string | undefined {
  const ipv4 = decodeIpv4(packet);
  if (!ipv4.ok || ipv4.value.protocol !== IGMP) return undefined;
  return `igmp ${ipv4.value.payload.subarray(12, 16).join(".")}`;
}

const HOP_BY_HOP = 0;
const ICMPV6 = 58;

function lookAtIpv6(packet: Uint8Array): string | undefined {
  const ipv6 = decodeIpv6(packet);
  if (!ipv6.ok) return undefined;
  const { protocol, payload } = ipv6.value;
  // MLD has a hop-by-hop header of eight bytes.
  const icmp = protocol === HOP_BY_HOP && payload[0] === ICMPV6
    ? payload.subarray(8)
    : protocol === ICMPV6
    ? payload
    : undefined;
  if (icmp === undefined) return undefined;
  switch (icmp[0]) {
    case 133:
      return "solicits routers";
    case 136:
      return `advertises ${formatIp(icmp.subarray(8, 24))}`;
    case 131:
    case 132:
      return `mld ${formatIp(icmp.subarray(8, 24))}`;
    case 143:
      return `mld ${formatIp(icmp.subarray(12, 28))}`;
    default:
      return undefined;
  }
}
