import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../tools/demo/main.ts", import.meta.url));
const runtime = process.env["KEEPALIVED_RUNTIME"] ?? "node";

function demo(temporary: string, ...args: string[]) {
  return spawnSync("node", [program, "--runtime", runtime, ...args], {
    encoding: "utf8",
    timeout: 90_000,
    env: { ...process.env, TMPDIR: temporary },
  });
}

function withFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "demo-test-"));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("the demo fails over, preempts, and leaves nothing behind", () => {
  withFolder((folder) => {
    const { status, stdout, stderr } = demo(folder);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /router1 is MASTER with priority 150 and holds 192\.168\.200\.100/);
    assert.match(stdout, /router2 is MASTER 3\.\d+ s after the last advert of router1/);
    assert.match(stdout, /router1 preempts/);
    assert.match(stdout, /left nothing behind/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

test("the demo takes a configuration of the user", () => {
  withFolder((folder) => {
    const file = join(folder, "own.conf");
    writeFileSync(
      file,
      "vrrp_instance OWN {\n  interface eth0\n  version 3\n  virtual_router_id 7\n  priority 120\n" +
        "  advert_int 0.2\n  virtual_ipaddress {\n    192.168.200.77/24\n  }\n}\n",
    );
    const { status, stdout, stderr } = demo(folder, "--config", file);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /MASTER with priority 120 and holds 192\.168\.200\.77/);
  });
});

test("the demo says what is wrong with its arguments", () => {
  withFolder((folder) => {
    const missing = demo(folder, "--config", join(folder, "none.conf"));
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /no such file/);
    const unknown = demo(folder, "--nonsense");
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /Usage: npm run demo/);
  });
});
