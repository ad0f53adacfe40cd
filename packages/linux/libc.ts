import type { Calls, Libc } from "./calls.ts";
import { openDeno } from "./backends/deno.ts";
import { openKoffi } from "./backends/koffi.ts";
import { openNodeFfi } from "./backends/node_ffi.ts";

export type { Calls, Libc };

/**
 * Opens every backend that this runtime has, the preferred one first.
 *
 * @returns functions that open one each; they give undefined where the runtime lacks what they need
 */
export function backends(): readonly (() => Libc | undefined)[] {
  return "Deno" in globalThis ? [openDeno] : [openNodeFfi, openKoffi];
}

let opened: Libc | undefined;

/**
 * Puts something else in the place of the C library: a kernel in memory, for simulations.
 *
 * @throws TypeError after the first call
 */
export function standIn(other: Libc): void {
  if (opened !== undefined) throw new TypeError("The C library is in use already");
  opened = other;
}

/** The C library of this process, opened by the first call. @throws Error if the runtime has no way to call it */
export function libc(): Libc {
  if (opened !== undefined) return opened;
  for (const open of backends()) {
    opened = open();
    if (opened !== undefined) return opened;
  }
  throw new Error(
    "Cannot call the C library: needs Deno, Node 26 or later (node:ffi), or the npm package koffi",
  );
}
