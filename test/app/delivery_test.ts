/** Two of our daemons, over every way an advertisement can go: multicast and unicast, IPv4 and IPv6, both versions. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { Wire } from "../../tools/lab/wire.ts";
import { type InstanceConf, instanceConf } from "./instance_conf.ts";

const hosts = ["a", "b"] as const;
type HostName = (typeof hosts)[number];

let lab: Lab;
let started: Daemon[] = [];
/** What passes the bridge's port to `a`: unicast too. */
let port: Wire;
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fe80::a/64", "2001:db8::a/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fe80::b/64", "2001:db8::b/64"] },
  ]);
  port = new Wire(lab.reactor, lab.network.bridge, "a");
});
after(async () => {
  port[Symbol.dispose]();
  await lab[Symbol.asyncDispose]();
});
afterEach(async () => {
  for (const daemon of started) assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  started = [];
});

const own: Readonly<Record<HostName, { readonly v4: string; readonly v6: string }>> = {
  a: { v4: "192.0.2.1", v6: "fe80::a" },
  b: { v4: "192.0.2.2", v6: "fe80::b" },
};

/** The ways: what the configuration says, and the source and destination of what `a` then sends. */
const ways: readonly {
  readonly name: string;
  readonly conf: (self: HostName, peer: HostName) => InstanceConf;
  readonly virtual: readonly string[];
  readonly version: 2 | 3;
  readonly path: readonly [string, string];
}[] = [
  {
    name: "unicast, version 2",
    conf: (self, peer) => ({ interval: 1, lines: unicast(own[self].v4, own[peer].v4) }),
    virtual: ["192.0.2.100/24"],
    version: 2,
    path: [own.a.v4, own.b.v4],
  },
  {
    name: "unicast, version 3 over IPv4",
    conf: (self, peer) => ({ lines: unicast(own[self].v4, own[peer].v4) }),
    virtual: ["192.0.2.100/24"],
    version: 3,
    path: [own.a.v4, own.b.v4],
  },
  {
    name: "unicast, version 3 over IPv6",
    conf: (self, peer) => ({ lines: unicast(own[self].v6, own[peer].v6) }),
    virtual: ["fe80::100/64", "2001:db8::100/64"],
    version: 3,
    path: [own.a.v6, own.b.v6],
  },
  {
    name: "multicast, version 3 over IPv6",
    conf: () => ({}),
    virtual: ["fe80::100/64", "2001:db8::100/64"],
    version: 3,
    path: [own.a.v6, "ff02::12"],
  },
];

for (const { name, conf, virtual, version, path } of ways) {
  test(`${name}: one holds the addresses, the other takes over when it resigns`, async () => {
    const start = (self: HostName, peer: HostName, priority: number) =>
      startDaemon(
        self,
        instanceConf({ ...conf(self, peer), version, priority, addresses: virtual }),
      );
    const sinceUs = lab.reactor.nowUs();
    const a = start("a", "b", 200);
    await a.says(/Entering MASTER STATE/);
    const b = start("b", "a", 100);
    await b.says(/Entering BACKUP STATE/);
    await sleep(version === 2 ? 4000 : 800);
    assert.deepEqual(b.lines(/Entering MASTER/), [], "b does not hear a");
    await until("a alone holds them", () => holds("a", virtual) && holds("b", []));
    const advert = port.adverts.find(({ atUs }) => atUs >= sinceUs);
    assert.deepEqual([advert?.source, advert?.destination], path);
    // keepalived leaves that of unicast over IPv6 to the kernel, unless unicast_ttl says otherwise.
    assert.equal(advert?.hopLimit, name === "unicast, version 3 over IPv6" ? 64 : 255);

    assert.equal(await a.stop(), 0);
    await b.says(/Entering MASTER STATE/);
    await until("b alone holds them", () => holds("b", virtual) && holds("a", []));
  });
}

test("IPv6: an interface that goes down and comes back", async () => {
  const addresses = ["fe80::100/64", "2001:db8::100/64"];
  const daemon = startDaemon("a", instanceConf({ addresses }));
  await daemon.says(/Entering MASTER STATE/);
  const from = daemon.log.length;
  const host = lab.host("a");
  host.run("ip link set dev eth0 down");
  await daemon.says(/Entering FAULT STATE/, { from });
  host.run("ip link set dev eth0 up");
  await daemon.says(/Entering MASTER STATE/, { from });
  await until("a holds them", () => holds("a", addresses));
});

