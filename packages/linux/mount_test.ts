import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("bindMount() after leaveMounts() is seen by us and our children, and by nobody else", () => {
  const program = `
    import { execSync } from "node:child_process";
    import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
    import { tmpdir } from "node:os";
    import { join } from "node:path";
    import { bindMount, leaveMounts } from "@keepalived/linux";
    const base = mkdtempSync(join(tmpdir(), "keepalived-mount-"));
    for (const name of ["a", "b"]) mkdirSync(join(base, name));
    writeFileSync(join(base, "a", "file"), "");
    const before = readFileSync("/proc/" + process.ppid + "/mountinfo", "utf8");
    leaveMounts();
    bindMount(join(base, "a"), join(base, "b"));
    const ours = readdirSync(join(base, "b"));
    const child = execSync("ls " + join(base, "b"), { encoding: "utf8" }).trim();
    const others = readFileSync("/proc/" + process.ppid + "/mountinfo", "utf8") !== before;
    execSync("umount " + join(base, "b"));
    rmSync(base, { recursive: true });
    console.log(JSON.stringify({ ours, child, others }));
  `;
  const words = "Deno" in globalThis
    ? ["eval", "--ext=ts", program]
    : ["--no-warnings", "--input-type=module", "-e", program];
  const { stdout, stderr } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    cwd: import.meta.dirname,
  });
  assert.deepEqual(
    JSON.parse(stdout === "" ? "null" : stdout),
    { ours: ["file"], child: "file", others: false },
    stderr,
  );
});
