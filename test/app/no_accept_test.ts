/** Traffic to addresses of virtual routers that do not accept it, and the nftables tables that refuse it. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

const blocked = "192.0.2.100";
const accepting = "192.0.2.103";
const owned = "192.0.2.104";
const blocked6 = "2001:db8::100";
const blockedLinkLocal = "fe80::100";
/** Behind the router, by way of a blocked address. */
const behind = "198.51.100.1";

/** Refusing instances of both families, one that accepts, and one that owns its address. */
function config(lines = "no_accept"): string {
  return [
    instanceConf({ name: "REFUSES", lines: [lines], addresses: [`${blocked}/24`] }),
    instanceConf({
      name: "REFUSES6",
      virtualRouterId: 52,
      lines: [lines],
      addresses: [`${blockedLinkLocal}/64`, `${blocked6}/64`],
    }),
    instanceConf({ name: "ACCEPTS", virtualRouterId: 53, addresses: [`${accepting}/24`] }),
    instanceConf({
      name: "OWNS",
      virtualRouterId: 54,
      priority: 255,
      lines: ["no_accept"],
      addresses: [`${owned}/24`],
    }),
  ].join("");
}

let lab: Lab;
before(async () => {
  lab = await Lab.create([
    { name: "router", addresses: ["192.0.2.1/24", "2001:db8::1/64"] },
    { name: "client", addresses: ["192.0.2.2/24", "2001:db8::2/64"] },
  ]);
  lab.host("router").run(`ip address add ${behind}/32 dev lo`);
  lab.host("client").run(`ip route add ${behind}/32 via ${blocked}`);
});
after(async () => await lab[Symbol.asyncDispose]());

test("who does not accept routes and resolves, and answers nothing else", async () => {
  const daemon = await startMaster(config());
  const answering = ["192.0.2.1", accepting, owned, behind, "2001:db8::1"];
  assert.deepEqual(await answers(answering), answering.map((address) => [address, true]));
  const silent = [blocked, blocked6, `${blockedLinkLocal}%eth0`];
  assert.deepEqual(await answers(silent), silent.map((address) => [address, false]));
  const neighbours = lab.host("client").run("ip neighbour show dev eth0");
  for (const address of [blocked, blocked6, blockedLinkLocal]) {
    const line = neighbours.split("\n").find((line) => line.startsWith(`${address} `));
    assert.match(line ?? "", new RegExp(`lladdr ${lab.host("router").mac}`), neighbours);
  }
  assert.equal(
    daemon.lines(/nftables: rules are in ip keepalived and ip6 keepalived/).length,
    1,
    daemon.log.join("\n"),
  );

  assert.equal(await daemon.stop(), 0);
  assert.equal(ruleset(), "");
});

test("a reload changes what is refused and disturbs nothing else", async () => {
  const daemon = await startMaster(config());
  const before = ruleset("-a");
  // Numbers of rules say that nothing was put in place of them.
  await reload(daemon, `${config()}# the same\n`);
  assert.equal(ruleset("-a"), before);

  const stream = lab.host("client").start(["ping", "-q", "-i", "0.005", "192.0.2.1"]);
  let said = "";
  stream.stdout?.on("data", (data) => said += data);
  const ended = once(stream, "close");
  await until("an answer", () => said !== "");
  for (const lines of ["accept", "no_accept", "accept"]) {
    await reload(daemon, config(lines));
    const [, refuses] = (await answers(["192.0.2.1", blocked]))[1] ?? [];
    assert.equal(refuses, lines === "accept");
  }
  stream.kill("SIGINT");
  await ended;
  assert.match(said, /(\d+) packets transmitted, \1 received, 0% packet loss/);
  assert.equal(ruleset(), "", "no table without a rule");
  assert.equal(await daemon.stop(), 0);
});

test("what a crash leaves goes with the next start, whatever that wants", async () => {
  for (const lines of ["no_accept", "accept"]) {
    const killed = await startMaster(config());
    await killed.crash();
    assert.match(ruleset(), /table ip keepalived[^]+table ip6 keepalived/);
    const next = await startMaster(config(lines));
    assert.equal((await answers([blocked]))[0]?.[1], lines === "accept");
    assert.equal(await next.stop(), 0);
    assert.equal(ruleset(), "", lines);
  }
});

test("a daemon that cannot make its rules says so in one line, and goes on", async () => {
  const router = lab.host("router");
  const owner = router.start(["nft", "-i"], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(owner, "close");
  owner.stdin?.write("add table ip keepalived { flags owner; }\n");
  await until("somebody's table", () => ruleset().includes("owner"));
  const daemon = await startMaster(config());
  const [line, ...more] = daemon.lines(/nftables:/);
  assert.match(
    line ?? "",
    /cannot make the rules, so the addresses of REFUSES, REFUSES6 accept traffic as MASTER: .+ \(EPERM\)$/,
  );
  assert.deepEqual(more, []);
  assert.deepEqual(await answers([blocked, blocked6]), [[blocked, true], [blocked6, true]]);
  owner.stdin?.end("quit\n");
  await ended;

  await reload(daemon, config());
  await until("its rules", () => ruleset() !== "");
  assert.deepEqual(await answers([blocked, accepting]), [[blocked, false], [accepting, true]]);
  assert.equal(await daemon.stop(), 0);
  assert.equal(ruleset(), "");
});

test("names and priority are as configured; iptables keywords are said to become nftables", async () => {
  const globals = `global_defs {
    vrrp_iptables ka_in ka_out
    nftables fw
    nftables_priority -17
    nftables_counters
    disable_local_igmp
  }\n`;
  const reports = () =>
    lab.host("router").run("sysctl -n net.ipv4.igmp_link_local_mcast_reports").trim();
  assert.equal(reports(), "1");
  const daemon = await startMaster(globals + config());
  assert.equal(
    daemon.lines(/vrrp_iptables: rules are made with nftables instead.+ip fw/).length,
    1,
  );
  assert.equal((await answers([blocked]))[0]?.[1], false);
  assert.match(ruleset(), /^table ip fw[^]+priority -17[^]+counter packets [1-9]\d* .+ drop/m);
  assert.equal(reports(), "0");
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual([ruleset(), reports()], ["", "1"]);
});

async function startMaster(text: string): Promise<Daemon> {
  const daemon = lab.start({ name: "router", config: text });
  for (const name of ["REFUSES", "REFUSES6", "ACCEPTS", "OWNS"]) {
    await daemon.says(new RegExp(`\\(${name}\\) Entering MASTER STATE`));
  }
  await until("the addresses are there", () => lab.host("router").holds(blocked6));
  return daemon;
}

async function reload(daemon: Daemon, text: string): Promise<void> {
  const from = daemon.log.length;
  daemon.configure(text);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/, { from });
}

/** Which addresses answer the client. */
async function answers(
  addresses: readonly string[],
): Promise<readonly (readonly [string, boolean])[]> {
  return await Promise.all(addresses.map(async (address) => {
    const ping = lab.host("client").start([
      "ping",
      "-n",
      "-c",
      "3",
      "-i",
      "0.2",
      "-W",
      "1",
      address,
    ]);
    const [status] = await once(ping, "close");
    return [address, status === 0] as const;
  }));
}

function ruleset(...options: readonly string[]): string {
  return lab.host("router").run(["nft", ...options, "list", "ruleset"].join(" ")).trim();
}
