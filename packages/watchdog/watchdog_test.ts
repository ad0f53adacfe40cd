import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchdogConfig } from "./config.ts";
import type { WatchdogEvent } from "./event.ts";
import { Bench, crashed, defaults, exited, kick, start, stop } from "./fixture.ts";
import type { WatchdogState } from "./state.ts";
import { isStuck, watchdog } from "./watchdog.ts";

const timeout = { kind: "timeout" } as const;

/** Ways into each state, all at second 100; its deadline, if it has one, has not come. */
const ways: Readonly<Record<WatchdogState["kind"], (bench: Bench) => void>> = {
  off: () => {},
  running: (bench) => {
    bench.tell(90, start);
    bench.tell(99.5, kick);
  },
  killed: (bench) => {
    bench.tell(90, start);
    bench.tell(90, kick);
    bench.at(100);
  },
  waiting: (bench) => {
    bench.tell(98, start);
    bench.tell(99, crashed);
    bench.tell(99.5, crashed);
  },
  stopping: (bench) => {
    bench.tell(90, start);
    bench.tell(99, stop);
  },
};

/** For each state and event: the next state and the actions. */
const cells: readonly (readonly [
  WatchdogState["kind"],
  WatchdogEvent | typeof timeout,
  WatchdogState["kind"],
  ...readonly string[],
])[] = [
  ["off", start, "running", "start"],
  ["off", kick, "off"],
  ["off", crashed, "off"],
  ["off", stop, "off"],
  ["off", timeout, "off"],
  ["running", start, "running"],
  ["running", kick, "running"],
  ["running", { kind: "starved" }, "running"],
  ["running", crashed, "running", "restart 0", "start"],
  ["running", exited(0), "running", "restart 0", "start"],
  ["running", exited(1), "off", "give-up permanent"],
  ["running", exited(2), "off", "give-up permanent"],
  ["running", exited(4), "off", "give-up permanent"],
  ["running", exited(70), "running", "restart 0", "start"],
  ["running", stop, "stopping", "terminate"],
  ["killed", start, "killed"],
  ["killed", kick, "killed"],
  ["killed", { kind: "starved" }, "killed"],
  ["killed", crashed, "running", "restart 0", "start"],
  ["killed", exited(1), "off", "give-up permanent"],
  ["killed", stop, "stopping"],
  ["killed", timeout, "killed"],
  ["waiting", start, "running", "start"],
  ["waiting", kick, "waiting"],
  ["waiting", crashed, "waiting"],
  ["waiting", stop, "off", "stopped"],
  ["waiting", timeout, "waiting"],
  ["stopping", start, "stopping"],
  ["stopping", kick, "stopping"],
  ["stopping", crashed, "off", "stopped"],
  ["stopping", exited(1), "off", "stopped"],
  ["stopping", stop, "stopping"],
  ["stopping", timeout, "stopping"],
];

for (const [from, event, to, ...actions] of cells) {
  const told = event.kind === "ended" && event.end.kind === "exited"
    ? `exit status ${event.end.status}`
    : event.kind;
  test(`${from}: ${told} gives ${[to, ...actions].join(", ")}`, () => {
    const bench = new Bench(watchdog);
    ways[from](bench);
    const before = bench.state;
    assert.equal(before.kind, from);
    assert.deepEqual(bench.tell(100, event), actions);
    assert.equal(bench.state.kind, to);
    if (from === to && actions.length === 0 && event !== kick) assert.equal(bench.state, before);
  });
}

/** Heartbeats at these seconds after a start at 0, and what becomes of it, the threshold being 3 seconds. */
const lives: readonly (readonly [string, readonly number[], number, readonly string[]])[] = [
  ["one that never gives any", [], 20, ["10 kill hung 10"]],
  ["one that falls silent", [0.5, 1.5, 2.5], 20, ["5 kill hung 3"]],
  ["one that takes its time to start", [9.5, 10.5, 11.5], 13, []],
  ["one that hangs for less than the threshold", [0.5, 2.9, 4.8, 6.7], 8.5, []],
];

for (const [what, beats, toS, expected] of lives) {
  test(`${what}: ${expected.join() || "nothing happens"}`, () => {
    const bench = new Bench(watchdog);
    bench.tell(0, start);
    const done = beats.flatMap((atS) => bench.at(atS, kick));
    assert.deepEqual([...done, ...bench.at(toS)], expected);
  });
}

test("a second in which it was not let run does not count", () => {
  const bench = new Bench(watchdog);
  bench.tell(0, start);
  bench.tell(0.5, kick);
  const starved = [1.4, 2.4, 3.4, 4.4].flatMap((atS) => bench.at(atS, { kind: "starved" }));
  assert.deepEqual([...starved, ...bench.at(20)], ["7 kill hung 3"]);
});

test("a watchdog that was late itself by an interval does not count that one", () => {
  const bench = new Bench(watchdog, { threshold: 2 });
  bench.tell(0, start);
  bench.tell(0, kick);
  assert.deepEqual(bench.tell(1.9, timeout), []); // missed: 1
  assert.deepEqual(bench.tell(3.9, timeout), []); // late by a whole interval
  assert.deepEqual(bench.tell(4.9, timeout), ["kill hung 2"]);
});

