import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const run = fileURLToPath(new URL("run", import.meta.url));

test("a command in a guest has IPVS, and its output, status and environment pass through", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-guest-test-"));
  try {
    const script = `
      printf 'no newline: %s' "$WORD"
      ipvsadm -A -t 192.0.2.1:80 -s wrr && ipvsadm -Sn >&2
      pwd >"$FOLDER/kept"
      touch "$FOLDER-lost"
      exit 7`;
    const { status, stdout, stderr } = spawnSync(
      run,
      ["--timeout", "120", "--writable", folder, "--", "sh", "-c", script],
      { cwd: "/usr", encoding: "utf8", env: { ...process.env, WORD: "it's", FOLDER: folder } },
    );
    assert.deepEqual([status, stdout], [7, "no newline: it's"], stderr);
    assert.match(stderr, /^-A -t 192\.0\.2\.1:80 -s wrr$/m);
    assert.equal(readFileSync(join(folder, "kept"), "utf8"), "/usr\n");
    assert.equal(existsSync(`${folder}-lost`), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is no option is answered with the options", () => {
  for (const args of [[], ["--"], ["--nonsense", "--", "true"], ["--timeout", "x", "--", "true"]]) {
    const { status, stderr } = spawnSync(run, args, { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /^Usage: tools\/guest\/run /);
  }
});
