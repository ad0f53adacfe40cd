import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { lockable, lockMemory, unlockMemory } from "./memory_lock.ts";
import { limitsOf, setLimits } from "./limits.ts";
import { setAffinity, setNice, setOrdinary, setRealtime } from "./scheduling.ts";
import { endOfProcess, spawnProcess } from "./spawn.ts";

const SCHED_RR = 2;

test("setRealtime() reaches every thread, and those that start later", async () => {
  setRealtime(3);
  try {
    assert.deepEqual(new Set(threads().map(({ policy }) => policy)), new Set([SCHED_RR]));
    const before = threads().length;
    const worker = new Worker("setInterval(() => {}, 1000)", { eval: true });
    await once(worker, "online");
    assert.ok(threads().length > before);
    assert.deepEqual(new Set(threads().map(({ policy }) => policy)), new Set([SCHED_RR]));
    await worker.terminate();
  } finally {
    setOrdinary();
  }
  assert.deepEqual(new Set(threads().map(({ policy }) => policy)), new Set([0]));
});

test("setRealtime() refuses a priority out of range", () => {
  assert.throws(() => setRealtime(100), { code: "EINVAL", syscall: "sched_setscheduler" });
});

test("setNice() reaches every thread", () => {
  setNice(5);
  try {
    assert.deepEqual(new Set(threads().map(({ nice }) => nice)), new Set([5]));
  } finally {
    setNice(undefined);
  }
  assert.deepEqual(new Set(threads().map(({ nice }) => nice)), new Set([getPriority()]));
});

test("setAffinity() reaches every thread, and is refused for processors that are not there", () => {
  const all = affinities();
  setAffinity([0]);
  try {
    assert.deepEqual(affinities(), ["0"]);
  } finally {
    setAffinity(undefined);
  }
  assert.deepEqual(affinities(), all);
  assert.throws(() => setAffinity([1000]), { code: "EINVAL" });
  assert.throws(() => setAffinity([5000]), { code: "EINVAL" });
});

test("a program is scheduled as this process was started, whatever it is now", async () => {
  const before = [getPriority(), affinities()[0]];
  setRealtime(3);
  setNice(-5);
  setAffinity([0]);
  try {
    const { pid, ended } = spawnProcess(["sleep", "0.05"], { PATH: "/usr/bin:/bin" });
    const { nice, policy } = scheduling(readFileSync(`/proc/${pid}/stat`, "utf8"));
    assert.deepEqual([nice, affinityOf(readFileSync(`/proc/${pid}/status`, "utf8"))], before);
    assert.equal(policy, 0);
    ended[Symbol.dispose]();
    while (endOfProcess(pid) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  } finally {
    setAffinity(undefined);
    setNice(undefined);
    setOrdinary();
  }
});

test("lockMemory() keeps code and libraries in memory, through garbage collections", () => {
  assert.equal(lockedKilobytes(), 0);
  const covered = lockMemory();
  try {
    const locked = lockedKilobytes();
    assert.ok(covered > 10e6 && locked * 1024 <= covered, `${covered}, ${locked} kB`);
    assert.ok(locked > 1000);
    const residentBefore = process.memoryUsage().rss;
    let kept: unknown[] = [];
    for (let i = 0; i < 300_000; i++) {
      kept.push({ i });
      if (kept.length > 50_000) kept = [];
    }
    assert.ok(process.memoryUsage().rss - residentBefore < 100e6);
  } finally {
    unlockMemory();
  }
  assert.equal(lockedKilobytes(), 0);
});

test("lockable() takes files, heap and stack, and leaves out what is anonymous, special or closed", () => {
  const maps = `
55d0c0a00000-55d0c0a02000 r--p 00000000 fe:00 123                        /usr/bin/a program
55d0c0a02000-55d0c0a03000 ---p 00002000 fe:00 123                        /usr/bin/a program
55d0c1a00000-55d0c1a21000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000100000 rw-p 00000000 00:00 0 
7f0000100000-7f0000200000 rw-p 00000000 00:00 0                          [anon:v8]
7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]
7ffc00030000-7ffc00034000 r--p 00000000 00:00 0                          [vvar]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;
  assert.deepEqual(lockable(maps), [
    { start: 0x55d0c0a00000n, length: 0x2000n },
    { start: 0x55d0c1a00000n, length: 0x21000n },
    { start: 0x7ffc00000000n, length: 0x21000n },
  ]);
});

test("setLimits() and limitsOf() agree with the system", () => {
  const before = limitsOf("core");
  setLimits("core", { soft: 4096, hard: before.hard });
  assert.deepEqual(limitsOf("core"), { soft: 4096, hard: before.hard });
  assert.match(readFileSync("/proc/self/limits", "utf8"), /Max core file size +4096 /);
  setLimits("core", before);
  assert.deepEqual(limitsOf("core"), before);
  const { hard } = limitsOf("realtimeUs");
  const told = /Max realtime timeout +\S+ +(\S+)/.exec(readFileSync("/proc/self/limits", "utf8"));
  assert.equal(told?.[1], hard === Infinity ? "unlimited" : String(hard));
});

function lockedKilobytes(): number {
  return Number(/^VmLck:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}

type Scheduling = { readonly nice: number; readonly policy: number };

function threads(): readonly Scheduling[] {
  return ofThreads("stat").map(scheduling);
}

/** A file of each thread; one that the runtime ends between the listing and the reading has none. */
function ofThreads(file: string): readonly string[] {
  return readdirSync("/proc/self/task").flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/${file}`, "utf8");
    } catch (error) {
      if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
      throw error;
    }
  });
}

/** Fields 19 and 41 of `proc_pid_stat(5)`; the second may contain spaces. */
function scheduling(stat: string): Scheduling {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { nice: Number(fields[19 - 3]), policy: Number(fields[41 - 3]) };
}

/** The processors of all threads, each set once. */
function affinities(): readonly string[] {
  return [...new Set(ofThreads("status").map(affinityOf))];
}

function affinityOf(status: string): string {
  return /^Cpus_allowed_list:\s+(\S+)/m.exec(status)?.[1] ?? "";
}
