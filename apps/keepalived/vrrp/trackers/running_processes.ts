import { readdirSync, readFileSync } from "node:fs";
import type { RunningProcess } from "@keepalived/tracking";

/** Numbers of all processes of this machine, as far as this process namespace shows them. */
export function processNumbers(): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
}

/**
 * A process as `/proc` has it.
 *
 * @param withCommandLine whether its command line is wanted, which takes longer
 * @returns undefined if it has ended, as a zombie has
 */
export function inspectProcess(pid: number, withCommandLine: boolean): RunningProcess | undefined {
  try {
    // `NUMBER (NAME) STATE …`, where the name can be anything.
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = status.lastIndexOf(")");
    if (/^ [ZXx]/.test(status.slice(end + 1))) return undefined;
    const name = status.slice(status.indexOf("(") + 1, end);
    return { name, commandLine: withCommandLine ? commandLineOf(pid) : [] };
  } catch {
    return undefined; // It ended in the meantime.
  }
}

function commandLineOf(pid: number): readonly string[] {
  const text = readFileSync(`/proc/${pid}/cmdline`, "utf8");
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}
