/** The daemon's tables while interfaces come and go. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { createLink, deleteLink, listLinks } from "@keepalived/netlink-route";
import { Reactor } from "@keepalived/reactor";
import { place } from "../../apps/keepalived/vrrp/devices/placement.ts";
import { Firewall } from "../../apps/keepalived/vrrp/firewall/firewall.ts";
import { Interfaces } from "../../apps/keepalived/vrrp/interfaces.ts";
import { NetlinkKernel } from "./netlink_kernel.ts";

const text = `
global_defs {
  nftables_ifindex
}
vrrp_instance V {
  version 3
  interface kt0
  virtual_router_id 51
  use_vmac
  virtual_ipaddress {
    192.0.2.1/24
  }
}
vrrp_instance W {
  version 3
  interface kt0
  virtual_router_id 52
  no_accept
  virtual_ipaddress {
    fe80::100/64
  }
}
`;

test("numbers of interfaces in the tables follow interfaces that come, go, and come again", async () => {
  using kernel = new NetlinkKernel();
  using reactor = new Reactor();
  const loop = reactor.run();
  const log: string[] = [];
  const interfaces = new Interfaces();
  const firewall = new Firewall({ reactor, interfaces, log: (_, line) => log.push(line) });
  const take = () => kernel.notifications().forEach((it) => interfaces.apply(it));
  const indexes = () =>
    [...nft().matchAll(/(?:"vrrp\.51" :|fe80::100 \.) (\S+)/g)].map(([, it]) => it);

  await firewall.configure(config());
  assert.deepEqual(indexes(), []);
  assert.match(nft(), /map vmac_map/);

  kernel.do(createLink({ name: "kt0", kind: "bridge" }));
  take();
  await settled(log, 2);
  assert.deepEqual(indexes(), ['"kt0"', '"kt0"']);

  const [first] = kernel.list(listLinks()).slice(-1);
  assert.ok(first?.kind === "link-changed");
  kernel.do(deleteLink(first.link.index));
  take();
  await settled(log, 3);
  assert.deepEqual(indexes(), []);

  kernel.do(createLink({ name: "other", kind: "bridge" }));
  kernel.do(createLink({ name: "kt0", kind: "bridge" }));
  take();
  await settled(log, 4);
  assert.deepEqual(indexes(), ['"kt0"', '"kt0"']);

  await firewall.remove();
  assert.equal(nft(), "");
  assert.deepEqual(
    new Set(log),
    new Set(["nftables: rules are in ip keepalived and ip6 keepalived"]),
  );
  reactor.stop();
  await loop;
});

test("a reload changes only what differs, and makes anew what somebody has removed", async () => {
  using _kernel = new NetlinkKernel();
  using reactor = new Reactor();
  const loop = reactor.run();
  const log: string[] = [];
  const firewall = new Firewall({
    reactor,
    interfaces: new Interfaces(),
    log: (_, line) => log.push(line),
  });
  const blocking = (address: string) => config(text.replace("fe80::100/64", address));

  await firewall.configure(blocking("192.0.2.7"));
  const before = nft(["-a", "list", "ruleset"]);
  assert.match(before, /192\.0\.2\.7/);
  await firewall.configure(blocking("192.0.2.8"));
  // What is made anew has another number.
  assert.equal(nft(["-a", "list", "ruleset"]), before.replace("192.0.2.7", "192.0.2.8"));

  nft(["flush", "ruleset"]);
  await firewall.configure(blocking("192.0.2.9"));
  assert.match(nft(), /192\.0\.2\.9/);
  assert.match(nft(), /vmac_map/);
  await firewall.remove();
  assert.equal(nft(), "");
  assert.deepEqual(log.filter((line) => !/rules are in/.test(line)), []);
  reactor.stop();
  await loop;
});

function config(content: string = text) {
  const { config } = loadConfig((path) => [{ path, text: content }], "a", { hostName: "h" });
  assert.ok(config !== undefined);
  return place(config, { previous: [], isForeign: () => false, report: assert.fail });
}

/** Waits until the firewall has said so many times that it has new tables. */
async function settled(log: readonly string[], count: number): Promise<void> {
  for (let i = 0; i < 200 && log.length < count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(log.length, count);
}

function nft(words: readonly string[] = ["list", "ruleset"]): string {
  const { status, stdout, stderr } = spawnSync("nft", words, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}
