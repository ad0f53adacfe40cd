import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { processTree } from "../../tools/lab/processes.ts";

/** Memory of one process, in bytes. */
export type ProcessMemory = {
  /** What is resident, shared or not. */
  readonly rss: number;
  /** The same, with each shared page divided by how many processes of the machine share it. */
  readonly pss: number;
  /** What no other process has. */
  readonly private: number;
};

/** Memory of a daemon, in bytes. */
export type DaemonMemory = {
  /** The process that was started, then its children. */
  readonly processes: readonly ProcessMemory[];
  /**
   * Of all of them, each page counted once: what the sum of the proportional sizes would be if no other process of the
   * machine ran the same program. This program itself does.
   */
  readonly together: number;
};

/** Reads the memory of a process and its descendants. Needs root. */
export function memoryOf(pid: number): DaemonMemory {
  const pids = processTree(pid).toReversed();
  const frames = new Set<bigint>();
  for (const member of pids) addFrames(member, frames);
  return {
    processes: pids.map((member) =>
      parseRollup(readFileSync(`/proc/${member}/smaps_rollup`, "utf8"))
    ),
    together: frames.size * PAGE_BYTES,
  };
}

const PAGE_BYTES = 4096;
const ENTRY_BYTES = 8;
const PRESENT = 1n << 63n;
const FRAME_NUMBER = (1n << 55n) - 1n;

/** The text of `smaps_rollup`, see proc_pid_smaps(5). */
export function parseRollup(text: string): ProcessMemory {
  const field = (name: string) =>
    Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(text)?.[1] ?? NaN) * 1024;
  return {
    rss: field("Rss"),
    pss: field("Pss"),
    private: field("Private_Clean") + field("Private_Dirty"),
  };
}

/** An area of a process that has pages in memory. */
export type Area = { readonly start: number; readonly end: number };

/** The text of `smaps`. Areas without a page are left out: a JavaScript engine reserves some of terabytes. */
export function parseAreas(text: string): readonly Area[] {
  const areas: Area[] = [];
  let area: Area | undefined;
  for (const line of text.split("\n")) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line);
    if (range !== null) {
      area = { start: parseInt(range[1] ?? "", 16), end: parseInt(range[2] ?? "", 16) };
    } else if (area !== undefined && /^Rss: +[1-9]/.test(line)) areas.push(area);
  }
  return areas;
}

/** Adds the numbers of all page frames of a process, see proc_pid_pagemap(5). */
function addFrames(pid: number, frames: Set<bigint>): void {
  const areas = parseAreas(readFileSync(`/proc/${pid}/smaps`, "utf8"));
  const pagemap = openSync(`/proc/${pid}/pagemap`, "r");
  try {
    for (const { start, end } of areas) {
      const entries = new BigUint64Array((end - start) / PAGE_BYTES);
      readSync(pagemap, entries, 0, entries.byteLength, (start / PAGE_BYTES) * ENTRY_BYTES);
      for (const entry of entries) {
        if ((entry & PRESENT) !== 0n) frames.add(entry & FRAME_NUMBER);
      }
    }
  } finally {
    closeSync(pagemap);
  }
}
