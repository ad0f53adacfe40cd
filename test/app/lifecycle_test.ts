/** Start in the background, stop, crash, restart: what is left behind, and what is cleared up. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { after, before, test } from "node:test";
import { Lab, until } from "../../tools/lab/lab.ts";
import { crash, processTree } from "../../tools/lab/processes.ts";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { instanceConf } from "./instance_conf.ts";

const address = "192.0.2.100";
const excluded = "192.0.2.150";
const config = instanceConf({
  addresses: [`${address}/24`],
  lines: ["virtual_ipaddress_excluded {", `  ${excluded}/24`, "}"],
});

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

test("the launcher ends once the daemon runs, and SIGTERM ends the daemon without a trace", async () => {
  const launcher = lab.start({ name: "a", config, flags: "-DG" });
  assert.equal(await launcher.exit(), 0);
  const pid = Number(readFileSync(launcher.pidFile, "utf8"));
  try {
    assert.ok(pid > 0 && pid !== launcher.pid);
    assert.ok(isAlive(pid), "the pid file names a process that does not run");
    await until("it holds its address", () => lab.host("a").holds(address));
    const vrrpPid = Number(readFileSync(launcher.vrrpPidFile, "utf8"));
    assert.deepEqual(processTree(pid), [vrrpPid, pid]);

    process.kill(pid, "SIGTERM");
    await until("both processes are gone", () => !isAlive(pid) && !isAlive(vrrpPid));
    assertNoTrace(launcher);
  } finally {
    crash(pid);
  }
});

test("a daemon in the background lets its terminal go, and goes on when that is gone", async () => {
  const launcher = lab.start({ name: "a", config, flags: "-lDG" });
  assert.equal(await launcher.end(), 0, "status, once nobody has its output any more");
  const pid = Number(readFileSync(launcher.pidFile, "utf8"));
  try {
    const sinceUs = lab.reactor.nowUs();
    launcher.configure(instanceConf({ priority: 150 }));
    process.kill(pid, "SIGHUP"); // It has much to say about it.
    await lab.wire.next("the new priority", ({ priority }) => priority === 150, {
      sinceUs,
    });
  } finally {
    process.kill(pid, "SIGTERM");
    await until("the daemon is gone", () => !isAlive(pid));
  }
});

test("SIGTERM: priority 0, addresses and pid files gone, status 0", async () => {
  const daemon = await startMaster();
  assert.ok(lab.host("a").holds(excluded), "address in virtual_ipaddress_excluded");
  assert.equal(readFileSync(daemon.pidFile, "utf8"), `${daemon.pid}\n`);
  const sinceUs = lab.reactor.nowUs();
  assert.equal(await daemon.stop(), 0);
  const last = lab.wire.adverts.at(-1);
  assert.ok(last !== undefined && last.atUs >= sinceUs);
  assert.equal(last.priority, 0);
  assertNoTrace(daemon);
});

test("a signal that comes as soon as the pid file is there is heard", async () => {
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    const daemon = lab.start({ name: "a", config });
    while (!existsSync(daemon.pidFile)) await new Promise((resolve) => setTimeout(resolve, 1));
    daemon.signal(signal);
    if (signal === "SIGHUP") await daemon.says(/Entering MASTER STATE/);
    assert.equal(await daemon.stop(), 0, signal);
    assertNoTrace(daemon);
  }
});

test("SIGINT stops it as well, also when a terminal sends it to the whole group", async () => {
  const daemon = await startMaster();
  for (const pid of processTree(daemon.pid)) process.kill(pid, "SIGINT");
  assert.equal(await daemon.end(), 0);
  assertNoTrace(daemon);
});

test("a killed VRRP process is restarted, and is master again", async () => {
  const daemon = await startMaster();
  const killed = vrrpPidOf(daemon);
  const from = daemon.log.length;
  process.kill(killed, "SIGKILL");
  await daemon.says(/exited due to signal 9 \(SIGKILL\)/, { from });
  await daemon.says(/Entering MASTER STATE/, { from });
  const restarted = vrrpPidOf(daemon);
  assert.notEqual(restarted, killed);
  await until("it holds its address", () => lab.host("a").holds(address));
  assert.equal(await daemon.stop(), 0);
  assertNoTrace(daemon);
});

test("kill -9 of the parent: the VRRP process resigns and cleans up", async () => {
  const daemon = await startMaster();
  const vrrpPid = vrrpPidOf(daemon);
  const sinceUs = lab.reactor.nowUs();
  process.kill(daemon.pid, "SIGKILL");
  await daemon.end();
  await until("the VRRP process is gone", () => !isAlive(vrrpPid));
  await lab.wire.next("priority 0", ({ priority }) => priority === 0, { sinceUs });
  assert.ok(!lab.host("a").holds(address), "address left");
  assert.ok(!existsSync(daemon.vrrpPidFile), "pid file of the VRRP process left");
});

test("kill -9 of everything leaves addresses and pid files, and the next start copes with both", async () => {
  const crashed = await startMaster();
  await crashed.crash();
  assert.ok(lab.host("a").holds(address) && existsSync(crashed.pidFile), "nothing to cope with");

  const daemon = lab.start({ name: "a", config: instanceConf({ interval: 2 }) });
  await daemon.says(/Entering BACKUP STATE/);
  await until("the old addresses are gone", () => !lab.host("a").holds(address));
  assert.equal(readFileSync(daemon.pidFile, "utf8"), `${daemon.pid}\n`);
  assert.equal(await daemon.stop(), 0);
  lab.host("a").run(`ip address delete ${excluded}/24 dev eth0`);
});

async function startMaster(): Promise<Daemon> {
  const daemon = lab.start({ name: "a", config });
  await daemon.says(/Entering MASTER STATE/);
  await until("it holds its address", () => lab.host("a").holds(address));
  return daemon;
}

function vrrpPidOf(daemon: Daemon): number {
  return Number(readFileSync(daemon.vrrpPidFile, "utf8"));
}

function assertNoTrace(daemon: Daemon): void {
  for (const held of [address, excluded]) assert.ok(!lab.host("a").holds(held), `${held} left`);
  assert.ok(!existsSync(daemon.pidFile), "pid file left");
  assert.ok(!existsSync(daemon.vrrpPidFile), "pid file of the VRRP process left");
}

/** A process that has ended and that nobody has waited for yet does not count. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // It has ended.
  }
}
