/** Signals that reach the wrong process, and what nobody foresaw. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { after, afterEach, before, test } from "node:test";
import { sendSignal, SIGHUP, SIGINT, SIGRTMAX, SIGRTMIN, SIGUSR2 } from "@keepalived/linux";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab } from "../../tools/lab/lab.ts";
import { processTree } from "../../tools/lab/processes.ts";
import { instanceConf } from "./instance_conf.ts";
import { program } from "./program.ts";

const SIGPIPE = 13;

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

let daemon: Daemon;
afterEach(async () => await daemon.crash());

test("SIGPIPE is no harm to anybody, nor to a child what only the parent is asked for", async () => {
  const flags = "-nlGD --no-ipvs --all";
  daemon = lab.start({ name: "a", config: instanceConf(), flags });
  await daemon.says(/Entering MASTER STATE/, { withinMs: 60_000 });
  await daemon.says(/Startup complete/, { withinMs: 60_000 });
  const pids = processTree(daemon.pid);
  const children = pids.filter((pid) => pid !== daemon.pid);
  assert.equal(children.length, 3);
  for (const pid of pids) sendSignal(pid, SIGPIPE);
  for (const pid of children) {
    for (const signal of [SIGHUP, SIGINT, SIGUSR2, SIGRTMIN + 2, SIGRTMAX - 1]) {
      sendSignal(pid, signal);
    }
  }
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  assert.deepEqual(processTree(daemon.pid), pids);
  assert.equal(daemon.lines(/Reloading/).length, 1);
  assert.equal(await daemon.stop(), 0);
});

test("the parent collects what ends", async () => {
  daemon = lab.start({ name: "a", config: instanceConf() });
  await daemon.says(/Entering MASTER STATE/, { withinMs: 60_000 });
  const vrrp = Number(readFileSync(daemon.vrrpPidFile, "utf8"));
  process.kill(vrrp, "SIGKILL");
  await daemon.says(/died: Respawning/);
  // Not even a zombie is left of it.
  assert.throws(() => process.kill(vrrp, 0));
  assert.equal(await daemon.stop(), 0);
});

test("what nobody foresaw ends a process with status 70 and the place in the sources", () => {
  const { status, stderr } = spawnSync(program, [], {
    encoding: "utf8",
    input: "nonsense\n",
    env: { ...process.env, KEEPALIVED_ROLE: "vrrp" },
  });
  assert.equal(status, 70);
  assert.match(stderr, /internal error: .*SyntaxError[^]* at /);
});
