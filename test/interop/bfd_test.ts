/** Our BFD against the installed C daemon's, FRR's bfdd and itself; what tshark makes of our packets. */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Daemon, Implementation } from "../../tools/lab/daemon.ts";
import { Lab, until } from "../../tools/lab/lab.ts";
import { kill } from "../../tools/lab/processes.ts";
import { encodePcap } from "../../tools/lab/pcap.ts";
import { bfdConf } from "../app/bfd_conf.ts";

const UP = /\(B1\) Entering Up state/;
const DOWN = /\(B1\) Entering Down state/;

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
  const daemon = lab.start({ name, config, implementation });
  started.push(daemon);
  return daemon;
}

const families = {
  IPv4: ["192.0.2.1", "192.0.2.2"],
  IPv6: ["fd00::1", "fd00::2"],
} as const;

for (const [family, [one, other]] of Object.entries(families)) {
  for (const peer of ["c", "ours"] as const) {
    test(`${family}, ours and ${peer}: up, reloaded without a flap, down when either dies, up again`, async () => {
      const configs = {
        a: (interval: number) => bfdConf({ neighbor: other, source: one, interval }),
        b: (interval: number) => bfdConf({ neighbor: one, source: other, interval }),
      };
      let a = start("a", configs.a(100));
      const b = start("b", configs.b(100), peer);
      await Promise.all([a.says(UP), b.says(UP)]);
      // Both sides poll for other intervals.
      for (const [daemon, name] of [[a, "a"], [b, "b"]] as const) {
        const from = daemon.log.length;
        daemon.configure(configs[name](150));
        daemon.signal("SIGHUP");
        await daemon.says(/Reload complete/, { from });
        await daemon.says(/\(B1\) Starting poll sequence/, { from });
      }
      await until("the polls have ended", () => {
        const json = ask(a, "status", "--json");
        const { polling, remote } = JSON.parse(json).bfd.sessions[0];
        return polling === false && remote?.intervalS === 0.15;
      }, 10_000);
      assert.deepEqual([...a.lines(DOWN), ...b.lines(DOWN)], []);
      // Ours dies: they hear of it by silence.
      let from = b.log.length;
      await a.crash();
      await b.says(/Entering Down state \(Local diagnostic - Control Detection Time Expired/, {
        from,
      });
      a = start("a", configs.a(100));
      await Promise.all([a.says(UP), b.says(UP, { from })]);
      // Theirs dies.
      from = a.log.length;
      await b.crash();
      // The C daemon takes them for those of one that runs.
      for (const file of [b.pidFile, b.bfdPidFile]) rmSync(file, { force: true });
      await a.says(/Entering Down state \(Local diagnostic - Control Detection Time Expired/, {
        from,
      });
      const again = start("b", configs.b(100), peer);
      await Promise.all([a.says(UP, { from }), again.says(UP)]);
      // Ours stops, and says so.
      from = again.log.length;
      assert.equal(await a.stop(), 0);
      await again.says(/Entering Down state .*Neighbor Signaled Session Down/, { from });
    });
  }

  test(`${family}, ours and FRR: up, new intervals, down when either dies, up again`, async () => {
    await using frr = await Frr.start(other, one);
    const config = (interval: number) =>
      bfdConf({ neighbor: other, source: one, interval, lines: ["ttl 255"] });
    let a = start("a", config(100));
    await a.says(UP);
    await until("FRR says up", () => frr.show().includes("Status: up"), 15_000);
    a.configure(config(200));
    a.signal("SIGHUP");
    await until(
      "FRR has the new interval",
      () => /Remote timers:[^]*Transmission interval: 200ms/.test(frr.show()),
      15_000,
    );
    assert.deepEqual(a.lines(DOWN), []);
    await a.crash();
    await until("FRR says down", () => frr.show().includes("Status: down"), 15_000);
    assert.match(frr.show(), /Diagnostics: control detection time expired/);
    a = start("a", config(100));
    await a.says(UP);
    const from = a.log.length;
    await frr.crash();
    await a.says(/Entering Down state \(Local diagnostic - Control Detection Time Expired/, {
      from,
    });
    await using again = await Frr.start(other, one);
    await a.says(UP, { from });
    assert.equal(await a.stop(), 0);
    await until("FRR hears that we stop", () => again.show().includes("Status: down"), 15_000);
    assert.match(again.show(), /Remote diagnostics: administratively down/);
  });
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

  static async start(own: string, peer: string): Promise<Frr> {
    const frr = new Frr();
    frr.#run("zebra", "/dev/null");
    await until("zebra listens", () => existsSync(join(frr.#folder, "zserv")), 20_000);
    const config = join(frr.#folder, "bfdd.conf");
    writeFileSync(
      config,
      [
        "bfd",
        ` peer ${peer} local-address ${own} interface eth0`,
        "  detect-multiplier 5",
        "  receive-interval 100",
        "  transmit-interval 100",
        "  no shutdown",
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
