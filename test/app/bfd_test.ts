/** BFD sessions on a real network, and what they do to virtual routers and real servers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import process from "node:process";
import { after, afterEach, before, test } from "node:test";
import type { Daemon } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { bfdConf } from "./bfd_conf.ts";
import { instanceConf } from "./instance_conf.ts";
import { program, keepalived } from "./program.ts";

const UP = /\(B1\) Entering Up state/;
const DOWN = /\(B1\) Entering Down state/;

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fd00::1/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fd00::2/64"] },
    { name: "c", addresses: ["192.0.2.3/24", "198.51.100.3/24"] },
    { name: "router", addresses: ["192.0.2.9/24", "198.51.100.9/24"] },
  ]);
  lab.host("router").run("sysctl -qw net.ipv4.ip_forward=1");
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) await daemon.stop();
  started = [];
});

function start(name: string, config: string, flags?: string): Daemon {
  const daemon = lab.start({ name, config, ...flags !== undefined && { flags } });
  started.push(daemon);
  return daemon;
}

/** What `keepalived status --json` says of the BFD process. */
async function status(daemon: Daemon): Promise<{
  readonly process: { readonly pid: number };
  readonly discarded: Readonly<Record<string, number>>;
  readonly sessions: readonly {
    readonly local: { readonly state: string; readonly intervalS: number; readonly discriminator: number };
    readonly remote?: { readonly intervalS: number; readonly discriminator: number };
    readonly polling: boolean;
    readonly counters: Readonly<Record<"sent" | "received" | "becameUp" | "becameDown", number>>;
  }[];
}> {
  const { stdout } = await keepalived(["status", "--json", "-p", daemon.pidFile]);
  return JSON.parse(stdout).bfd;
}
