import type { Report, Span } from "./diagnostic.ts";
import type { TokenLine, Word } from "./lex.ts";

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

type OpenEntry = { words: [Word, ...Word[]]; text: string; block: OpenBlock | undefined };
type OpenBlock = { open: Span; close: Span | undefined; entries: OpenEntry[]; keyword: string };

/** Braces that are missing and braces that are too many. */
type Balance = { unclosed: number; extra: number };

/**
 * The tree of a file from its tokens.
 *
 * Braces that do not balance are reported once, at the opening brace that has no partner. With a grammar the mistake is
 * found where the keywords show it, and what follows is read as if the brace were right.
 */
export function buildTree(
  lines: readonly TokenLine[],
  grammar: Grammar | undefined,
  report: Report,
): readonly Entry[] {
  const first = collect(lines);
  const balanced = first.balance.unclosed === 0 && first.balance.extra === 0;
  const tree = balanced || grammar === undefined ? first : collect(lines, grammar, first.balance);
  for (const diagnostic of tree.diagnostics) report(diagnostic);
  return tree.entries;
}

type Collected = {
  readonly entries: readonly Entry[];
  readonly diagnostics: readonly Parameters<Report>[0][];
  readonly balance: Balance;
};

/** One pass over the tokens; `spare` says how many braces a pass before it found to be wrong. */
function collect(lines: readonly TokenLine[], grammar?: Grammar, spare?: Balance): Collected {
  const root: OpenBlock = { open: NOWHERE, close: undefined, entries: [], keyword: "" };
  const stack: OpenBlock[] = [root];
  const path: string[] = [];
  const diagnostics: Parameters<Report>[0][] = [];
  const left: Balance = { unclosed: spare?.unclosed ?? 0, extra: spare?.extra ?? 0 };
  let extras = 0;
  let firstExtra: Span | undefined;
  let entry: OpenEntry | undefined;
  /** The entry that a brace on the next line would belong to. */
  let previous: OpenEntry | undefined;
  /** The block that the last brace closed, as long as nothing else came. */
  let closed: OpenBlock | undefined;

  const top = () => stack.at(-1) ?? root;
  const push = (block: OpenBlock) => {
    stack.push(block);
    path.push(block.keyword);
  };
  const pop = () => {
    path.pop();
    return stack.pop();
  };
  const reopen = (block: OpenBlock, keyword: string) => {
    left.extra--;
    diagnostics.push({
      severity: "error",
      code: "extra-brace",
      message: "Extra '}' found",
      at: block.close ?? block.open,
      hint: `'${keyword}' after it belongs to the block '${block.keyword}'`,
    });
    block.close = undefined;
    push(block);
  };
  /** Puts right what the first word of an entry shows to be wrong with the braces before it. */
  const recover = (grammar: Grammar, word: Word) => {
    if (path.length > DEEPEST || grammar(path, word.text)) return;
    if (left.extra > 0 && closed !== undefined && grammar([...path, closed.keyword], word.text)) {
      return reopen(closed, word.text);
    }
    let depth = path.length - 1;
    const nearest = Math.max(0, path.length - left.unclosed);
    while (depth >= nearest && !grammar(path.slice(0, depth), word.text)) depth--;
    if (depth < nearest) return;
    for (; path.length > depth; left.unclosed--) {
      const block = pop();
      if (block !== undefined) diagnostics.push(missing(block, 0, word));
    }
  };

  for (const { text, tokens } of lines) {
    entry = undefined;
    for (const token of tokens) {
      if (token.kind === "word") {
        if (entry !== undefined) entry.words.push(token.word);
        else {
          if (grammar !== undefined && left.unclosed + left.extra > 0) recover(grammar, token.word);
          entry = { words: [token.word], text, block: undefined };
          top().entries.push(entry);
          previous = entry;
        }
        closed = undefined;
      } else if (token.kind === "open") {
        const owner: OpenEntry | undefined = entry ?? previous;
        const block: OpenBlock = {
          open: token.at,
          close: undefined,
          entries: [],
          keyword: owner?.words[0].text ?? "",
        };
        if (owner !== undefined && owner.block === undefined) owner.block = block;
        else if (top() === root || top().keyword !== "") diagnostics.push(unexpected(token.at));
        push(block);
        entry = previous = closed = undefined;
      } else {
        if (stack.length > 1) {
          closed = pop();
          if (closed !== undefined) closed.close = token.at;
        } else {
          extras++;
          firstExtra ??= token.at;
        }
        entry = previous = undefined;
      }
    }
  }
  const unclosed = stack.length - 1;
  const outermost = stack[1];
  if (outermost !== undefined) diagnostics.push(missing(outermost, unclosed - 1));
  if (firstExtra !== undefined) diagnostics.push(surplus(firstExtra, extras));
  return { entries: root.entries, diagnostics, balance: { unclosed, extra: extras } };
}

/** Levels of blocks that a brace can be put right in; no configuration language goes deeper. */
const DEEPEST = 16;

const NOWHERE: Span = { file: "", line: 1, column: 1, length: 1 };

function missing(block: OpenBlock, more: number, before?: Word): Parameters<Report>[0] {
  const others = more > 0 ? ` (and ${more} more)` : "";
  const where = before === undefined
    ? "add } at the end of the block"
    : `add } before '${before.text}' in line ${before.at.line}`;
  return {
    severity: "error",
    code: "missing-brace",
    message: `Missing '}' of block '${block.keyword}'${others}`,
    at: block.open,
    hint: where,
  };
}

function surplus(at: Span, count: number): Parameters<Report>[0] {
  const message = `Extra '}' found${count > 1 ? ` (${count} in all)` : ""}`;
  return { severity: "error", code: "extra-brace", message, at };
}

function unexpected(at: Span): Parameters<Report>[0] {
  const message = "Unexpected '{' - ignoring the block";
  const hint = "a block follows a keyword, at the end of its line or on the next";
  return { severity: "error", code: "unexpected-brace", message, at, hint };
}
