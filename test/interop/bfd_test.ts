/** Our BFD against the installed C daemon's, FRR's bfdd and itself; what tshark makes of our packets. */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { kill } from "../../tools/lab/processes.ts";
import { encodePcap } from "../../tools/lab/pcap.ts";
import { bfdConf } from "../app/bfd_conf.ts";

/** Of a session of each family. */
const UP = [/\(B4\) Entering Up state/, /\(B6\) Entering Up state/];
const EXPIRED = ["B4", "B6"].map((name) =>
  new RegExp(
    `\\(${name}\\) Entering Down state \\(Local diagnostic - Control Detection Time Expired`,
  )
);
const DOWN = /Entering Down state/;

let lab: Lab;
let started: Daemon[] = [];
before(async () => {
  lab = await Lab.create([
    { name: "a", addresses: ["192.0.2.1/24", "fd00::1/64"] },
    { name: "b", addresses: ["192.0.2.2/24", "fd00::2/64"] },
  ], { watch: "ports" });
});
after(async () => await lab[Symbol.asyncDispose]());
afterEach(async () => {
  for (const daemon of started) await daemon.stop();
  started = [];
});

function start(name: string, config: string, implementation: Implementation = "ours"): Daemon {
  const folder = join(lab.folder, `${name}-dumps`);
  mkdirSync(folder, { recursive: true });
  const wrapper = ["env", `TMPDIR=${folder}`];
  const daemon = lab.start({ name, config, implementation, wrapper });
  started.push(daemon);
  return daemon;
}

/** Waits for a line each. */
async function all(daemon: Daemon, patterns: readonly RegExp[], from = 0): Promise<void> {
  await Promise.all(patterns.map((pattern) => daemon.says(pattern, { from })));
}

const ends = { a: ["192.0.2.1", "fd00::1"], b: ["192.0.2.2", "fd00::2"] } as const;

/** A session over IPv4 and one over IPv6. */
function conf(name: "a" | "b", interval: number, lines: readonly string[] = []): string {
  const others = ends[name === "a" ? "b" : "a"];
  return ends[name].map((source, i) =>
    bfdConf({
      name: i === 0 ? "B4" : "B6",
      neighbor: others[i] ?? "",
      ...{ source, interval, lines },
    })
  ).join("");
}

test("ours and the C daemon: up, reloaded without a flap, down when either dies, up again", async () => {
  let a = start("a", conf("a", 100));
  const b = start("b", conf("b", 100), "c");
  await Promise.all([all(a, UP), all(b, UP)]);
  assertSameLabels(await dump(a, "a"), await dump(b, "b"));
  // Both sides poll for other intervals.
  for (const [daemon, name] of [[a, "a"], [b, "b"]] as const) {
    const from = daemon.log.length;
    daemon.configure(conf(name, 150));
    daemon.signal("SIGHUP");
    await daemon.says(/Reload complete/, { from });
    await daemon.says(/\(B4\) Starting poll sequence/, { from });
  }
  await until("the polls have ended", () => {
    const sessions = JSON.parse(ask(a, "status", "--json")).bfd.sessions as readonly {
      readonly polling: boolean;
      readonly remote?: { readonly intervalS: number };
    }[];
    return sessions.every(({ polling, remote }) => !polling && remote?.intervalS === 0.15);
  });
  assert.deepEqual([...a.lines(DOWN), ...b.lines(DOWN)], []);
  // Ours dies: they hear of it by silence.
  let from = b.log.length;
  await a.crash();
  await all(b, EXPIRED, from);
  a = start("a", conf("a", 100));
  await Promise.all([all(a, UP), all(b, UP, from)]);
  // Theirs dies.
  from = a.log.length;
  await b.crash();
  // The C daemon takes them for those of one that runs.
  for (const file of [b.pidFile, b.bfdPidFile]) rmSync(file, { force: true });
  await all(a, EXPIRED, from);
  const again = start("b", conf("b", 100), "c");
  await Promise.all([all(a, UP, from), all(again, UP)]);
  // Ours stops, and says so.
  from = again.log.length;
  assert.equal(await a.stop(), 0);
  await again.says(/Entering Down state .*Neighbor Signaled Session Down/, { from });
});

test("ours and FRR: up, new intervals, down when either dies, up again", async () => {
  const times = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;
  const says = (frr: Frr, pattern: RegExp) =>
    until(`FRR says ${pattern} twice`, () => times(frr.show(), pattern) === 2);
  await using frr = await Frr.start();
  let a = start("a", conf("a", 100, ["ttl 255"]));
  await all(a, UP);
  await says(frr, /Status: up/g);
  a.configure(conf("a", 200, ["ttl 255"]));
  a.signal("SIGHUP");
  await says(
    frr,
    /Remote timers:\s+(?:.*\s+)?Receive interval: 200ms\s+Transmission interval: 200ms/g,
  );
  assert.deepEqual(a.lines(DOWN), []);
  await a.crash();
  await says(frr, /Status: down/g);
  await says(frr, /Diagnostics: control detection time expired/g);
  a = start("a", conf("a", 100, ["ttl 255"]));
  await all(a, UP);
  const from = a.log.length;
  await frr.crash();
  await all(a, EXPIRED, from);
  await using again = await Frr.start();
  await all(a, UP, from);
  assert.equal(await a.stop(), 0);
  await says(again, /Remote diagnostics: administratively down/g);
});

