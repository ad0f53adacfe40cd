/** Processes that are killed or hang: they are replaced, and who uses their addresses notices little or nothing. */

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import process from "node:process";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, sleep, until } from "../../tools/lab/lab.ts";
import { type InstanceConf, instanceConf } from "./instance_conf.ts";

const address = "192.0.2.100";

let lab: Lab;
const started: Daemon[] = [];
before(async () => {
  lab = await Lab.create(
    ["a", "b", "client"].map((name, i) => ({ name, addresses: [`192.0.2.${i + 1}/24`] })),
    { watch: "ports" },
  );
});
afterEach(async () => {
  for (const daemon of started.splice(0)) await daemon.stop();
  for (const name of ["a", "b"]) {
    assert.ok(!lab.host(name).holds(address), `address left on ${name}`);
  }
});
after(async () => await lab[Symbol.asyncDispose]());

async function startMaster(conf: InstanceConf = {}): Promise<Daemon> {
  const daemon = lab.start({ name: "a", config: instanceConf({ priority: 150, ...conf }) });
  started.push(daemon);
  await daemon.says(/Entering MASTER STATE/);
  await until("it holds its address", () => lab.host("a").holds(address));
  return daemon;
}

async function startBackup(conf: InstanceConf = {}): Promise<Daemon> {
  const daemon = lab.start({ name: "b", config: instanceConf({ priority: 100, ...conf }) });
  started.push(daemon);
  await daemon.says(/Entering BACKUP STATE/);
  return daemon;
}

function vrrpPidOf(daemon: Daemon): number {
  return Number(readFileSync(daemon.vrrpPidFile, "utf8"));
}

/** Sends a signal to the VRRP process, and waits for another one. */
async function replaced(daemon: Daemon, signal: NodeJS.Signals, withinMs: number): Promise<void> {
  const pid = vrrpPidOf(daemon);
  const from = daemon.log.length;
  process.kill(pid, signal);
  await daemon.says(new RegExp(`VRRP child process\\(${pid}\\) died: Respawning`), {
    from,
    withinMs,
  });
  await daemon.says(/Entering MASTER STATE/, { from });
  assert.notEqual(vrrpPidOf(daemon), pid);
}

/** A client that pings the address fifty times a second. */
class Client {
  readonly #ping: ChildProcess;
  readonly #output: string[] = [];
  readonly #beginMs: number = performance.now();

  constructor() {
    this.#ping = lab.host("client").start(["ping", "-n", "-q", "-i", "0.02", address]);
    this.#ping.stdout?.on("data", (text) => this.#output.push(String(text)));
  }

