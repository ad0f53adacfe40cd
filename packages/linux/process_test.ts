import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { effectiveCapabilities, parseCapabilities } from "./capabilities.ts";
import { interfaceIndex, interfaceName } from "./interface_name.ts";
import { effectiveUserId, sendSignal, setProcessName, setUmask } from "./process.ts";

test("setUmask() gives the mask before", () => {
  const before = setUmask(0o177);
  assert.equal(setUmask(before), 0o177);
  assert.equal(setUmask(before), before);
});

test("setProcessName() shows in /proc", () => {
  const before = readFileSync("/proc/self/comm", "utf8").trimEnd();
  setProcessName("keepalived_vrrp");
  assert.equal(readFileSync("/proc/self/comm", "utf8"), "keepalived_vrrp\n");
  setProcessName(before);
});

test("sendSignal() tells whether the process exists", () => {
  assert.equal(sendSignal(process.pid, 0), true);
  const { pid } = spawnSync("true");
  assert.equal(sendSignal(pid, 0), false);
});

test("dieWithParent() ends the process with its parent", async () => {
  const program = `
    import { dieWithParent } from "@keepalived/linux";
    console.log(JSON.stringify([process.pid, dieWithParent(process.ppid), dieWithParent(1 << 30)]));
    setInterval(() => {}, 1000);`;
  const words = "Deno" in globalThis
    ? ["eval", "--ext=ts", program]
    : ["--no-warnings", "--input-type=module", "-e", program];
  const parent = spawn("sh", ["-c", '"$0" "$@" & wait', process.execPath, ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: import.meta.dirname,
  });
  const [line] = await once(parent.stdout, "data");
  const [pid, tied, tiedToAnother] = JSON.parse(String(line));
  assert.deepEqual([tied, tiedToAnother], [true, false]);
  assert.equal(isRunning(pid), true);
  parent.kill("SIGKILL");
  for (let i = 0; i < 400 && isRunning(pid); i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.equal(isRunning(pid), false);
});

test("adoptOrphans() makes this process the parent of what its children leave behind", () => {
  const program = `
    import { adoptOrphans } from "@keepalived/linux";
    import { execFileSync } from "node:child_process";
    import { readFileSync } from "node:fs";
    adoptOrphans();
    const pid = execFileSync("sh", ["-c", "sleep 60 >/dev/null 2>&1 & echo $!"], { encoding: "utf8" }).trim();
    const [, parent] = /PPid:\\s+(\\d+)/.exec(readFileSync("/proc/" + pid + "/status", "utf8"));
    process.kill(Number(pid), "SIGKILL");
    console.log(JSON.stringify([Number(parent), process.pid]));`;
  const words = "Deno" in globalThis
    ? ["eval", "--ext=ts", program]
    : ["--no-warnings", "--input-type=module", "-e", program];
  const text = execFileSync(process.execPath, words, {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  const [parent, own] = JSON.parse(text);
  assert.equal(parent, own);
});

test("effectiveUserId() and effectiveCapabilities() agree with the system", () => {
  assert.equal(effectiveUserId(), Number(execFileSync("id", ["-u"], { encoding: "utf8" })));
  assert.equal(effectiveCapabilities().has("CAP_NET_RAW"), true, "these tests need CAP_NET_RAW");
});

test("parseCapabilities() reads the bits of the status file", () => {
  const set = parseCapabilities("Name:\tx\nCapPrm:\tffff\nCapEff:\t0000000000003400\n");
  assert.deepEqual(
    set,
    new Set(["CAP_NET_BIND_SERVICE", "CAP_NET_ADMIN", "CAP_NET_RAW"]),
  );
  assert.deepEqual(parseCapabilities("CapEff:\t0000000000000000"), new Set());
});

test("interface names and indexes map both ways", () => {
  assert.equal(interfaceIndex("lo"), 1);
  assert.equal(interfaceName(1), "lo");
  assert.equal(interfaceIndex("none0"), undefined);
  assert.equal(interfaceName(99_999), undefined);
});

/** Neither gone nor waiting to be collected. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw error;
  }
}
