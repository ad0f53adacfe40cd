/** What a socket of a checker is told: on real networks. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { startExchange } from "../../apps/keepalived/check/exchange/exchange.ts";
import { insideOf } from "../../tools/lab/inside.ts";
import { Network } from "../../tools/lab/network.ts";
import { Arena } from "./arena.ts";
import { Peer } from "./peer.ts";

/** A director with attempts, and a server that accepts connections. */
class Site {
  readonly network: Network;
  readonly arena: Arena = new Arena();
  readonly peer: Peer;

  private constructor(network: Network) {
    this.network = network;
    this.peer = insideOf(
      network.host("server"),
      () => new Peer(this.arena.reactor, () => {}, { everywhere: true }),
    );
  }

  static async create(): Promise<Site> {
    const network = await Network.create([
      { name: "director", addresses: ["10.0.0.1/24", "10.0.0.2/24", "fd00::1/64", "fd00::2/64"] },
      { name: "server", addresses: ["10.0.0.9/24", "fd00::9/64"] },
    ]);
    const director = network.host("director");
    for (const family of ["ipv4", "ipv6"]) {
      director.run(`sysctl -qw net.${family}.neigh.eth0.retrans_time_ms=50`);
    }
    return new Site(network);
  }

  /** An attempt on the director. @returns why it failed */
  async attempt(block: string): Promise<string> {
    const { checker, tools } = this.arena.prepare(block.replace("PORT", String(this.peer.port)));
    const { ending } = await this.arena.run((done) =>
      insideOf(
        this.network.host("director"),
        () => void startExchange(checker, 0, tools, done),
      )
    );
    return ending.ok ? "" : `${ending.failure.code}: ${ending.failure.text}`;
  }

  /** Where the last connection came from. */
  async lastFrom(): Promise<string> {
    for (let i = 0; i < 100 && this.peer.connections.length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const from = this.peer.connections.pop()?.from;
    return from?.family === "ipv6" ? `${from.address} ${from.port}` : "";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.peer[Symbol.dispose]();
    await this.arena[Symbol.asyncDispose]();
    await this.network.dispose();
  }
}

test("addresses and ports to connect from", async () => {
  await using site = await Site.create();
  const tcp = (lines: string) => site.attempt(`TCP_CHECK {\nconnect_port PORT\n${lines}\n}`);
  assert.equal(await tcp("connect_ip 10.0.0.9"), "");
  assert.match(await site.lastFrom(), /^::ffff:10\.0\.0\.1 /);
  assert.equal(await tcp("connect_ip 10.0.0.9\nbindto 10.0.0.2"), "");
  assert.match(await site.lastFrom(), /^::ffff:10\.0\.0\.2 /);
  assert.equal(await tcp("connect_ip fd00::9\nbindto fd00::2"), "");
  assert.match(await site.lastFrom(), /^fd00::2 /);
  // The port is free again at once.
  for (let i = 0; i < 3; i++) {
    assert.equal(await tcp("connect_ip 10.0.0.9\nbindto 10.0.0.2\nbind_port 4444"), "");
    assert.equal(await site.lastFrom(), "::ffff:10.0.0.2 4444");
    assert.equal(await tcp("connect_ip fd00::9\nbind_port 4445"), "");
    assert.match(await site.lastFrom(), /^fd00::[0-9a-f]+ 4445$/);
  }
});

test("interfaces: a link-local address, and one that does not lead there", async () => {
  await using site = await Site.create();
  const server = site.network.host("server").run("ip -6 -o address show dev eth0 scope link");
  const [, address] = /inet6 (fe80:\S+)\//.exec(server) ?? [];
  assert.ok(address !== undefined);
  for (const kind of ["TCP_CHECK", "PING_CHECK"]) {
    const block = (device: string): string =>
      `${kind} {\nconnect_ip ${address}\nconnect_port PORT\nbind_if ${device}\n}`;
    assert.equal(await site.attempt(block("eth0")), "", kind);
  }
  assert.equal(
    await site.attempt("TCP_CHECK {\nconnect_ip 10.0.0.9\nconnect_port PORT\nbind_if eth0\n}"),
    "",
  );
  assert.notEqual(
    await site.attempt(
      "TCP_CHECK {\nconnect_ip 10.0.0.9\nconnect_port PORT\nbind_if lo\nconnect_timeout 0.3\n}",
    ),
    "",
  );
});

test("fwmark: packets of an attempt bear it", async () => {
  await using site = await Site.create();
  site.network.host("director").run("ip rule add fwmark 0x80000007 unreachable");
  const kinds = ["TCP_CHECK", "UDP_CHECK", "DNS_CHECK", "PING_CHECK", "SMTP_CHECK"];
  for (const kind of kinds) {
    const block = (lines: string): string =>
      `${kind} {\nconnect_ip 10.0.0.9\nconnect_port PORT\nconnect_timeout 0.3\n${lines}\n}`;
    const marked = await site.attempt(block(`fwmark ${0x80000007}`));
    assert.match(marked, /^unreachable: /, kind);
    const plain = await site.attempt(block("fwmark 8"));
    assert.doesNotMatch(plain, /^unreachable: /, kind);
  }
});

test("hosts that are not there are unreachable, and networks without a way", async () => {
  await using site = await Site.create();
  for (const kind of ["TCP_CHECK", "UDP_CHECK", "DNS_CHECK", "PING_CHECK"]) {
    for (const address of ["10.0.0.77", "fd00::77"]) {
      const failure = await site.attempt(`${kind} {\nconnect_ip ${address}\nconnect_port 9\n}`);
      assert.equal(failure, "unreachable: no route to the host", `${kind} ${address}`);
    }
    const nowhere = await site.attempt(`${kind} {\nconnect_ip 192.0.2.1\nconnect_port 9\n}`);
    assert.equal(nowhere, "unreachable: network unreachable", kind);
  }
});

test("PING_CHECK: over a network, both families, and silence", async () => {
  await using site = await Site.create();
  const ping = (lines: string) => site.attempt(`PING_CHECK {\nconnect_timeout 0.4\n${lines}\n}`);
  assert.equal(await ping("connect_ip 10.0.0.9\nbindto 10.0.0.2"), "");
  assert.equal(await ping("connect_ip fd00::9\nbindto fd00::2"), "");
  const server = site.network.host("server");
  server.run("sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
  server.run("sysctl -qw net.ipv6.icmp.echo_ignore_all=1");
  for (const address of ["10.0.0.9", "fd00::9"]) {
    assert.equal(await ping(`connect_ip ${address}`), "timeout: no answer within 400 ms");
  }
});