  /** How many of its questions were not answered, while it looked. */
  async stop(): Promise<number> {
    // Some thirty questions at least, however soon the process was replaced.
    await sleep(Math.max(200, 1000 - (performance.now() - this.#beginMs)));
    const ended = once(this.#ping, "close");
    // Not by ChildProcess.kill(): ping is to say what it has counted.
    process.kill(this.#ping.pid ?? 0, "SIGINT");
    await ended;
    const counts = /(\d+) packets transmitted, (\d+) received/.exec(this.#output.join(""));
    assert.ok(counts !== null, this.#output.join(""));
    assert.ok(Number(counts[1]) > 20, "the client hardly asked");
    return Number(counts[1]) - Number(counts[2]);
  }
}

test("a killed VRRP process goes on as MASTER before its peer or a client notices", async () => {
  const daemon = await startMaster({ interval: 1 });
  const backup = await startBackup({ interval: 1 });
  await sleep(1500);
  const client = new Client();
  const [from, others] = [daemon.log.length, backup.log.length];
  await replaced(daemon, "SIGKILL", 1000);
  await sleep(4000);
  assert.deepEqual(backup.log.slice(others).filter((line) => /STATE/.test(line)), []);
  assert.deepEqual(daemon.log.slice(from).filter((line) => /BACKUP STATE/.test(line)), []);
  assert.ok(lab.wire.adverts.filter(({ priority }) => priority === 0).length === 0, "resigned");
  assert.equal(await client.stop(), 0, "questions that were not answered");
});

test("alone, the address stays even if the interval is too short to go on at once", async () => {
  const daemon = await startMaster({ interval: 0.1, priority: 100 });
  const client = new Client();
  await replaced(daemon, "SIGKILL", 1000);
  assert.equal(await client.stop(), 0, "questions that were not answered");
});

test("a peer that took over meanwhile has the address alone, until it is pre-empted", async () => {
  // A start takes longer than the peer waits.
  const daemon = await startMaster({ interval: 0.03 });
  const backup = await startBackup({ interval: 0.03 });
  await sleep(300);
  const from = backup.log.length;
  const client = new Client();
  await replaced(daemon, "SIGKILL", 1000);
  await backup.says(/Entering MASTER STATE/, { from });
  await backup.says(/Entering BACKUP STATE/, { from });
  await until("the peer has given it back", () => !lab.host("b").holds(address));
  assert.ok(lab.host("a").holds(address));
  const lost = await client.stop();
  assert.ok(lost <= 10, `${lost} questions were not answered, 200 ms at most are fair`);
});

test("a VRRP process that hangs is replaced; its peer takes over in between, a lone one is not missed", async () => {
  for (const withPeer of [true, false]) {
    const daemon = await startMaster({ interval: 0.2 });
    const backup = withPeer ? await startBackup({ interval: 0.2 }) : undefined;
    await sleep(500);
    const client = new Client();
    const from = daemon.log.length;
    const begin = performance.now();
    await replaced(daemon, "SIGSTOP", 8000);
    const seconds = (performance.now() - begin) / 1000;
    assert.ok(seconds > 3.9 && seconds < 9, `replaced after ${seconds} s`);
    await daemon.says(/gave no sign of life for 5 s: killing it$/, { from });
    const lost = await client.stop();
    if (backup === undefined) assert.equal(lost, 0, "questions that were not answered");
    else {
      await backup.says(/Entering MASTER STATE/);
      await until("one holder", () => !lab.host("b").holds(address));
    }
    assert.ok(lab.host("a").holds(address));
    for (const daemon of started.splice(0)) await daemon.stop();
  }
});

test("what is left of a process whose successor is in FAULT goes at once", async () => {
  const daemon = await startMaster({ interval: 1 });
  const from = daemon.log.length;
  // Down when the successor starts.
  process.kill(vrrpPidOf(daemon), "SIGSTOP");
  lab.network.setCable("a", false);
  process.kill(vrrpPidOf(daemon), "SIGKILL");
  await daemon.says(/Entering FAULT STATE/, { from });
  await until("the address is gone", () => !lab.host("a").holds(address));
  lab.network.setCable("a", true);
  await daemon.says(/Entering MASTER STATE/, { from });
});

test("VMACs and their addresses stay with a killed process's successor", async () => {
  const daemon = await startMaster({ interval: 1, lines: ["use_vmac"] });
  const device = lab.host("a").run("ip -o link show type macvlan");
  const client = new Client();
  await replaced(daemon, "SIGKILL", 1000);
  assert.equal(await client.stop(), 0, "questions that were not answered");
  assert.equal(lab.host("a").run("ip -o link show type macvlan"), device);
});

test("a process that is killed again and again comes back later each time, and at once when asked to", async () => {
  const daemon = await startMaster({ interval: 1 });
  for (const delay of [0, 1, 2]) {
    const from = daemon.log.length;
    process.kill(vrrpPidOf(daemon), "SIGKILL");
    if (delay > 0) {
      await daemon.says(
        new RegExp(`Restart of VRRP process delayed ${delay} seconds to limit respawn rate`),
        { from },
      );
    }
    // SIGUSR1 starts what waits for its restart.
    if (delay === 2) daemon.signal("SIGUSR1");
    const begin = performance.now();
    await daemon.says(/Starting VRRP child process/, { from });
    const waited = performance.now() - begin;
    assert.ok(waited < (delay === 1 ? 1500 : 800), `${delay}: waited ${waited} ms`);
    await daemon.says(/Entering (MASTER|BACKUP) STATE/, { from });
  }
});
