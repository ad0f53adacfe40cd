import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Starvation } from "./starvation.ts";

test("a process is starved that waits for a processor for more than half of the time", () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-starvation-"));
  try {
    const path = join(folder, "schedstat");
    const starvation = new Starvation(0, path);
    const waits = (ms: number) => writeFileSync(path, `123456 ${ms * 1_000_000} 7\n`);
    waits(5000);
    assert.equal(starvation.since(0), false, "nothing to compare with");
    waits(5600);
    assert.equal(starvation.since(1_000_000), true);
    waits(6000);
    assert.equal(starvation.since(2_000_000), false);
    rmSync(path);
    assert.equal(starvation.since(3_000_000), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a process that is stopped is not starved, whatever else runs", async () => {
  const child = spawn("sh", ["-c", "kill -STOP $$"], { stdio: "ignore" });
  const nowUs = () => Math.round(performance.now() * 1000);
  const pause = () => new Promise((resolve) => setTimeout(resolve, 300));
  try {
    const starvation = new Starvation(child.pid ?? 0);
    await pause();
    starvation.since(nowUs());
    await pause();
    assert.equal(starvation.since(nowUs()), false);
  } finally {
    child.kill("SIGKILL");
  }
});