/** Seconds that each life takes, and the delays before the next. */
const rows: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ["those that end at once", Array(10).fill(0), [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]],
  ["one that has lived for a minute begins anew", [0, 0, 0, 60, 0, 0], [0, 1, 2, 0, 1, 2]],
  ["one that has lived for less does not", [0, 0, 0, 59.9, 0], [0, 1, 2, 4, 8]],
];

for (const [what, lengthsS, delays] of rows) {
  test(`${what}: delays of ${delays.join(", ")} s`, () => {
    const bench = new Bench(watchdog, { threshold: 1000, startThreshold: 1000 });
    let nowS = 100;
    bench.tell(nowS, start);
    for (const [i, lengthS] of lengthsS.entries()) {
      nowS += lengthS;
      const delayS = delays[i] ?? NaN;
      const now = delayS === 0 ? ["start"] : [];
      assert.deepEqual(bench.tell(nowS, crashed), [`restart ${delayS}`, ...now]);
      nowS += delayS;
      if (delayS > 0) assert.deepEqual(bench.at(nowS), [`${nowS} start`]);
    }
  });
}

/** `restartsAtMost`, and how many ends in a row are survived. */
for (const [atMost, survived] of [[0, 0], [1, 1], [3, 3], [undefined, 20]] as const) {
  test(`restartsAtMost ${atMost}: ${survived} ends are survived`, () => {
    const limit: Partial<WatchdogConfig> = atMost === undefined ? {} : { restartsAtMost: atMost };
    const bench = new Bench(watchdog, limit);
    bench.tell(0, start);
    for (let i = 0; i < survived; i++) {
      assert.match(bench.tell(i, crashed)[0] ?? "", /^restart/);
      bench.tell(i, start);
    }
    if (atMost !== undefined) assert.deepEqual(bench.tell(30, crashed), ["give-up restarts"]);
  });
}

test("with restartsAtMost 0 a process that has lived long is not restarted either", () => {
  const bench = new Bench(watchdog, { restartsAtMost: 0 });
  bench.tell(0, start);
  assert.deepEqual(bench.tell(10_000, exited(0)), ["give-up restarts"]);
});

test("a process that cannot be started counts as one that ended", () => {
  const bench = new Bench(watchdog);
  bench.tell(0, start);
  const end = { kind: "not-started", reason: "no such file" } as const;
  assert.deepEqual(bench.tell(0, { kind: "ended", end }), ["restart 0", "start"]);
  assert.deepEqual(bench.tell(0, { kind: "ended", end }), ["restart 1"]);
});

test("one that does not end when asked to is killed once, and then waited for", () => {
  const bench = new Bench(watchdog);
  bench.tell(0, start);
  assert.deepEqual(bench.tell(2, stop), ["terminate"]);
  assert.deepEqual(bench.at(100), ["7 kill not-ended 5"]);
  assert.deepEqual(bench.tell(101, crashed), ["stopped"]);
});

test("one that hangs and is not wanted any more is not killed twice", () => {
  const bench = new Bench(watchdog);
  bench.tell(0, start);
  assert.deepEqual(bench.at(10), ["10 kill hung 10"]);
  assert.deepEqual(bench.tell(11, stop), []);
  assert.deepEqual(bench.at(100), []);
  assert.deepEqual(bench.tell(101, crashed), ["stopped"]);
});

test("isStuck() tells of a killed process that does not go within the threshold", () => {
  const bench = new Bench(watchdog);
  bench.tell(0, start);
  assert.equal(isStuck(defaults, bench.state, 9_999_999), false);
  bench.at(10);
  assert.equal(isStuck(defaults, bench.state, 12_999_999), false);
  assert.equal(isStuck(defaults, bench.state, 13_000_000), true);
  bench.tell(14, crashed);
  assert.equal(isStuck(defaults, bench.state, 99_000_000), false);
});

test("a configuration with shorter times counts from now on, one with longer times later", () => {
  const running = new Bench(watchdog, { intervalUs: 10_000_000 });
  running.tell(0, start);
  running.configure(1, { intervalUs: 1_000_000, startThreshold: 1 });
  assert.deepEqual(running.at(2), ["2 kill hung 1"]);

  const waiting = new Bench(watchdog, { firstDelayUs: 40_000_000 });
  waiting.tell(0, start);
  waiting.tell(0, crashed);
  waiting.tell(0, crashed);
  waiting.configure(1, { longestDelayUs: 3_000_000 });
  assert.deepEqual(waiting.at(4), ["4 start"]);

  const stopping = new Bench(watchdog);
  stopping.tell(0, start);
  stopping.tell(0, stop);
  stopping.configure(1, { graceUs: 1_000_000 });
  assert.deepEqual(stopping.at(2), ["2 kill not-ended 2"]);
  const { state } = stopping;
  stopping.configure(3, { graceUs: 1_000_000 });
  assert.equal(stopping.state, state);
});
