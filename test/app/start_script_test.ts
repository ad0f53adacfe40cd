/** `startup_script` and `shutdown_script`: when they run, for how long, and what becomes of those that do not end. */

import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";
import { Folder } from "./program.ts";

let lab: Lab;
before(async () => {
  lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
});
after(async () => await lab[Symbol.asyncDispose]());

/** Starts a daemon whose scripts are the given lines of shell. */
function start(folder: Folder, lines: { startup?: string; shutdown?: string }): Daemon {
  const settings = Object.entries(lines).flatMap(([which, text]) => {
    const path = folder.write(which, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return [`${which}_script ${path} root`, `${which}_script_timeout 1`];
  });
  const globals = `global_defs {\n  ${settings.join("\n  ")}\n}\n`;
  return lab.start({ name: "a", config: globals + instanceConf() });
}

function placeOf(daemon: Daemon, pattern: RegExp): number {
  return daemon.log.findIndex((line) => pattern.test(line));
}

test("the one runs before the first child starts, the other after the last has ended", async () => {
  using folder = new Folder();
  const holds = "ip -o address show | grep -q 192.0.2.100 && echo yes || echo no";
  const daemon = start(folder, {
    startup: `sleep 0.3; ${holds} >${folder.path}/before`,
    shutdown: `${holds} >${folder.path}/after`,
  });
  await daemon.says(/Entering MASTER STATE/);
  assert.equal(await daemon.stop(), 0);
  assert.equal(readFileSync(join(folder.path, "before"), "utf8"), "no\n");
  assert.equal(readFileSync(join(folder.path, "after"), "utf8"), "no\n");
  const order = [
    /: Running startup script \S+$/,
    /: startup script script succeeded$/,
    /: Starting VRRP child process/,
    /: Stopping$/,
    /: Running shutdown script \S+$/,
    /: shutdown script script succeeded$/,
    /: Stopped Keepalived /,
  ].map((pattern) => placeOf(daemon, pattern));
  assert.ok(order.every((place) => place >= 0), daemon.log.join("\n"));
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
});

test("one that fails is said, and the daemon runs", async () => {
  using folder = new Folder();
  const daemon = start(folder, { startup: "exit 3", shutdown: "kill -SEGV $$" });
  await daemon.says(/: startup script script failed, status 3$/);
  await daemon.says(/Entering MASTER STATE/);
  assert.equal(await daemon.stop(), 0);
  assert.equal(daemon.lines(/: shutdown script script ended by signal 11$/).length, 1);
});

test("one that does not end is told to at its limit, and killed two seconds later", async () => {
  using folder = new Folder();
  const stubborn = `trap 'echo told >${folder.path}/told' TERM; while :; do sleep 0.1; done`;
  const daemon = start(folder, { startup: stubborn, shutdown: "exec sleep 60" });
  const begin = performance.now();
  await daemon.says(/: startup script timed out$/);
  const seconds = (performance.now() - begin) / 1000;
  assert.ok(seconds > 2.8 && seconds < 6, `given up after ${seconds} s`);
  assert.ok(existsSync(join(folder.path, "told")), "it was not asked to end");
  await daemon.says(/Entering MASTER STATE/);
  const end = performance.now();
  assert.equal(await daemon.stop(), 0);
  assert.ok(performance.now() - end < 4000, "the end waits for it");
  assert.equal(daemon.lines(/: shutdown script timed out$/).length, 1);
});

test("a daemon that is stopped while it starts ends the script, starts no child, and runs the other one", async () => {
  using folder = new Folder();
  const daemon = start(folder, { startup: "exec sleep 60", shutdown: `>${folder.path}/after` });
  await daemon.says(/Running startup script/);
  assert.equal(await daemon.stop(), 0);
  assert.equal(daemon.lines(/Starting VRRP child process/).length, 0);
  assert.ok(existsSync(join(folder.path, "after")));
});

test("a reload runs neither", async () => {
  using folder = new Folder();
  const count = `echo >>${folder.path}/runs`;
  const daemon = start(folder, { startup: count, shutdown: count });
  await daemon.says(/Startup complete/);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  const runs = () => readFileSync(join(folder.path, "runs"), "utf8").length;
  assert.equal(runs(), 1);
  assert.equal(await daemon.stop(), 0);
  await until("the last script has run", () => runs() === 2);
});
