import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { Folder, keepalived } from "./program.ts";

test("--help prints the options on standard output", async () => {
  const { status, stdout, stderr } = await keepalived(["--help"]);
  assert.equal(status, 0);
  assert.equal(stderr, "");
  assert.match(stdout, /^Usage: keepalived/);
  for (const option of ["-f, --use-file", "-t, --config-test", "-n, --dont-fork", "-p, --pid"]) {
    assert.ok(stdout.includes(option), option);
  }
});

test("--version names the version and the runtime", async () => {
  const { status, stdout, stderr } = await keepalived(["--version"]);
  assert.equal(status, 0);
  const text = stdout + stderr;
  assert.match(text, /^Keepalived v\d+\.\d+\.\d+/);
  const runtime = process.env["KEEPALIVED_RUNTIME"] === "deno" ? /Deno \d/ : /Node \d/;
  assert.match(text, runtime);
});

test("an unknown option ends with status 1 and points to --help", async () => {
  for (const option of ["--nonsense", "-Z"]) {
    const { status, stdout, stderr } = await keepalived([option]);
    assert.equal(status, 1, option);
    assert.equal(stdout, "");
    assert.match(stderr, /nonsense|'Z'/);
    assert.match(stderr, /--help/);
  }
});

test("a missing configuration file ends with status 6, in the foreground, as a daemon and under test", async () => {
  using folder = new Folder();
  const missing = `${folder.path}/none.conf`;
  const pidFile = `${folder.path}/keepalived.pid`;
  for (const words of [["-nlG"], ["-lG"], ["-t"]]) {
    const { status, stderr } = await keepalived([...words, "-f", missing, "-p", pidFile]);
    assert.equal(status, 6, `${words}: ${stderr}`);
    assert.match(stderr, /none\.conf/);
    assert.ok(!existsSync(pidFile), `${words}: pid file left`);
  }
});
