import { readFileSync } from "node:fs";
import { check, ENOMEM } from "./errno.ts";
import { libc } from "./libc.ts";

const MLOCK_ONFAULT = 1;

/**
 * Keeps what this process has of program code, libraries, the C heap and the stack in memory, from when it is used.
 *
 * Not what JavaScript allocates: both runtimes give pages of it back by means that fail on locked memory, and abort
 * (which is why `mlockall` is out of the question too). Needs CAP_IPC_LOCK.
 *
 * @returns how many bytes are covered; of those, the ones in use are kept
 */
export function lockMemory(): number {
  let covered = 0;
  for (const { start, length } of lockable(readFileSync("/proc/self/maps", "utf8"))) {
    const result = libc().calls.mlock2(start, length, MLOCK_ONFAULT);
    // A map may go while we look.
    if (result === -ENOMEM) continue;
    check(result, "mlock2", "lock memory");
    covered += Number(length);
  }
  return covered;
}

/** Ends {@linkcode lockMemory}. */
export function unlockMemory(): void {
  check(libc().calls.munlockall(), "munlockall", "unlock memory");
}

/** A part of the address space. */
export type MemoryRange = { readonly start: bigint; readonly length: bigint };

/** The ranges of a `/proc/PID/maps` that files are mapped to, the C heap and the stack, without what nobody may touch. */
export function lockable(maps: string): readonly MemoryRange[] {
  return maps.split("\n").flatMap((line) => {
    const fields = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ +(\/.*|\[heap\]|\[stack\])$/.exec(
      line,
    );
    const [, from, to, rights] = fields ?? [];
    if (from === undefined || to === undefined || rights?.startsWith("---")) return [];
    const start = BigInt(`0x${from}`);
    return [{ start, length: BigInt(`0x${to}`) - start }];
  });
}
