/** Real processes under a watchdog whose time is not real. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import type { ConfigurationMessage } from "../control.ts";
import { type Patience, SupervisedChild } from "./supervised_child.ts";
import { Clock } from "./testing/clock.ts";

const second = 1_000_000;

const opened: Nursery[] = [];
after(() => {
  for (const nursery of opened) nursery.kill();
});

/** A child made of a shell script, and what is said of it. */
class Nursery {
  readonly clock = new Clock();
  readonly said: string[] = [];
  readonly child: SupervisedChild;
  gaveUp: number | undefined;
  ready = 0;
  crashes = 0;
  readonly deliveries: number[] = [];

  /** What the child is told from now on. */
  configuration: { readonly config: unknown; readonly [key: string]: unknown } = { config: "one" };

  constructor(
    script: string,
    patience: Partial<Patience> = {},
    { command = "sh", needsCaretaker = false } = {},
  ) {
    this.child = new SupervisedChild({
      title: "Test",
      program: { command, args: ["-c", script], env: process.env },
      needsCaretaker,
      scheduler: this.clock,
      log: (_, text) => void this.said.push(text),
      patience: { graceUs: 5 * second, ...patience },
      configuration: () =>
        ({ kind: "configuration", ...this.configuration }) as unknown as ConfigurationMessage,
      onGiveUp: (status) => this.gaveUp = status,
      onCrash: () => this.crashes++,
      onReady: () => this.ready++,
      onDelivery: ({ atMs }) => void this.deliveries.push(atMs),
    });
    opened.push(this);
    this.child.start();
  }

  get pid(): number {
    const started = this.said.findLast((line) => line.startsWith("Starting "));
    return Number(started?.split("pid=")[1]);
  }

