import { readFileSync } from "node:fs";

/** Ticks of `/proc` a second, on every machine that Linux runs on today. */
const ticksPerS = 100;

/** Processor time in seconds, of a process and of the children that it has waited for. */
export type CpuUsage = Readonly<Record<"user" | "system" | "childUser" | "childSystem", number>>;

export function cpuUsage(): CpuUsage {
  const stat = readFileSync("/proc/self/stat", "utf8");
  // The name in parentheses may hold anything: the fields count from behind it, the first being the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const seconds = (field: number) => Number(fields[field - 3]) / ticksPerS;
  return {
    user: seconds(14),
    system: seconds(15),
    childUser: seconds(16),
    childSystem: seconds(17),
  };
}
