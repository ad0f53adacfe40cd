import type { Report, Span } from "./diagnostic.ts";

/**
 * From `offset` on, the text of a line stands at this place of the file: character by character, or (`frozen` > 0) as
 * the replacement of a stretch of that many characters.
 */
export type Piece = {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
  readonly frozen: number;
};

/** A line of configuration: comments removed, continuations joined, every character traced to its place. */
export type Line = {
  readonly file: string;
  readonly text: string;
  /** Sorted by offset, the first at 0. */
  readonly pieces: readonly Piece[];
  /** Offsets at which a continuation line was joined. */
  readonly breaks: readonly number[];
};

/** The place of the characters `start` to `end` of a line; a stretch over several lines ends with its first. */
export function spanOf(line: Line, start: number, end: number): Span {
  const only = line.pieces[0];
  if (line.pieces.length === 1 && only?.frozen === 0) {
    const column = only.column + start - only.offset;
    return { file: line.file, line: only.line, column, length: Math.max(1, end - start) };
  }
  const first = pieceAt(line, start);
  const from = first.frozen > 0 ? first.column : first.column + start - first.offset;
  const last = pieceAt(line, Math.max(start, end - 1));
  const to = last.frozen > 0 ? last.column + last.frozen : last.column + end - last.offset;
  const length = last.line === first.line ? to - from : 1;
  return { file: line.file, line: first.line, column: from, length: Math.max(1, length) };
}

/** The part of a line from `start` to `end`. */
export function sliceLine(line: Line, start: number, end: number): Line {
  const { file, text, pieces } = line;
  const head = pieceIndex(line, start);
  const within = pieces.slice(head + 1, pieceIndex(line, end - 1) + 1);
  const first = pieces[head] ?? NOWHERE;
  const moved = first.frozen > 0 ? first.column : first.column + start - first.offset;
  return {
    file,
    text: text.slice(start, end),
    pieces: [
      { ...first, offset: 0, column: moved },
      ...within.map((piece) => ({ ...piece, offset: piece.offset - start })),
    ],
    breaks: [],
  };
}

const NOWHERE: Piece = { offset: 0, line: 1, column: 1, frozen: 0 };

function pieceAt(line: Line, offset: number): Piece {
  return line.pieces[pieceIndex(line, offset)] ?? NOWHERE;
}

/** The part of a line from `start` on, with the continuations in it. */
export function restOf(line: Line, start: number): Line {
  const breaks = line.breaks.map((offset) => Math.max(0, offset - start));
  return { ...sliceLine(line, start, line.text.length), breaks };
}

/** The last piece that starts at or before an offset, by bisection. */
function pieceIndex(line: Line, offset: number): number {
  let [low, high] = [0, line.pieces.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((line.pieces[middle]?.offset ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What a line under construction holds. */
type Draft = {
  parts: string[];
  length: number;
  pieces: Piece[];
  breaks: number[];
  quoted: boolean;
};

/**
 * The lines of a file that are left after comments are removed and continuations joined; empty ones are left out.
 *
 * `#` and `!` start a comment outside double quotes, `\#` and `\!` are the characters themselves, a backslash at the end
 * joins the next line. A line with a NUL byte is reported and left out, as the C daemon does it.
 */
export function* readLines(file: string, text: string, report: Report): Generator<Line> {
  let draft: Draft | undefined;
  let number = 0;
  for (let start = text.startsWith("\ufeff") ? 1 : 0; start <= text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    number++;
    const raw = text.slice(start, end);
    start = end + 1;
    if (draft === undefined && !SPECIAL.test(raw)) {
      const simple = withoutBlanks(raw);
      const pieces = [{ offset: 0, line: number, column: 1, frozen: 0 }];
      if (simple !== "") yield { file, text: simple, pieces, breaks: NONE };
      continue;
    }
    const nul = raw.indexOf("\0");
    if (nul >= 0) {
      const at = { file, line: number, column: nul + 1, length: 1 };
      report({ severity: "error", code: "nul-byte", message: "NUL byte: line ignored", at });
      continue;
    }
    if (draft === undefined) {
      draft = { parts: [], length: 0, pieces: [], breaks: [], quoted: false };
    } else draft.breaks.push(draft.length);
    if (!append(draft, raw, number)) {
      yield* finish(draft, file);
      draft = undefined;
    }
  }
  if (draft !== undefined) yield* finish(draft, file);
}

function withoutBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

/** What makes a line more than its text: comments, quotes, continuations, NUL bytes. */
const SPECIAL = /[#!"\\\0]/;
const NONE: readonly number[] = [];

function* finish(draft: Draft, file: string): Generator<Line> {
  const text = draft.parts.join("");
  if (text.trim() !== "") yield { file, text, pieces: draft.pieces, breaks: draft.breaks };
}

/** Adds what counts of a physical line; true if it ends with the backslash of a continuation. */
function append(draft: Draft, raw: string, line: number): boolean {
  let from = 0;
  let stop = raw.length;
  const add = (to: number) => {
    draft.pieces.push({ offset: draft.length, line, column: from + 1, frozen: 0 });
    draft.parts.push(raw.slice(from, to));
    draft.length += to - from;
    from = to;
  };
  for (let i = 0; i < raw.length; i++) {
    const char = raw.charCodeAt(i);
    if (char === QUOTE) draft.quoted = !draft.quoted;
    else if (char === BACKSLASH && isMark(raw.charCodeAt(i + 1))) {
      add(i);
      from = ++i;
    } else if (isMark(char) && !draft.quoted) {
      stop = i;
      break;
    }
  }
  while (stop > from && isBlank(raw.charCodeAt(stop - 1))) stop--;
  const joins = stop > from && raw.charCodeAt(stop - 1) === BACKSLASH;
  add(joins ? stop - 1 : stop);
  return joins;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** `#` or `!`. */
function isMark(char: number): boolean {
  return char === 0x23 || char === 0x21;
}

/** Space, tab, vertical tab, form feed, carriage return. */
export function isBlank(char: number): boolean {
  return char === 0x20 || (char >= 0x09 && char <= 0x0d);
}
