import type { Fifo } from "../model_global.ts";
import { type Said, words } from "./entry.ts";

/** `PATH [USER [GROUP]]`. */
export function fifo(one: Fifo | undefined): readonly Said[] {
  return words(one?.path, one?.user, one?.group);
}