test("IPv6: without a link-local address it is FAULT, and a virtual one does not count", async () => {
  const host = lab.host("b");
  host.run("ip address flush dev eth0");
  host.run("ip address add 2001:db8::b/64 dev eth0");
  const daemon = startDaemon("b", instanceConf({ addresses: ["fe80::100/64"] }));
  await daemon.says(/Entering FAULT STATE/);
  host.run("ip address add fe80::b/64 dev eth0");
  await daemon.says(/Entering MASTER STATE/);
  await until("b holds it", () => holds("b", ["fe80::100/64"]));
  host.run("ip address add 192.0.2.2/24 dev eth0");
});

test("IPv6: with duplicate address detection it waits for its own address, not for the virtual ones", async () => {
  const addresses = ["fe80::100/64", "2001:db8::100/64"];
  const host = lab.host("b");
  host.run("ip link set dev eth0 down");
  host.run("sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=1");
  const daemon = startDaemon("b", instanceConf({ addresses }));
  await daemon.says(/Entering FAULT STATE/);
  host.run("ip link set dev eth0 up");
  await daemon.says(/Entering MASTER STATE/, { withinMs: 10_000 });
  await until("b holds them", () => holds("b", addresses));
  const shown = host.run("ip -6 -o address show dev eth0");
  assert.ok(!shown.includes("tentative"), shown);
});

test("unicast_fault_no_peer: FAULT until a reload brings a peer", async () => {
  const alone = ["unicast_src_ip 192.0.2.1", "unicast_fault_no_peer"];
  const daemon = startDaemon("a", instanceConf({ lines: alone }));
  await daemon.says(/entering FAULT state \(no unicast peer\)/);
  daemon.configure(instanceConf({ lines: unicast(own.a.v4, own.b.v4) }));
  daemon.signal("SIGHUP");
  await daemon.says(/Entering MASTER STATE/);
});

test("log_unknown_vrids names each foreign virtual router once", async () => {
  const a = startDaemon("a", `global_defs {\n log_unknown_vrids\n}\n${instanceConf()}`);
  const b = startDaemon("b", instanceConf({ virtualRouterId: 52, addresses: ["192.0.2.101/24"] }));
  await a.says(/\(eth0\) advert with unknown VRID 52 from 192\.0\.2\.2/);
  await b.says(/Entering MASTER STATE/);
  await sleep(500);
  assert.equal(a.lines(/unknown VRID/).length, 1);
  assert.equal(b.lines(/unknown VRID/).length, 0, "only where it is asked for");
});

test("two instances on one interface, each router master of one", async () => {
  const both = (ofOne: number, ofTwo: number) =>
    instanceConf({ name: "VI_1", virtualRouterId: 51, priority: ofOne }) +
    instanceConf({
      name: "VI_2",
      virtualRouterId: 52,
      priority: ofTwo,
      addresses: ["192.0.2.101/24"],
    });
  const a = startDaemon("a", both(200, 100));
  const b = startDaemon("b", both(100, 200));
  await a.says(/\(VI_1\) Entering MASTER STATE/);
  await b.says(/\(VI_2\) Entering MASTER STATE/);
  await until(
    "each holds its own",
    () => holds("a", ["192.0.2.100/24"]) && holds("b", ["192.0.2.101/24"]),
  );
  assert.equal(await a.stop(), 0);
  await until("b holds both", () => holds("b", ["192.0.2.100/24", "192.0.2.101/24"]));
});

test("one VRID in both families on one interface is two virtual routers", async () => {
  const config = instanceConf({ name: "VI_4" }) +
    instanceConf({ name: "VI_6", addresses: ["fe80::100/64"] });
  const daemon = startDaemon("a", config);
  await daemon.says(/\(VI_4\) Entering MASTER STATE/);
  await daemon.says(/\(VI_6\) Entering MASTER STATE/);
  await until("a holds both", () => holds("a", ["192.0.2.100/24", "fe80::100/64"]));
});

function startDaemon(host: HostName, config: string): Daemon {
  const daemon = lab.start({ name: host, config });
  started.push(daemon);
  return daemon;
}

function unicast(self: string, peer: string): readonly string[] {
  return [`unicast_src_ip ${self}`, "unicast_peer {", `  ${peer}`, "}"];
}

const everyVirtual = ["192.0.2.100/24", "192.0.2.101/24", "fe80::100/64", "2001:db8::100/64"];

/** Whether exactly these of all virtual addresses are on a host. */
function holds(host: HostName, wanted: readonly string[]): boolean {
  const shown = lab.host(host).run("ip -o address show dev eth0");
  return everyVirtual.every((address) =>
    shown.includes(` ${address} `) === wanted.includes(address)
  );
}
