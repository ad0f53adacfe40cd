import { readdirSync, readFileSync, readlinkSync } from "node:fs";
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

/** All processes in the network namespace of a process, itself included. */
export function processesIn(pid: number): readonly number[] {
  const namespace = namespaceOf(pid);
  if (namespace === undefined) return [];
  return readdirSync("/proc").map(Number).filter((other) =>
    other > 0 && namespaceOf(other) === namespace
  );
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined; // It has ended.
  }
}

/** Ends a process and all its descendants at once, as a power failure would. */
export function crash(pid: number): void {
  const tree = processTree(pid);
  // Stopped first, so that none can react to the end of another.
  for (const signal of ["SIGSTOP", "SIGKILL"] as const) {
    for (const member of tree) kill(member, signal);
  }
}

/** Sends a signal to a process, which may have ended meanwhile. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
