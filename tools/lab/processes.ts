import { readFileSync } from "node:fs";
import process from "node:process";

/** A process and everything that descends from it, children before their parents. */
export function processTree(pid: number): readonly number[] {
  let children: string;
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  } catch {
    return []; // It has ended.
  }
  return [
    ...children.split(" ").filter(Boolean).flatMap((child) => processTree(Number(child))),
    pid,
  ];
}

/** Ends a process and all its descendants at once, as a power failure would. */
export function crash(pid: number): void {
  const tree = processTree(pid);
  // Stopped first, so that none can react to the end of another.
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) {
    for (const member of tree) kill(member, signal);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
