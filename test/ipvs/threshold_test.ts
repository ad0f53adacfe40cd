/** Thresholds of servers that are up, changed by a reload. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import { Reactor } from "@keepalived/reactor";
import { CheckProcess } from "../../apps/keepalived/check/check_process.ts";
import { requireGuest, run } from "./kernel.ts";

function configOf(...servers: readonly string[]): Config {
  const all = servers.map((lines, i) => `real_server 10.0.0.${i + 1} 80 {\n${lines}\n}\n`);
  const text = "virtual_server 192.0.2.1 80 {\nprotocol TCP\nlvs_sched rr\nlvs_method NAT\n" +
    `${all.join("")}}\n`;
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  assert.deepEqual(diagnostics, []);
  assert.ok(config !== undefined);
  return config;
}

/** The thresholds of the servers, upper and lower, as `ipvsadm` prints them. */
function thresholds(): readonly string[] {
  return run("ipvsadm -Ln --thresholds").split("\n")
    .flatMap((line) => /^ +-> (10\.\S+) +(\d+) +(\d+)/.exec(line)?.slice(1).join(" ") ?? [])
    .sort();
}

test("a reload changes thresholds of servers that are up, and takes them away", async () => {
  requireGuest();
  run("ipvsadm -C");
  using reactor = new Reactor();
  const loop = reactor.run();
  const check = new CheckProcess(reactor, () => {}, {});
  await check.start(configOf("uthreshold 100\nlthreshold 50", "", "uthreshold 7"));
  assert.deepEqual(thresholds(), ["10.0.0.1:80 100 50", "10.0.0.2:80 0 0", "10.0.0.3:80 7 0"]);
  await check.configure(configOf("uthreshold 200\nlthreshold 60", "uthreshold 5", "uthreshold 7"));
  assert.deepEqual(thresholds(), ["10.0.0.1:80 200 60", "10.0.0.2:80 5 0", "10.0.0.3:80 7 0"]);
  await check.configure(configOf("uthreshold 200", "", ""));
  assert.deepEqual(thresholds(), ["10.0.0.1:80 200 0", "10.0.0.2:80 0 0", "10.0.0.3:80 0 0"]);
  await check.stop();
  reactor.stop();
  await loop;
});
