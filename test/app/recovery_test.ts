/** What happens to a master when somebody takes something from it: the link, an address, the interface. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

const address = "192.0.2.100";
const excluded = "192.0.2.150";

let lab: Lab;
let daemon: Daemon;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());
beforeEach(async () => {
  const lines = ["virtual_ipaddress_excluded {", `  ${excluded}/24`, "}"];
  daemon = lab.start({ name: "a", config: instanceConf({ lines }) });
  await daemon.says(/Entering MASTER STATE/);
  await until("it holds its address", () => lab.host("a").holds(address));
});
afterEach(async () => {
  assert.equal(await daemon.stop(), 0);
  assert.ok(!lab.host("a").holds(address), "address left after the end");
});

test("a cable pulled is FAULT without addresses, and the master is back when it is", async () => {
  const from = daemon.log.length;
  lab.network.setCable("a", false);
  await daemon.says(/Entering FAULT STATE/, { from });
  await until("addresses are gone", () => !lab.host("a").holds(address));
  assert.ok(!lab.host("a").holds(excluded));
  const sent = lab.wire.adverts.length;
  await sleep(500);
  assert.equal(lab.wire.adverts.length, sent, "advertises in FAULT");

  lab.network.setCable("a", true);
  await daemon.says(/Entering BACKUP STATE/, { from });
  await daemon.says(/Entering MASTER STATE/, { from });
  await until("it holds its address", () => lab.host("a").holds(address));
});

test("an interface set down is FAULT, and the master is back when it is", async () => {
  const from = daemon.log.length;
  lab.host("a").run("ip link set dev eth0 down");
  await daemon.says(/Entering FAULT STATE/, { from });
  lab.host("a").run("ip link set dev eth0 up");
  await daemon.says(/Entering MASTER STATE/, { from });
  await until("it holds its address", () => lab.host("a").holds(address));
});

for (const taken of [address, excluded]) {
  test(`an address removed by hand (${taken}) comes back with a new election`, async () => {
    const from = daemon.log.length;
    lab.host("a").run(`ip address delete ${taken}/24 dev eth0`);
    await daemon.says(/Entering BACKUP STATE/, { from });
    await daemon.says(/Entering MASTER STATE/, { from });
    await until("it holds both addresses", () => holdsBoth());
  });
}

test("addresses flushed by hand leave FAULT when the interface has its own again", async () => {
  const from = daemon.log.length;
  lab.host("a").run("ip address flush dev eth0");
  await daemon.says(/Entering FAULT STATE/, { from });
  lab.host("a").run("ip address add 192.0.2.1/24 dev eth0");
  await daemon.says(/Entering MASTER STATE/, { from });
  await until("it holds both addresses", () => holdsBoth());
});

test("an interface renamed away and back is FAULT and recovery", async () => {
  const from = daemon.log.length;
  const host = lab.host("a");
  for (const line of ["eth0 down", "eth0 name eth9", "eth9 up"]) {
    host.run(`ip link set dev ${line}`);
  }
  await daemon.says(/Entering FAULT STATE/, { from });
  await until("addresses are gone", () => !host.holds(address));
  for (const line of ["eth9 down", "eth9 name eth0", "eth0 up"]) {
    host.run(`ip link set dev ${line}`);
  }
  await daemon.says(/Entering MASTER STATE/, { from });
  await until("it holds both addresses", () => holdsBoth());
});

test("an interface that is deleted and made anew is FAULT and recovery", async () => {
  const from = daemon.log.length;
  const host = lab.host("a");
  lab.network.bridge.run("ip link delete dev a");
  await daemon.says(/Entering FAULT STATE/, { from });
  lab.network.attach("a");
  host.run("ip address add 192.0.2.1/24 dev eth0");
  await daemon.says(/Entering MASTER STATE/, { from });
  await until("it holds both addresses", () => holdsBoth());
});

test("lost notifications: an address that went meanwhile comes back", async () => {
  const from = daemon.log.length;
  const host = lab.host("a");
  const vrrpPid = Number(readFileSync(daemon.vrrpPidFile, "utf8"));
  process.kill(vrrpPid, "SIGSTOP");
  // Notifications of links are the largest. The watchdog ends a process that is stopped for long.
  const lines = Array.from({ length: 2500 }, (_, i) => `link set dev lo mtu ${10_000 + i}\n`);
  writeFileSync(join(lab.folder, "batch"), lines.join(""));
  host.run(`ip -batch ${join(lab.folder, "batch")}`);
  host.run(`ip address delete ${address}/24 dev eth0`);
  process.kill(vrrpPid, "SIGCONT");
  await daemon.says(/notifications were lost/, { from });
  await until("it holds both addresses", () => holdsBoth());
});

function holdsBoth(): boolean {
  return lab.host("a").holds(address) && lab.host("a").holds(excluded);
}
