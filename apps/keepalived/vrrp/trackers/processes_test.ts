import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync } from "node:fs";
import { test } from "node:test";
import { Bench, configOf } from "./fixture.ts";
import { openProcessWatch } from "./process_watch.ts";
import { Processes } from "./processes.ts";

/** Settings of the whole machine are shown in the kernel's first network namespace only. */
const isFirst = existsSync("/proc/sys/net/core/netdev_max_backlog");

/** Where changes are heard of; the kernel tells in its first network namespace only, elsewhere all is as for `scan`. */
const sources = {
  kernel: openProcessWatch,
  scan: () => undefined,
} as const;

for (const source of ["kernel", "scan"] as const) {
  const expected = source === "kernel" && isFirst ? "kernel" : "scan";
  const about = source === "scan" || isFirst ? source : `${source}, absent here`;

  test(`processes that come and go are counted (${about})`, async () => {
    await using bench = new Bench();
    await using sleepers = new Sleepers(bench);
    const processes = new Processes({ ...surroundings(bench), openWatch: sources[source] });
    using _ = processes;
    const configure = (lines: string) => {
      const config = configOf(`vrrp_track_process P {\n${lines}\n}`);
      processes.configure(config.trackProcesses, config.global.vrrp.processMonitorBuffer);
    };
    configure(`process ${sleepers.path} 77\nquorum 2\nquorum_max 2`);
    assert.equal(processes.verdict("P"), "unknown");
    await bench.until("the first look is over", () => processes.verdict("P") !== "unknown");
    assert.equal(processes.verdict("P"), "bad");
    const one = await sleepers.start("77");
    await sleepers.start("78");
    await sleepers.start("77");
    await bench.until("two run", () => processes.verdict("P") === "good");
    await sleepers.end(one);
    await bench.until("one runs", () => processes.verdict("P") === "bad");
    const [status] = processes.status();
    assert.deepEqual(status, {
      kind: "process",
      name: "P",
      count: 1,
      verdict: "bad",
      source: expected,
    });
    configure(`process ${sleepers.path} 77\nquorum 1`);
    assert.equal(processes.verdict("P"), "good");
    assert.equal(bench.changes.length, 4);
    const said = bench.said.filter((line) => line.startsWith("Process P"));
    assert.deepEqual(said, [
      "Process P: quorum lost (0 running)",
      "Process P: quorum gained (2 running)",
      "Process P: quorum lost (1 running)",
      "Process P: quorum gained (1 running)",
    ]);
    configure(`process ${sleepers.path}\nparam_match partial`);
    assert.equal(processes.verdict("P"), "unknown");
    await bench.until("three patterns", () => processes.verdict("P") === "good");
    assert.equal(processes.status()[0]?.count, 2);
  });
}

test("the name that the kernel keeps counts, cut to 15 bytes", async () => {
  await using bench = new Bench();
  await using sleepers = new Sleepers(bench, "sleeper-with-a-long-name");
  const processes = new Processes(surroundings(bench));
  using _ = processes;
  await sleepers.start("77");
  const config = configOf("vrrp_track_process P {\nprocess sleeper-with-a-long-name\n}");
  processes.configure(config.trackProcesses, config.global.vrrp.processMonitorBuffer);
  await bench.until("it is found", () => processes.verdict("P") === "good");
  assert.equal(processes.status()[0]?.count, 1);
});

test("lost events lead to another look at all processes", async () => {
  await using bench = new Bench();
  await using sleepers = new Sleepers(bench);
  let overrun = () => {};
  const processes = new Processes({
    ...surroundings(bench),
    openWatch: (_reactor, _bytes, listener) => {
      overrun = listener.onOverrun;
      return { [Symbol.dispose]: () => {} };
    },
  });
  using _ = processes;
  const config = configOf(`vrrp_track_process P {\nprocess ${sleepers.path} 77\n}`);
  processes.configure(config.trackProcesses, config.global.vrrp.processMonitorBuffer);
  await bench.until("the first look is over", () => processes.verdict("P") === "bad");
  const one = await sleepers.start("77");
  await bench.sleep(50);
  assert.equal(processes.verdict("P"), "bad");
  overrun();
  await bench.until("it is found", () => processes.verdict("P") === "good");
  await sleepers.end(one);
  overrun();
  await bench.until("it is gone", () => processes.verdict("P") === "bad");
});

function surroundings({ reactor, log, onChange }: Bench) {
  return { reactor, log, onChange };
}

/** Processes of a program that only the test has, ended when disposed. */
class Sleepers {
  readonly path: string;
  readonly #children: ChildProcess[] = [];

  constructor(bench: Bench, name = "sleeper") {
    this.path = bench.path(name);
    copyFileSync("/bin/sleep", this.path);
  }

  async start(seconds: string): Promise<ChildProcess> {
    const child = spawn(this.path, [seconds]);
    this.#children.push(child);
    await once(child, "spawn");
    return child;
  }

  async end(child: ChildProcess): Promise<void> {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) await this.end(child);
    }
  }
}