  count(pattern: RegExp): number {
    return this.said.filter((line) => pattern.test(line)).length;
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    for (const limit = performance.now() + 10_000; !condition();) {
      if (performance.now() > limit) assert.fail(`${what}: not in time\n${this.said.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Kills the one that runs, and waits until that is noticed. */
  async crash(): Promise<void> {
    const before = this.count(/exited/);
    process.kill(this.pid, "SIGKILL");
    await this.until("its end", () => this.count(/exited/) > before);
  }

  /** For good. */
  kill(): void {
    this.child.configure({ graceUs: 0, restartsAtMost: 0 });
    try {
      process.kill(this.pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

const alive = `echo '{"kind":"alive"}'`;
const configured = `echo '{"kind":"configured"}'`;

test("it gets its configuration, and tells when it runs it", async () => {
  const it = new Nursery(`read line; case $line in *configuration*) ${configured};; esac; read x`);
  await it.until("ready", () => it.ready === 1);
  assert.deepEqual(it.said, [`Starting Test child process, pid=${it.pid}`]);
});

test("a successor is told since when nobody did the work", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-child-"));
  try {
    const file = join(folder, "told");
    // The third one ends before it does any work.
    const it = new Nursery(
      `read line; echo "$line" >>${file}; n=$(wc -l <${file}); [ $n = 3 ] && exit 3; ${alive}; ${configured}; read x`,
    );
    const told = () =>
      readFileSync(file, "utf8").trimEnd().split("\n")
        .map((line) => (JSON.parse(line) as ConfigurationMessage).goneSinceUs);
    const works = async (count: number) => {
      await it.until("ready", () => it.ready === count);
      await new Promise((resolve) => setTimeout(resolve, 50)); // Its heartbeat arrives.
    };
    await works(1);
    it.clock.advance(1); // At 1 s it works still.
    await it.crash();
    await works(2);
    it.clock.advance(4); // At 1 s it was heard last: at 5 s it is killed, and has not worked since.
    await it.crash();
    await it.until("a delay", () => it.count(/delayed 1 seconds/) === 1);
    it.clock.advance(1);
    await it.until("a longer delay", () => it.count(/delayed 2 seconds/) === 1);
    it.clock.advance(2);
    await works(3);
    assert.deepEqual(told(), [undefined, 1_000_000, 1_000_000, 1_000_000]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what it wants delivered is taken, also what it says at its end", async () => {
  const deliver = `deliver() { echo '{"kind":"delivery","delivery":{"atMs":'$1'}}'; }`;
  const it = new Nursery(`${deliver}; trap 'deliver 2; exit 0' TERM; deliver 1; read x; read x`);
  await it.until("the first", () => it.deliveries.length === 1);
  await it.child.stop();
  assert.deepEqual(it.deliveries, [1, 2]);
});

test("one that was killed is there again at once, the next time after 1, 2 and 4 seconds", async () => {
  const it = new Nursery("read x; read x");
  const first = it.pid;
  await it.crash();
  assert.deepEqual(it.said.slice(1), [
    `pid ${first} exited due to signal 9 (SIGKILL)`,
    `Test child process(${first}) died: Respawning`,
    `Starting Test child process, pid=${it.pid}`,
  ]);
  assert.equal(it.crashes, 1);
  for (const [i, delay] of [1, 2, 4].entries()) {
    await it.crash();
    assert.equal(
      it.said.at(-1),
      `Restart of Test process delayed ${delay} seconds to limit respawn rate`,
    );
    it.clock.advance(delay - 0.001);
    assert.equal(it.count(/Starting/), i + 2);
    it.clock.advance(0.001);
    assert.equal(it.count(/Starting/), i + 3);
  }
});

for (
  const [what, script] of [
    ["is stopped", `${alive}; kill -STOP $$`],
    ["loops for ever", `${alive}; while :; do :; done`],
    ["waits for ever, and ignores to be told to end", `trap '' TERM; ${alive}; exec sleep 100`],
  ] as const
) {
  test(`one that ${what} is killed after five seconds and replaced`, async () => {
    const it = new Nursery(`read line; ${configured}; ${script}`);
    const first = it.pid;
    await it.until("ready", () => it.ready === 1);
    await new Promise((resolve) => setTimeout(resolve, 50)); // Its one heartbeat arrives.
    it.clock.advance(4);
    assert.equal(it.said.length, 1);
    it.clock.advance(1);
    await it.until("another one", () => it.pid !== first);
    assert.deepEqual(it.said.slice(1), [
      `Test child process(${first}) gave no sign of life for 5 s: killing it`,
      `pid ${first} exited due to signal 9 (SIGKILL)`,
      `Test child process(${first}) died: Respawning`,
      `Starting Test child process, pid=${it.pid}`,
    ]);
    assert.equal(it.child.isStuck(), false);
  });
}

test("one that never gives a sign of life has a minute to start", async () => {
  const it = new Nursery("exec sleep 100");
  it.clock.advance(59);
  assert.equal(it.said.length, 1);
  it.clock.advance(1);
  await it.until("another one", () => it.count(/Starting/) === 2);
});

test("one that gives signs of life stays", async () => {
  const it = new Nursery(`${configured}; while read line; do ${alive}; ${configured}; done`);
  await it.until("ready", () => it.ready >= 1);
  for (let i = 0; i < 10; i++) {
    const before = it.ready;
    it.child.configure({ graceUs: second }); // A line for it to answer.
    await it.until("answer", () => it.ready > before);
    it.clock.advance(4);
  }
  assert.equal(it.said.length, 1);
});

test("it is told only what changes, and a successor everything", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-child-"));
  try {
    const file = join(folder, "told");
    const it = new Nursery(
      `while read line; do echo "$line" >>${file}; ${alive}; ${configured}; done`,
    );
    const configure = async (config: object) => {
      const before = it.ready;
      it.configuration = { config, sessions: [] };
      it.child.configure({ graceUs: second });
      await it.until("ready", () => it.ready > before);
    };
    await it.until("ready", () => it.ready === 1);
    await configure({ name: "a", weights: [1, 2] });
    await configure({ name: "a", weights: [1, 3] });
    await configure({ name: "a", weights: [1, 3] });
    await it.crash();
    await it.until("ready", () => it.ready === 5);
    const told = readFileSync(file, "utf8").trimEnd().split("\n")
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    const common = { kind: "reconfiguration", sessions: [] };
    assert.deepEqual(told.slice(0, 4), [
      { kind: "configuration", config: "one" },
      { ...common, change: { to: { name: "a", weights: [1, 2] } } },
      { ...common, change: { parts: [["weights", { parts: [[1, { to: 3 }]] }]] } },
      common,
    ]);
    assert.deepEqual(told[4]?.["config"], { name: "a", weights: [1, 3] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const status of [1, 2, 4]) {
  test(`exit status ${status} is permanent`, async () => {
    const it = new Nursery(`exit ${status}`);
    await it.until("its end", () => it.gaveUp !== undefined);
    assert.equal(it.gaveUp, status);
    assert.match(it.said[1] ?? "", /^pid \d+ exited with permanent error .*\. Terminating$/);
    it.clock.advance(100);
    assert.equal(it.count(/Starting/), 1);
  });
}

for (const status of [0, 3, 6, 70, 255]) {
  test(`exit status ${status} is not`, async () => {
    const it = new Nursery(`exit ${status}`);
    await it.until("two ends", () => it.count(new RegExp(`exited with status ${status}$`)) === 2);
    assert.equal(it.gaveUp, undefined);
  });
}

test("with no restarts at all the first end is the last", async () => {
  const it = new Nursery("read x; read x", { restartsAtMost: 0 });
  const first = it.pid;
  await it.crash();
  assert.equal(it.gaveUp, 1);
  assert.equal(it.said.at(-1), `Test child process(${first}) died: Exiting`);
});

test("a program that cannot be started is tried again, with delays", async () => {
  const it = new Nursery("", {}, { command: "/no/such/program" });
  await it.until("two attempts", () => it.count(/^Cannot start the Test process: /) === 2);
  assert.match(it.said.at(-1) ?? "", /delayed 1 seconds/);
});

test("stop() waits for the end", async () => {
  const it = new Nursery(`trap 'exit 0' TERM; ${configured}; while :; do sleep 0.01; done`);
  await it.until("ready", () => it.ready === 1);
  await it.child.stop();
  assert.throws(() => process.kill(it.pid, 0), { code: "ESRCH" });
  assert.equal(it.said.length, 1);
  await it.child.stop(); // Nothing to wait for.
});

test("stop() kills what does not end in time", async () => {
  const it = new Nursery(`trap '' TERM; ${configured}; exec sleep 100`);
  await it.until("ready", () => it.ready === 1);
  const stopped = it.child.stop();
  it.clock.advance(4.9);
  assert.equal(it.said.length, 1);
  it.clock.advance(0.1);
  await stopped;
  assert.deepEqual(it.said.slice(1), [
    `Test child process(${it.pid}) did not stop in time: killing it`,
  ]);
});

test("stop() ends the wait for a restart", async () => {
  const it = new Nursery("exit 3");
  await it.until("a delay", () => it.count(/delayed/) === 1);
  await it.child.stop();
  it.clock.advance(100);
  assert.equal(it.count(/Starting/), 2);
});

test("what one leaves that was killed is looked after while its restart waits, and cleared at the end", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-test-"));
  const file = join(folder, "caretakers");
  const linesOf = () => existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const caretaker = `echo "begins $$" >>${file}; cat >/dev/null; echo cleared >>${file}`;
  const script =
    `read line; case $line in *isCaretaker*) ${caretaker};; *) ${configured}; read x;; esac`;
  const it = new Nursery(script, {}, { needsCaretaker: true });
  for (const [i, delay] of [0, 1, 2, 4].entries()) {
    await it.until("it runs", () => it.ready === i + 1);
    const count = linesOf().length;
    await it.crash();
    if (delay > 1) await it.until("a caretaker", () => linesOf().length === count + 1);
    if (delay < 4) it.clock.advance(delay);
  }
  // The first one was dismissed by the successor; the other one is there at the end.
  assert.match(linesOf().join(), /^begins \d+,begins \d+$/);
  const [first] = linesOf().map((line) => Number(line.split(" ")[1]));
  await it.until("the first one is gone", () => !existsSync(`/proc/${first}`));
  await it.child.stop();
  assert.equal(linesOf().at(-1), "cleared");
  rmSync(folder, { recursive: true });
});

test("a successor is told what ran before if it is another configuration", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keepalived-test-"));
  const file = join(folder, "told");
  const linesOf = () => existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  const it = new Nursery(`read line; echo "$line" >>${file}; ${configured}; read x; read x`);
  await it.until("it runs", () => it.ready === 1);
  it.configuration = { config: "two" };
  it.child.configure({ graceUs: second });
  await it.crash();
  await it.until("its successor runs", () => it.ready === 2);
  const { config, former } = JSON.parse(linesOf()[1] ?? "");
  assert.deepEqual([config, former], ["two", "one"]);
  await it.crash();
  it.clock.advance(1);
  await it.until("the next one runs", () => it.ready === 3);
  assert.equal("former" in JSON.parse(linesOf()[2] ?? ""), false);
  rmSync(folder, { recursive: true });
});
