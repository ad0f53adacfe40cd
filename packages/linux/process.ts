import { writeFileSync } from "node:fs";
import { check, ESRCH } from "./errno.ts";
import { libc } from "./libc.ts";

export const SIGHUP = 1;
export const SIGINT = 2;
export const SIGKILL = 9;
export const SIGUSR1 = 10;
export const SIGUSR2 = 12;
export const SIGTERM = 15;

const PR_SET_PDEATHSIG = 1;
const PR_SET_CHILD_SUBREAPER = 36;

/**
 * Has the kernel end this process when its parent ends.
 *
 * @param parent process id of the parent as it was when it started us: it may have ended before this call
 * @param signal what to send us
 * @returns false if the parent has already gone, and no signal will come
 */
export function dieWithParent(parent: number, signal: number = SIGTERM): boolean {
  const result = libc().calls.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0);
  check(result, "prctl", "follow the end of the parent process");
  return libc().calls.getppid() === parent;
}

/** From now on processes whose parents have gone become children of this process, if they descend from it. */
export function adoptOrphans(): void {
  const result = libc().calls.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  check(result, "prctl", "become the parent of orphans");
}

/** Sets the name that `ps` and `top` show, up to 15 bytes. */
export function setProcessName(name: string): void {
  writeFileSync("/proc/self/comm", name);
}

/** The numeric id of the user that counts for permissions. */
export function effectiveUserId(): number {
  return libc().calls.geteuid() >>> 0;
}

/** Permission bits that new files never get. @returns the mask before */
export function setUmask(mask: number): number {
  return libc().calls.umask(mask);
}

/** Sends a signal; 0 sends nothing but asks. @returns false if there is no such process */
export function sendSignal(pid: number, signal: number): boolean {
  const result = libc().calls.kill(pid, signal);
  if (result === -ESRCH) return false;
  check(result, "kill", `send signal ${signal} to process ${pid}`);
  return true;
}
