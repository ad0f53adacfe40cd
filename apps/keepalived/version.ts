import { readFileSync } from "node:fs";
import { release } from "node:os";
import process from "node:process";

/** The version of the daemon and of every package beside it. */
export const version = "0.1.0";

/** The runtime that this process runs on, with its version. */
export function runtimeName(): string {
  const versions = process.versions as Readonly<Record<string, string | undefined>>;
  return versions["deno"] === undefined ? `Node ${versions["node"]}` : `Deno ${versions["deno"]}`;
}

/** The kernel that runs: `Linux 6.12.0 #1 SMP PREEMPT_DYNAMIC`. */
export function kernelName(): string {
  // Not version() of node:os, which on Deno is the release once more.
  return `Linux ${release()} ${readFileSync("/proc/sys/kernel/version", "utf8").trim()}`;
}

/** What the C daemon's build options are called, as far as this daemon does it. */
const features = [
  "NFTABLES",
  "LVS",
  "REGEX",
  "VRRP",
  "VRRP_AUTH",
  "VRRP_VMAC",
  "JSON",
  "OLD_CHKSUM_COMPAT",
  "TRACK_PROCESS",
  "FILE_LOGGING",
  "INIT=systemd",
  "SYSTEMD_NOTIFY",
];

/** The text of `--version`. */
export function versionText(): string {
  return [
    `Keepalived v${version} (TypeScript)`,
    "",
    `Running on ${runtimeName()}, ${kernelName()}`,
    "",
    `Config options:  ${features.join(" ")}`,
    "",
  ].join("\n");
}
