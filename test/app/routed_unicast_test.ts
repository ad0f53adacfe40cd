/** Unicast through a router, by instances that belong to no interface. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";

const hosts = ["a", "b"] as const;
type HostName = (typeof hosts)[number];
const other = { a: "b", b: "a" } as const;
const ip4 = { a: "192.0.2.1", b: "198.51.100.1" };
const ip6 = { a: "2001:db8:1::1", b: "2001:db8:2::1" };

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "2001:db8:1::1/64"] },
    { name: "b", addresses: ["198.51.100.1/24", "2001:db8:2::1/64"] },
    {
      name: "router",
      addresses: [
        "192.0.2.254/24",
        "198.51.100.254/24",
        "2001:db8:1::254/64",
        "2001:db8:2::254/64",
      ],
    },
  ]);
  lab.host("router").run("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
  // All are on one bridge: the router would tell them so.
  for (const host of hosts) {
    for (const conf of ["net.ipv4.conf.eth0", "net.ipv4.conf.all", "net.ipv6.conf.eth0"]) {
      lab.host(host).run(`sysctl -qw ${conf}.accept_redirects=0`);
    }
  }
  addRoutes();
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) assert.equal(await daemon.stop(), 0, daemon.log.join("\n"));
  started = [];
});

function addRoutes(): void {
  lab.host("a").run("ip route replace default via 192.0.2.254");
  lab.host("b").run("ip route replace default via 198.51.100.254");
  lab.host("a").run("ip -6 route replace default via 2001:db8:1::254");
  lab.host("b").run("ip -6 route replace default via 2001:db8:2::254");
}

type Options = { readonly limits?: string; readonly lines?: readonly string[] };

function conf(self: HostName, options: Options = {}): string {
  const { limits = "", lines = [] } = options;
  const block = (id: number, own: string, peer: string, address: string) =>
    `vrrp_instance VI_${id} {
  version 3
  virtual_router_id ${id}
  priority ${self === "a" ? 200 : 100}
  advert_int 0.1
  unicast_src_ip ${own}
  unicast_peer {
    ${peer} ${limits}
  }
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${address} dev eth0
  }
}
`;
  const peer = other[self];
  return block(4, ip4[self], ip4[peer], "203.0.113.100/24") +
    block(6, ip6[self], ip6[peer], "2001:db8:3::100/64");
}

function start(self: HostName, options?: Options): Daemon {
  const daemon = lab.start({ name: self, config: conf(self, options) });
  started.push(daemon);
  return daemon;
}

async function become(daemon: Daemon, state: string, from = 0): Promise<void> {
  for (const id of [4, 6]) {
    await daemon.says(new RegExp(`\\(VI_${id}\\) Entering ${state} STATE`), {
      from,
    });
  }
}

test("they find each other through the router, and take over", async () => {
  // What comes has passed one router: 64 is what the kernel gives unicast over IPv6.
  const options = { limits: "min_ttl 63 max_ttl 254", lines: ["check_unicast_src"] };
  const a = start("a", options);
  await become(a, "MASTER");
  const b = start("b", options);
  await become(b, "BACKUP");
  await sleep(800);
  assert.deepEqual(b.lines(/Entering MASTER|ignoring/), []);
  assert.equal(await a.stop(), 0);
  await become(b, "MASTER");
  await until("b holds both", () => {
    const host = lab.host("b");
    return host.holds("203.0.113.100") && host.holds("2001:db8:3::100");
  });
});

test("what has passed a router is refused where min_ttl says so", async () => {
  const a = start("a");
  await become(a, "MASTER");
  const b = start("b", { limits: "min_ttl 255" });
  await b.says(/\(VI_4\) ignoring advert from 192\.0\.2\.1: hop limit/);
  await b.says(/\(VI_6\) ignoring advert from 2001:db8:1::1: hop limit/);
  await become(b, "MASTER");
});

test("a source address that comes later is no obstacle", async () => {
  const host = lab.host("a");
  host.run("ip address flush dev eth0");
  const b = start("b");
  await become(b, "MASTER");
  const from = b.log.length;
  const a = start("a");
  await become(a, "MASTER");
  host.run("ip address add 192.0.2.1/24 dev eth0");
  host.run("ip address add 2001:db8:1::1/64 dev eth0 nodad");
  addRoutes();
  await become(b, "BACKUP", from);
});
