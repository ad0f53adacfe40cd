/** A kernel without IPVS. The first file of the folder: later on others use the module that is to be unloaded. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { Reactor } from "@keepalived/reactor";
import { Ipvs } from "../../apps/keepalived/check/ipvs/client.ts";
import { ExitError, exitStatus } from "../../apps/keepalived/exit_status.ts";
import { requireGuest, run } from "./kernel.ts";

const loader = "/proc/sys/kernel/modprobe";

test("that there is no IPVS is said in one sentence; where the module can be loaded it is", async () => {
  requireGuest();
  const before = readFileSync(loader, "utf8");
  const modules = readFileSync("/proc/modules", "utf8").match(/^(ip_vs\w+|xt_ipvs)(?= )/gm) ?? [];
  run(`modprobe -r -a ${modules.join(" ")}`);
  run("modprobe -r ip_vs");
  using reactor = new Reactor();
  const loop = reactor.run();
  try {
    writeFileSync(loader, "/bin/false");
    await assert.rejects(Ipvs.open(reactor), (error) => {
      assert.ok(error instanceof ExitError);
      assert.equal(error.status, exitStatus.fatal);
      assert.equal(
        error.message,
        "Cannot use IPVS: this kernel has none, and the module ip_vs cannot be loaded; with --no-ipvs servers are checked and nothing is programmed",
      );
      return true;
    });
    writeFileSync(loader, before);
    using ipvs = await Ipvs.open(reactor);
    assert.equal(ipvs.version, "1.2.1");
  } finally {
    writeFileSync(loader, before);
    reactor.stop();
    await loop;
  }
});
