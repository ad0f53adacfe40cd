import type { Span } from "./diagnostic.ts";
import type { Word } from "./lex.ts";

/** A keyword with its arguments and perhaps a block, or one line of a block of values. */
export type Entry = {
  readonly words: readonly [Word, ...Word[]];
  /** The line it stands in: what `offset` of its words counts in. */
  readonly text: string;
  readonly block: Block | undefined;
};

export type Block = {
  readonly open: Span;
  /** Undefined if its closing brace is missing. */
  readonly close: Span | undefined;
  readonly entries: readonly Entry[];
};

/**
 * Whether a keyword may stand in the block that a path of keywords leads to.
 *
 * The only knowledge of the language that the parser can be given. It is asked only if the braces of the file do not
 * balance, to find out which of them is missing or too many.
 */
export type Grammar = (path: readonly string[], keyword: string) => boolean;
