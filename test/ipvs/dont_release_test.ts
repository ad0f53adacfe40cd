/** `-I` on the command line of the whole daemon. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "../../tools/lab/lab.ts";
import { requireGuest, run, saved } from "./kernel.ts";

const program = fileURLToPath(new URL("../../bin/keepalived", import.meta.url));
const table = [
  "-A -t 192.0.2.1:80 -s rr",
  "-a -t 192.0.2.1:80 -r 127.0.0.1:80 -m -w 1",
];

test("-I leaves the table of IPVS at the end", async () => {
  requireGuest();
  run("ipvsadm -C");
  const folder = mkdtempSync(join(tmpdir(), "keepalived-release-"));
  try {
    const config = join(folder, "a.conf");
    writeFileSync(
      config,
      "virtual_server 192.0.2.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n" +
        "real_server 127.0.0.1 80 {\n}\n}\n",
    );
    const files = ["-f", config, "-p", join(folder, "a.pid"), "-c", join(folder, "c.pid")];
    const daemon = spawn(program, ["-nlGC", "-I", ...files], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    daemon.stderr.on("data", (bytes: Uint8Array) => said += bytes);
    const ended = once(daemon, "exit");
    await until("it runs", () => said.includes("Startup complete"), 120_000);
    assert.deepEqual(saved(), table, said);
    // Not ChildProcess.kill(): after it, Deno reports the signal instead of the exit status.
    process.kill(daemon.pid ?? 0, "SIGTERM");
    assert.deepEqual(await ended, [0, null], said);
    assert.deepEqual(saved(), table);
    run("ipvsadm -C");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
