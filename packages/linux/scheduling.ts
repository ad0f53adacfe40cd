import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { int32 } from "./buffers.ts";
import { check, ESRCH } from "./errno.ts";
import { libc } from "./libc.ts";

const SCHED_OTHER = 0;
const SCHED_RR = 2;
const PRIO_PROCESS = 0;

/** A set of 1024 processors, as the C library has it. */
const CPU_SET_BYTES = 128;

/** How this process was scheduled before it was changed here: so it is for the programs that it starts. */
const original: { nice?: number; affinity?: Uint8Array } = {};

/**
 * Gives every thread of this process real-time priority, before all ordinary processes.
 *
 * All threads: with the main one alone, the runtime's own threads that it waits for still queue behind others. Threads
 * that start later have it from their creator. That rules out SCHED_RESET_ON_FORK, which takes a new thread for a fork;
 * programs start without the priority because `spawnProcess` sees to it. Needs CAP_SYS_NICE.
 *
 * @param priority 1 (lowest) to 99
 */
export function setRealtime(priority: number): void {
  forEachThread(
    "sched_setscheduler",
    "set real-time priority",
    (thread) => libc().calls.sched_setscheduler(thread, SCHED_RR, int32(priority)),
  );
}

/** Ends {@linkcode setRealtime}. */
export function setOrdinary(): void {
  forEachThread(
    "sched_setscheduler",
    "set ordinary priority",
    (thread) => libc().calls.sched_setscheduler(thread, SCHED_OTHER, int32(0)),
  );
}

/**
 * Sets the share of the processor of every thread, and not of programs that are started.
 *
 * @param nice -20 (most) to 19; undefined: as it was when the process started
 */
export function setNice(nice: number | undefined): void {
  original.nice ??= getPriority();
  const value = nice ?? original.nice;
  forEachThread("setpriority", "set nice value", (thread) => setNiceOf(thread, value));
}

/**
 * Binds every thread to some processors, and not programs that are started.
 *
 * @param cpus their numbers; undefined: all that the process had when it started
 * @throws SyscallError EINVAL if there is none of these
 */
export function setAffinity(cpus: readonly number[] | undefined): void {
  original.affinity ??= ownAffinity();
  const mask = cpus === undefined ? original.affinity : maskOf(cpus);
  forEachThread("sched_setaffinity", "bind to processors", (thread) => bind(thread, mask));
}

/** Lets a program run as this process itself was started, as far as we may: without CAP_SYS_NICE it keeps our nice value. */
export function scheduleAsStarted(pid: number): void {
  const { nice, affinity } = original;
  if (nice !== undefined) setNiceOf(pid, nice);
  if (affinity !== undefined) bind(pid, affinity);
}

function setNiceOf(thread: number, nice: number): number {
  return libc().calls.setpriority(PRIO_PROCESS, thread, nice);
}

function bind(thread: number, mask: Uint8Array): number {
  return libc().calls.sched_setaffinity(thread, CPU_SET_BYTES, mask);
}

function ownAffinity(): Uint8Array {
  const mask = new Uint8Array(CPU_SET_BYTES);
  const result = libc().calls.sched_getaffinity(0, CPU_SET_BYTES, mask);
  check(result, "sched_getaffinity", "ask for the processors of this process");
  return mask;
}

function maskOf(cpus: readonly number[]): Uint8Array {
  const mask = new Uint8Array(CPU_SET_BYTES);
  for (const cpu of cpus) {
    const at = cpu >> 3;
    const byte = mask[at];
    if (byte !== undefined) mask[at] = byte | 1 << (cpu & 7);
  }
  return mask;
}

/** Changes all threads, and those that an unchanged one started meanwhile. */
function forEachThread(syscall: string, doing: string, change: (thread: number) => number): void {
  const changed = new Set<string>();
  for (let before = -1; changed.size > before;) {
    before = changed.size;
    for (const name of readdirSync("/proc/self/task")) {
      if (changed.has(name)) continue;
      changed.add(name);
      const result = change(Number(name));
      // A thread may end while we look.
      if (result !== -ESRCH) check(result, syscall, doing);
    }
  }
}
