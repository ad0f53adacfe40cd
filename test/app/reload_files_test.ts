/** The files around a reload: when it is to happen, that it is under way, what was wrong; and the report of it. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { instanceConf } from "./instance_conf.ts";

let lab: Lab;
let daemon: Daemon;
before(async () => lab = await Lab.create([{ name: "a", addresses: ["192.0.2.1/24"] }]));
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => assert.equal(await daemon.stop(), 0, daemon.log.join("\n")));

function conf(priority: number, ...lines: readonly string[]): string {
  return `global_defs {\n${lines.join("\n")}\n}\n${instanceConf({ priority })}`;
}

async function start(config: string): Promise<void> {
  daemon = lab.start({ name: "a", config });
  await daemon.says(/Entering MASTER STATE/);
}

test("a reload says what it changes, and that it changes nothing", async () => {
  await start(conf(100));
  daemon.configure(conf(150, "router_id other"));
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  assert.equal(daemon.lines(/Reload: VI_1: priority 100 → 150/).length, 1);
  assert.equal(daemon.lines(/Reload: global_defs: router_id \S+ → other/).length, 1);
  const from = daemon.log.length;
  daemon.signal("SIGHUP");
  await daemon.says(/Reload: nothing changes/, { from });
});

test("reload_time_file: at the time in it there is a reload, and the file goes", async () => {
  const file = join(lab.folder, "when");
  await start(conf(100, `reload_time_file ${file}`));
  daemon.configure(conf(150, `reload_time_file ${file}`));
  const at = new Date(Math.ceil(Date.now() / 1000 + 1) * 1000);
  writeFileSync(file, `${at.toISOString().slice(0, 19).replace("T", " ")}Z\n`);
  await daemon.says(/Reloading at .*, as .*when says/);
  assert.equal(daemon.lines(/Reload complete/).length, 0, "too early");
  await daemon.says(/Reload: VI_1: priority 100 → 150/);
  assert.ok(Date.now() >= at.getTime());
  await until("the file is gone", () => !existsSync(file));
});

test("reload_check_config: what is wrong with the configuration is in the file", async () => {
  const file = join(lab.folder, "check.log");
  await start(conf(100, `reload_check_config ${file}`));
  daemon.configure(conf(1500, `reload_check_config ${file}`));
  daemon.signal("SIGHUP");
  await daemon.says(/Reload refused/);
  await until("the log is written", () => existsSync(file));
  const text = readFileSync(file, "utf8");
  assert.match(text, /a\.conf:\d+:\d+: error.*1500/);
  assert.match(text, /^Reload refused: /m);
  daemon.configure(conf(100, `reload_check_config ${file}`));
  daemon.signal("SIGHUP");
  await until("the log is empty", () => readFileSync(file, "utf8") === "");
});

test("reload_file is there while the configuration is read, for everybody to see", async () => {
  const file = join(lab.folder, "reloading");
  await start(conf(100, `reload_file ${file}`));
  assert.ok(!existsSync(file));
  const modes: number[] = [];
  let seen = 0;
  const watcher = watch(lab.folder, (_, name) => {
    if (name !== basename(file)) return;
    seen++;
    const status = statSync(file, { throwIfNoEntry: false });
    if (status !== undefined) modes.push(status.mode & 0o777);
  });
  // It takes a while to read that many.
  const many = Array.from({ length: 3000 }, (_, i) => `# ${i}`).join("\n");
  daemon.configure(`${many}\n${conf(101, `reload_file ${file}`)}`);
  daemon.signal("SIGHUP");
  await daemon.says(/Reload complete/);
  await until("it has come and gone", () => seen >= 2 && !existsSync(file));
  watcher.close();
  assert.ok(modes.every((mode) => mode === 0o644 || mode === 0o600), `${modes}`);
});
