import { readdirSync } from "node:fs";
import { int32 } from "./buffers.ts";
import { check, ESRCH } from "./errno.ts";
import { libc } from "./libc.ts";

const SCHED_OTHER = 0;
const SCHED_RR = 2;
const SCHED_RESET_ON_FORK = 0x4000_0000;
const PRIO_PROCESS = 0;

/**
 * Gives every thread of this process real-time priority, before all ordinary processes.
 *
 * All threads: with the main one alone, the runtime's own threads that it waits for still queue behind others. Children
 * start without it. Needs CAP_SYS_NICE. Threads that start later have it from their creator, except after a fork.
 *
 * @param priority 1 (lowest) to 99
 */
export function setRealtime(priority: number): void {
  forEachThread(
    "sched_setscheduler",
    "set real-time priority",
    (thread) =>
      libc().calls.sched_setscheduler(thread, SCHED_RR | SCHED_RESET_ON_FORK, int32(priority)),
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

/** Sets the share of the processor of every thread. @param nice -20 (most) to 19 */
export function setNice(nice: number): void {
  forEachThread(
    "setpriority",
    "set nice value",
    (thread) => libc().calls.setpriority(PRIO_PROCESS, thread, nice),
  );
}

function forEachThread(syscall: string, doing: string, change: (thread: number) => number): void {
  for (const name of readdirSync("/proc/self/task")) {
    const result = change(Number(name));
    // A thread may end while we look.
    if (result !== -ESRCH) check(result, syscall, doing);
  }
}
