import { readFileSync } from "node:fs";
import { processTree } from "../../tools/lab/processes.ts";

/** Ticks of the kernel's accounting in a second, on every architecture that we know of. */
const ticksPerSecond = 100;

/** Processor time that a process and its descendants have used so far: seconds. */
export function processorSeconds(pid: number): number {
  const ticks = processTree(pid).map((member) => {
    // After the name, which may hold anything, in parentheses; see proc_pid_stat(5).
    const text = readFileSync(`/proc/${member}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  });
  return ticks.reduce((sum, it) => sum + it, 0) / ticksPerSecond;
}
