import type { GlobalConfig, NetlinkBuffer } from "../model_global.ts";
import { type Entries, flag, onOff, type Said, words } from "./entry.ts";

/** The keywords that set up one of the processes. */
export function processEntries(name: "vrrp" | "checker" | "bfd"): Entries<GlobalConfig> {
  return {
    [`${name}_process_name`]: (it) => words(it.processes[name].name),
    [`${name}_priority`]: (it) => words(it.processes[name].nice),
    [`${name}_no_swap`]: (it) => flag(it.processes[name].noSwap),
    [`${name}_rt_priority`]: (it) => words(it.processes[name].realTimePriority || undefined),
    [`${name}_cpu_affinity`]: (it) => words(...it.processes[name].cpuAffinity),
    [`${name}_rlimit_rttime`]: (it) => words(it.processes[name].rlimitRttimeUs),
  };
}

/** The two keywords of a netlink buffer. */
export function bufferEntries(
  name: string,
  bufferOf: (it: GlobalConfig) => NetlinkBuffer,
): Entries<GlobalConfig> {
  return {
    [name]: (it) => words(bufferOf(it).bytes),
    [`${name}_force`]: (it): readonly Said[] => onOff(bufferOf(it).force),
  };
}
