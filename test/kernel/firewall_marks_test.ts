/** `nftables_ipvs` in the kernel: which packets get which marks. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { loadConfig } from "@keepalived/keepalived-config";
import { AF_INET, AF_INET6, SOCK_DGRAM, Socket } from "@keepalived/linux";
import { setLink } from "@keepalived/netlink-route";
import { Reactor } from "@keepalived/reactor";
import { FirewallMarks } from "../../apps/keepalived/check/marking/firewall_marks.ts";
import { GroupMarks } from "../../apps/keepalived/check/marking/group_marks.ts";
import { NetlinkKernel } from "./netlink_kernel.ts";

const server = (group: string, protocol: string, method = "DR", address = "10.0.0.1") =>
  `virtual_server group ${group} {\nlvs_sched rr\nlvs_method ${method}\nprotocol ${protocol}\n` +
  `real_server ${address} 80 {\n}\n}\n`;

const text = (members: string) =>
  `global_defs {\nnftables_ipvs\n}\nvirtual_server_group A {\n${members}\n}\n` +
  `virtual_server_group B {\n::1 54\n}\n` +
  server("A", "UDP") + server("B", "UDP", "DR", "2001:db8::1");

test("packets to the addresses of groups get their marks, before and after a reload", async () => {
  using kernel = new NetlinkKernel();
  kernel.do(setLink(1, { up: true }));
  using reactor = new Reactor();
  const loop = reactor.run();
  const log: string[] = [];
  const marks = new GroupMarks();
  const firewall = new FirewallMarks(reactor, (_, line) => log.push(line));
  const configure = async (members: string) => {
    const config = configOf(text(members));
    marks.configure(config);
    assert.equal(await firewall.configure(config.global, marks.markings), undefined);
  };

  await configure("127.0.0.1 53\n127.0.0.4-6 5300\n127.0.0.9 0");
  count();
  for (const address of ["127.0.0.1", "127.0.0.5", "::1"]) {
    for (const port of [53, 54, 5300]) send(address, port);
  }
  send("127.0.0.9", 7);
  send("127.0.0.8", 7);
  assert.deepEqual(counted(), { ip: { 0: 5, 1000: 3 }, ip6: { 0: 2, 1001: 1 } });

  await configure("127.0.0.1 54");
  count();
  for (const port of [53, 54]) send("127.0.0.1", port);
  send("::1", 54);
  assert.deepEqual(counted(), { ip: { 0: 1, 1000: 1 }, ip6: { 0: 0, 1001: 1 } });

  await firewall.remove();
  const { stdout } = spawnSync("nft", ["list", "tables"], { encoding: "utf8" });
  assert.equal(stdout, "table ip count\ntable ip6 count\n");
  const said =
    "nftables: packets for groups are marked in ip keepalived_ipvs and ip6 keepalived_ipvs";
  assert.deepEqual(log, [said, said]);
  reactor.stop();
  await loop;
});

test("what an earlier run left is removed, tables of others are not", async () => {
  using _kernel = new NetlinkKernel();
  using reactor = new Reactor();
  const loop = reactor.run();
  nft("add table ip keepalived_ipvs; add table ip6 keepalived_ipvs; add table ip other");
  const config = configOf("global_defs {\nnftables_ipvs\n}\n");
  const firewall = new FirewallMarks(reactor, assert.fail);
  assert.equal(await firewall.configure(config.global, []), undefined);
  const { stdout } = spawnSync("nft", ["list", "tables"], { encoding: "utf8" });
  assert.equal(stdout, "table ip other\n");
  await firewall.remove();
  reactor.stop();
  await loop;
});

/** Rules behind ours that count what comes in, by the mark. */
function count(): void {
  for (const [family, mark] of [["ip", 1000], ["ip6", 1001]]) {
    nft(`add table ${family} count; delete table ${family} count; add table ${family} count
      add chain ${family} count in { type filter hook input priority 0 ; }
      add rule ${family} count in meta l4proto udp meta mark 0 counter comment "0"
      add rule ${family} count in meta l4proto udp meta mark ${mark} counter comment "${mark}"`);
  }
}

function counted(): unknown {
  const of = (family: string) => {
    const { stdout } = spawnSync("nft", ["list", "table", family, "count"], { encoding: "utf8" });
    const found = stdout.matchAll(/counter packets (\d+) .* comment "(\d+)"/g);
    return Object.fromEntries([...found].map(([, packets, mark]) => [mark, Number(packets)]));
  };
  return { ip: of("ip"), ip6: of("ip6") };
}

/** One packet; the kernel has delivered it when this returns. */
function send(address: string, port: number): void {
  const family = address.includes(":") ? "ipv6" : "ipv4";
  using socket = Socket.open(family === "ipv6" ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  const peer = family === "ipv6"
    ? { family, address, port, scopeId: 0 } as const
    : { family, address, port } as const;
  socket.send(new Uint8Array(1), peer);
}

function configOf(text: string) {
  const { config } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  assert.ok(config !== undefined);
  return config;
}

function nft(input: string): void {
  const { status, stderr } = spawnSync("nft", ["-f", "-"], { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
}
