import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import process from "node:process";
import { test } from "node:test";
import { limitsOf, nowUs, setLimits } from "@keepalived/linux";
import { Reactor } from "@keepalived/reactor";
import { Scheduling, type SchedulingConfig } from "./scheduling.ts";

const plain: SchedulingConfig = {
  process: {
    nice: 0,
    noSwap: false,
    realTimePriority: 0,
    cpuAffinity: [],
    rlimitRttimeUs: 10_000,
  },
  global: { maxAutoPriority: 0, minAutoPriorityDelayUs: 1_000_000 },
  lateUs: 20_000,
};

test("Scheduling follows the configuration, there and back", () => {
  const { scheduling, log } = begin();
  using _scheduling = scheduling;
  const before = now();
  const rich = { nice: -3, noSwap: true, realTimePriority: 4, cpuAffinity: [0] };
  const limited = { ...plain.process, ...rich, rlimitRttimeUs: 2_000_000 };
  scheduling.configure({ ...plain, process: limited });
  const { locked, ...rest } = now();
  assert.deepEqual(rest, { nice: -3, priority: 4, cpus: "0" });
  assert.ok(locked > 0);
  assert.deepEqual(limitsOf("realtimeUs"), { soft: 2_000_000, hard: 7_000_000 });
  scheduling.configure(plain);
  assert.deepEqual(now(), before);
  assert.deepEqual(log, []);
});

test("Scheduling says what the system refuses, and does the rest", () => {
  const { scheduling, log } = begin();
  using _scheduling = scheduling;
  const bad = { ...plain.process, cpuAffinity: [900], nice: 2 };
  scheduling.configure({ ...plain, process: bad });
  assert.deepEqual(log, ["Cannot bind to processors: Invalid argument (EINVAL)"]);
  assert.equal(now().nice, 2);
  scheduling.configure(plain);
});

test("late timers are counted, said with their length, and not too often", async () => {
  const { reactor, scheduling, log } = begin();
  using _scheduling = scheduling;
  scheduling.configure(plain);
  await stall(reactor, [30, 40]);
  assert.equal(log.length, 1);
  assert.match(log[0] ?? "", /^Timers came \d+ ms late$/);
  const { late, latestUs } = scheduling.counters;
  assert.ok(late >= 2, `${late}`);
  assert.ok(latestUs >= 40_000, `${latestUs}`);
  assert.equal(now().priority, 0);
});

test("late timers raise the priority step by step, up to the highest that is allowed", async () => {
  const { reactor, scheduling, log } = begin();
  using _scheduling = scheduling;
  const global = { maxAutoPriority: 2, minAutoPriorityDelayUs: 200_000 };
  // A stall as long as these is not to be one for the kernel too.
  const limited = { ...plain.process, rlimitRttimeUs: 2_000_000 };
  const automatic = { process: limited, global, lateUs: 1_000_000 };
  scheduling.configure(automatic);
  await stall(reactor, [250]);
  assert.equal(now().priority, 1);
  await stall(reactor, [250, 250]);
  assert.equal(now().priority, 2);
  assert.deepEqual(log.map((line) => line.replace(/\d+ ms/, "N ms")), [
    "Timers came N ms late: real-time priority is now 1",
    "Timers came N ms late: real-time priority is now 2",
  ]);
  // A reload that changes nothing of it leaves the raised priority.
  scheduling.configure(automatic);
  assert.equal(now().priority, 2);
  scheduling.configure({ ...plain, process: { ...limited, realTimePriority: 5 } });
  assert.equal(now().priority, 5);
  scheduling.configure(plain);
  assert.equal(now().priority, 0);
});

test("a real-time thread that does not pause is warned of, and lives", async () => {
  const { reactor, scheduling, log } = begin();
  using _scheduling = scheduling;
  const { process: ordinary } = plain;
  scheduling.configure({ ...plain, process: { ...ordinary, realTimePriority: 1 }, lateUs: 60e6 });
  await stall(reactor, [900]);
  scheduling.configure(plain);
  // Other tests may have real-time priority in this process, and nothing that hears the warning.
  const { hard } = limitsOf("realtimeUs");
  setLimits("realtimeUs", { soft: hard, hard });
  assert.match(log.join(), /^A real-time thread runs without a pause/);
});

function begin() {
  const reactor = new Reactor();
  const log: string[] = [];
  return { reactor, log, scheduling: new Scheduling(reactor, (_, text) => void log.push(text)) };
}

/** Turns in which a deadline waits while nothing else is done for so long, milliseconds. */
async function stall(reactor: Reactor, lengths: readonly number[]): Promise<void> {
  const rest = [...lengths];
  const next = (): void => {
    const length = rest.shift();
    if (length === undefined) {
      return void reactor.at(reactor.nowUs() + 100_000, () => reactor.stop());
    }
    reactor.at(reactor.nowUs() + 2000, next);
    for (const endUs = nowUs() + length * 1000 + 2000; nowUs() < endUs;);
  };
  reactor.post(next);
  await reactor.run();
}

/** How this process is scheduled at the moment: all threads alike. */
function now() {
  const [stat, ...others] = readdirSync("/proc/self/task").map((thread) => {
    const text = readFileSync(`/proc/self/task/${thread}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return `${fields[19 - 3]} ${fields[40 - 3]}`;
  });
  for (const other of others) assert.equal(other, stat);
  const status = readFileSync("/proc/self/status", "utf8");
  const [nice = NaN, priority = NaN] = (stat ?? "").split(" ").map(Number);
  assert.equal(nice, getPriority(process.pid));
  return {
    nice,
    priority,
    cpus: /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1],
    locked: Number(/^VmLck:\s+(\d+)/m.exec(status)?.[1]),
  };
}
