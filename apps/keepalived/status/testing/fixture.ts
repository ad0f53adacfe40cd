/** What tests of renderers share: a configuration, and a snapshot of the VRRP process that ran it on two links. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import type { StatusDocument } from "../document.ts";
import type { BfdDump } from "../dump/bfd_data.ts";
import type { CheckDump } from "../dump/lvs_data.ts";
import type { VrrpDump } from "../dump/topology_data.ts";
import type { BfdSnapshot } from "../snapshot/bfd_snapshot.ts";
import type { CheckSnapshot } from "../snapshot/check_snapshot.ts";
import type { VrrpSnapshot } from "../snapshot/vrrp_snapshot.ts";

/** The text of a file in `testdata`. */
export function testdata(name: string): string {
  return readFileSync(pathOf(name), "utf8");
}

/** Compares with a file in `testdata`; with `UPDATE=1` it is rewritten instead, for a look at the difference. */
export function assertTestdata(name: string, actual: string): void {
  if (process.env["UPDATE"] === "1") writeFileSync(pathOf(name), actual);
  assert.equal(actual, testdata(name));
}

/** The configuration of a text that has no errors. */
export function configOf(text: string): Config {
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(errors, []);
  assert.ok(config !== undefined);
  return config;
}

/** The snapshot that was taken of `fixture.conf`. */
export function vrrpFixture(): VrrpSnapshot {
  return JSON.parse(testdata("vrrp_snapshot.json")) as VrrpSnapshot;
}

/** Both, and root for everybody who runs scripts. */
export function dumpFixture(): VrrpDump {
  return {
    config: configOf(testdata("fixture.conf")),
    vrrp: vrrpFixture(),
    who: () => ({ uid: 0, gid: 0 }),
  };
}

/** A configuration of virtual servers, and the snapshot that was taken of it. */
export function checkFixture(): CheckDump {
  return {
    config: configOf(testdata("check.conf")),
    check: JSON.parse(testdata("check_snapshot.json")) as CheckSnapshot,
    who: () => ({ uid: 0, gid: 0 }),
  };
}

/** A configuration of BFD sessions, and a snapshot that fits it. */
export function bfdFixture(): BfdDump {
  return {
    config: configOf(testdata("bfd.conf")),
    bfd: JSON.parse(testdata("bfd_snapshot.json")) as BfdSnapshot,
    who: () => ({ uid: 0, gid: 0 }),
  };
}

/** The whole document around it, an hour after the start of the parent. */
export function documentFixture(): StatusDocument {
  const vrrp = vrrpFixture();
  const { at, startedAt } = vrrp.process;
  return {
    version: 3,
    parent: {
      process: { ...vrrp.process, pid: 1, startedAt: at - 3700 },
      version: "0.1.0",
      runtime: "Node 26.10.0",
      hostName: "router1.example.net",
      routerId: "R1",
      configurationFile: "/etc/keepalived/keepalived.conf",
      maintenance: false,
      reload: { at: at - 130, ok: true },
      deliveries: [{ to: "mail", delivered: 7, failed: 1, dropped: 0, waiting: 2 }],
      children: [{ name: "VRRP", pid: vrrp.process.pid, startedAt, restarts: 0 }],
    },
    vrrp,
    check: checkFixture().check,
    bfd: bfdFixture().bfd,
  };
}

function pathOf(name: string): string {
  return fileURLToPath(new URL(`../testdata/${name}`, import.meta.url));
}