/** What SIGUSR1 has a daemon write of its sessions. */
async function dump(daemon: Daemon, name: string): Promise<readonly string[]> {
  const file = join(lab.folder, `${name}-dumps`, "keepalived_bfd.data");
  daemon.signal("SIGUSR1");
  const read = () => readFileSync(file, "utf8");
  await until("it is written", () => existsSync(file) && read().includes("= B6"));
  await until("it is whole", () => /B6[^]*last seen =.*\n/.test(read()));
  return read().split("\n").slice(
    read().split("\n").findIndex((line) => /BFD Topology/.test(line)),
  );
}

/** The same labels in the same order, but for what of the C daemon is about its descriptors and threads. */
function assertSameLabels(ours: readonly string[], c: readonly string[]): void {
  const labels = (lines: readonly string[]) =>
    lines.filter((line) => !/^ +(fd_|thread_|sands_)/.test(line))
      .map((line) => line.replace(/ (=|intv|0x).*/, " $1"));
  assert.deepEqual(labels(ours), labels(c));
}

test("tshark finds nothing wrong with any packet of ours", () => {
  const ours = lab.wire.frames.filter(({ port }) => port === "a");
  const file = join(lab.folder, "bfd.pcap");
  writeFileSync(file, encodePcap(ours));
  const fields = ["bfd.version", "bfd.sta", "bfd.flags.p", "bfd.flags.f", "udp.srcport"];
  const shown = execFileSync("tshark", [
    ...["-r", file, "-n", "-Y", "bfd", "-T", "fields"],
    ...[...fields, "_ws.expert.message", "_ws.malformed"].flatMap((field) => ["-e", field]),
  ], { stdio: ["ignore", "pipe", "ignore"] }).toString();
  const rows = shown.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
  assert.ok(rows.length > 30, `${rows.length} packets`);
  const states = new Set<number>();
  for (const [version, state, , , port, remark, malformed] of rows) {
    assert.equal(version, "1");
    assert.ok(Number(port) >= 49_152, `source port ${port}`);
    assert.deepEqual([remark ?? "", malformed ?? ""], ["", ""]);
    states.add(Number(state));
  }
  assert.deepEqual([...states].sort(), [0, 1, 2, 3], "every state is said");
});

function ask(daemon: Daemon, ...words: readonly string[]): string {
  const program = new URL("../../bin/keepalived", import.meta.url).pathname;
  return execFileSync(program, [...words, "-p", daemon.pidFile]).toString();
}

const programs = "/usr/lib/frr";

/** FRR's bfdd on host b, with the zebra that it needs. */
class Frr {
  readonly #folder: string;
  readonly #processes: ChildProcess[] = [];
  static #count = 0;

  private constructor() {
    this.#folder = join(lab.folder, `frr-${Frr.#count++}`);
    mkdirSync(this.#folder);
    // The daemons give up being root.
    chmodSync(lab.folder, 0o711);
    execFileSync("chown", ["frr:frr", this.#folder]);
  }

  static async start(): Promise<Frr> {
    const frr = new Frr();
    frr.#run("zebra", "/dev/null");
    await until("zebra listens", () => existsSync(join(frr.#folder, "zserv")), 20_000);
    const config = join(frr.#folder, "bfdd.conf");
    writeFileSync(
      config,
      [
        "bfd",
        ...ends.b.flatMap((own, i) => [
          ` peer ${ends.a[i]} local-address ${own} interface eth0`,
          "  detect-multiplier 5",
          "  receive-interval 100",
          "  transmit-interval 100",
          "  no shutdown",
          " exit",
        ]),
        "",
      ].join("\n"),
    );
    frr.#run("bfdd", config, ["--bfdctl", join(frr.#folder, "bfdctl")]);
    await until("bfdd answers", () => frr.show().includes("peer"), 20_000);
    return frr;
  }

  /** `show bfd peers` */
  show(): string {
    try {
      return execFileSync("vtysh", [
        ...["--vty_socket", this.#folder, "-d", "bfdd", "-c", "show bfd peers"],
      ], { stdio: ["ignore", "pipe", "ignore"] }).toString();
    } catch {
      return ""; // It does not listen yet.
    }
  }

  async crash(): Promise<void> {
    for (const child of this.#processes.splice(0)) {
      const exited = once(child, "exit");
      kill(child.pid ?? 0, "SIGKILL");
      await exited;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.crash();
  }

  #run(name: string, config: string, more: readonly string[] = []): void {
    this.#processes.push(
      lab.host("b").start([
        join(programs, name),
        ...["-u", "frr", "-g", "frr", "-P", "0", "-f", config],
        ...["-z", join(this.#folder, "zserv"), "--vty_socket", this.#folder],
        ...["-i", join(this.#folder, `${name}.pid`), "--log", "stdout", ...more],
      ], { stdio: "ignore" }),
    );
  }
}
