import type { Diagnostic, Span } from "./diagnostic.ts";
import { clip, isWord, type TokenLine, type Word } from "./lex.ts";
import type { Entry, Grammar } from "./tree.ts";

/** What one pass over a file makes. */
type Built = {
  readonly entries: readonly Entry[];
  readonly diagnostics: readonly Diagnostic[];
  readonly wrong: Wrong;
};

/** How many braces are missing, and how many are too many. */
export type Wrong = { readonly missing: number; readonly extra: number };

/** How a second pass puts braces right that a first one found not to balance. */
export type Correction = { readonly grammar: Grammar; readonly wrong: Wrong };

type OpenEntry = {
  readonly words: readonly [Word, ...Word[]];
  readonly text: string;
  block: OpenBlock | undefined;
};
type OpenBlock = {
  readonly open: Span;
  close: Span | undefined;
  readonly entries: OpenEntry[];
  readonly keyword: string;
};

/** A tree under construction, line by line. */
export type Builder = {
  readonly root: OpenBlock;
  /** Open blocks, outermost first, and their keywords. */
  readonly stack: OpenBlock[];
  readonly path: string[];
  readonly diagnostics: Diagnostic[];
  readonly grammar: Grammar | undefined;
  /** Wrong braces that a pass before this one found and that are not put right yet. */
  readonly left: { missing: number; extra: number };
  extras: number;
  firstExtra: Span | undefined;
  /** The entry that a brace would belong to. */
  previous: OpenEntry | undefined;
  /** The block that the last brace closed, as long as nothing else came. */
  closed: OpenBlock | undefined;
};

const NOWHERE: Span = { file: "", line: 1, column: 1, length: 1 };

/**
 * Begins the tree of a file.
 *
 * Braces that do not balance are reported once, at the opening brace that has no partner. With a correction the mistake
 * is found where the keywords show it, and what follows is read as if the brace were right.
 */
export function startTree(correction?: Correction): Builder {
  return {
    root: { open: NOWHERE, close: undefined, entries: [], keyword: "" },
    stack: [],
    path: [],
    diagnostics: [],
    grammar: correction?.grammar,
    left: { missing: 0, extra: 0, ...correction?.wrong },
    extras: 0,
    firstExtra: undefined,
    previous: undefined,
    closed: undefined,
  };
}

/** Adds a line: each run of words is an entry. */
export function addTokens(builder: Builder, { text, tokens }: TokenLine): void {
  for (let i = 0; i < tokens.length;) {
    const token = tokens[i];
    let end = i + 1;
    if (isWord(token)) {
      while (isWord(tokens[end])) end++;
      addEntry(builder, tokens.slice(i, end) as [Word, ...Word[]], text);
    } else if (token?.brace === "open") openBlock(builder, token.at);
    else if (token !== undefined) closeBlock(builder, token.at);
    i = end;
  }
}

/** The tree, and what is wrong with its braces. */
export function finishTree({ root, stack, diagnostics, extras, firstExtra }: Builder): Built {
  const [outermost] = stack;
  if (outermost !== undefined) diagnostics.push(missing(outermost, stack.length - 1));
  if (firstExtra !== undefined) diagnostics.push(surplus(firstExtra, extras));
  return { entries: root.entries, diagnostics, wrong: { missing: stack.length, extra: extras } };
}

function addEntry(builder: Builder, words: [Word, ...Word[]], text: string): void {
  const { left, grammar } = builder;
  if (grammar !== undefined && left.missing + left.extra > 0) recover(builder, words[0], grammar);
  const entry: OpenEntry = { words, text, block: undefined };
  top(builder).entries.push(entry);
  builder.previous = entry;
  builder.closed = undefined;
}

function openBlock(builder: Builder, at: Span): void {
  const owner = builder.previous;
  const keyword = owner?.words[0].text ?? "";
  const block: OpenBlock = { open: at, close: undefined, entries: [], keyword };
  if (owner !== undefined && owner.block === undefined) owner.block = block;
  // Blocks inside a block of nothing are reported with it.
  else if (builder.stack.at(-1)?.keyword !== "") builder.diagnostics.push(unexpected(at));
  push(builder, block);
  builder.previous = builder.closed = undefined;
}

function closeBlock(builder: Builder, at: Span): void {
  const block = pop(builder);
  builder.previous = undefined;
  if (block === undefined) {
    builder.extras++;
    builder.firstExtra ??= at;
    return;
  }
  block.close = at;
  builder.closed = block;
}

function top({ stack, root }: Builder): OpenBlock {
  return stack.at(-1) ?? root;
}

function push({ stack, path }: Builder, block: OpenBlock): void {
  stack.push(block);
  path.push(block.keyword);
}

function pop({ stack, path }: Builder): OpenBlock | undefined {
  path.pop();
  return stack.pop();
}

/** Levels of blocks that a brace can be put right in; no configuration language goes deeper. */
const DEEPEST = 16;

/** Puts right what the first word of an entry shows to be wrong with the braces before it. */
function recover(builder: Builder, word: Word, grammar: Grammar): void {
  const { path, left, closed, diagnostics } = builder;
  if (path.length > DEEPEST || grammar(path, word.text)) return;
  if (left.extra > 0 && closed !== undefined && grammar([...path, closed.keyword], word.text)) {
    left.extra--;
    diagnostics.push(tooEarly(closed, word));
    closed.close = undefined;
    push(builder, closed);
    return;
  }
  const shallowest = Math.max(0, path.length - left.missing);
  let depth = path.length - 1;
  while (depth >= shallowest && !grammar(path.slice(0, depth), word.text)) depth--;
  if (depth < shallowest) return;
  for (; path.length > depth; left.missing--) {
    const block = pop(builder);
    if (block !== undefined) diagnostics.push(missing(block, 0, word));
  }
}

function missing({ open, keyword }: OpenBlock, more: number, before?: Word): Diagnostic {
  const others = more > 0 ? ` (and ${more} more)` : "";
  return {
    severity: "error",
    code: "missing-brace",
    message: `Missing '}' of block '${clip(keyword)}'${others}`,
    at: open,
    hint: before === undefined
      ? "add } at the end of the block"
      : `add } before '${clip(before.text)}' in line ${before.at.line}`,
  };
}

function tooEarly({ close, open, keyword }: OpenBlock, word: Word): Diagnostic {
  return {
    severity: "error",
    code: "extra-brace",
    message: "Extra '}' found",
    at: close ?? open,
    hint: `'${clip(word.text)}' after it belongs to the block '${clip(keyword)}'`,
  };
}

function surplus(at: Span, count: number): Diagnostic {
  const message = `Extra '}' found${count > 1 ? ` (${count} in all)` : ""}`;
  return { severity: "error", code: "extra-brace", message, at };
}

function unexpected(at: Span): Diagnostic {
  const message = "Unexpected '{' - ignoring the block";
  const hint = "a block follows a keyword, at the end of its line or on the next";
  return { severity: "error", code: "unexpected-brace", message, at, hint };
}
