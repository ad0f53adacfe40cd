import type { Command } from "./model.ts";

/** A statement as data, without places: a keyword or a line of values, its arguments, its braces. */
export type PlainStatement = {
  /** The keyword, never an alias of it; or the first word of a line of values (`10.0.0.1/24`, `VI_1`). */
  readonly name: string;
  /** The words after it, unquoted; times as in the file (`1.5` seconds). A command with its arguments is one. */
  readonly arguments: readonly (string | Command)[];
  /** Present: braces. */
  readonly block?: readonly PlainStatement[];
};
