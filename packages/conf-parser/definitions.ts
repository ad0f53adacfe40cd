import type { Report, Span } from "./diagnostic.ts";
import { clip } from "./lex.ts";
import { type Line, type Piece, sliceLine, spanOf } from "./line.ts";

/** What `$NAME=` defines: a text, or lines of their own. */
export type Definition =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "lines"; readonly lines: readonly Line[] };

/** The names known at one line. */
export type Scope = {
  readonly definitions: ReadonlyMap<string, Definition>;
  /** The value of a name that the language defines itself, with the words after it in `${_RANDOM 1 10}`. */
  readonly predefined: (name: string, argument: string) => string | undefined;
  /** Characters that references may still grow to in all files together: a few short definitions could double for ever. */
  readonly budget: { left: number };
};

/** How deep definitions may refer to each other, and files include each other. */
export const DEEPEST = 32;

/**
 * The name and the definition if the line is one: `$NAME=VALUE`. Continuation lines make it one of several lines.
 */
export function definitionOf(line: Line): { name: string; definition: Definition } | undefined {
  const match = /^\s*\$([A-Za-z0-9_]+)=/.exec(line.text);
  const name = match?.[1];
  if (match === null || name === undefined) return undefined;
  const start = match[0].length;
  if (line.breaks.length === 0) {
    return { name, definition: { kind: "text", text: line.text.slice(start).trim() } };
  }
  const bounds = [start, ...line.breaks, line.text.length];
  const lines: Line[] = [];
  for (let i = 1; i < bounds.length; i++) {
    const part = sliceLine(line, bounds[i - 1] ?? 0, bounds[i] ?? 0);
    if (part.text.trim() !== "") lines.push(part);
  }
  return { name, definition: { kind: "lines", lines } };
}

/** The lines of a definition if a reference to it is the only thing on the line. */
export function linesOf(line: Line, scope: Scope): readonly Line[] | undefined {
  const match = /^\s*\$(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})\s*$/.exec(line.text);
  const found = scope.definitions.get(match?.[1] ?? match?.[2] ?? "");
  return found?.kind === "lines" ? found.lines : undefined;
}

const REFERENCE = /\$(?:\{([A-Za-z0-9_]+)([^}${]*)\}|([A-Za-z0-9_]+)(?=[\s)]|$))/y;

/**
 * A line with its references replaced: `$NAME` before a blank, `)` or the end, `${NAME}` anywhere.
 *
 * The characters of a value stand at the place of the reference. Values may refer to other names. A name that is not
 * known stays as it is.
 */
export function expandLine(line: Line, scope: Scope, report: Report): Line {
  if (!line.text.includes("$")) return line;
  const state = { failed: false };
  const pieces: Piece[] = [];
  let text = "";
  const copy = (start: number, end: number) => {
    if (start >= end) return;
    const offset = text.length;
    const part = sliceLine(line, start, end);
    for (const piece of part.pieces) pieces.push({ ...piece, offset: piece.offset + offset });
    text += part.text;
  };
  let done = 0;
  for (const reference of referencesOf(line.text)) {
    const value = valueOf(reference, scope, 0, state);
    if (value === undefined) {
      warnUnexpanded(line, reference, scope, report);
      continue;
    }
    copy(done, reference.start);
    const at = spanOf(line, reference.start, reference.end);
    const { line: number, column, length } = at;
    if (value !== "") {
      pieces.push({ offset: text.length, line: number, column, frozen: length });
      text += value;
    }
    done = reference.end;
    if (state.failed) {
      reportEndless(at, report);
      break;
    }
  }
  if (done === 0) return line;
  copy(done, line.text.length);
  if (pieces.length === 0) pieces.push({ ...(line.pieces[0] ?? NOWHERE), offset: 0 });
  return { file: line.file, text, pieces, breaks: [] };
}

const NOWHERE: Piece = { offset: 0, line: 1, column: 1, frozen: 0 };

type Reference = {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly argument: string;
};

/** Every `$` that could begin a reference; where none is, the name is empty. */
function* referencesOf(text: string): Generator<Reference> {
  for (let at = text.indexOf("$"); at >= 0;) {
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(text);
    const end = match === null ? at + 1 : REFERENCE.lastIndex;
    const name = match?.[1] ?? match?.[3] ?? "";
    yield { start: at, end, name, argument: (match?.[2] ?? "").trim() };
    at = text.indexOf("$", end);
  }
}

function valueOf(
  { name, argument }: Reference,
  scope: Scope,
  depth: number,
  state: { failed: boolean },
): string | undefined {
  const found = scope.definitions.get(name);
  if (found?.kind === "lines") return undefined;
  if (found === undefined) return scope.predefined(name, argument);
  scope.budget.left -= found.text.length;
  if (depth >= DEEPEST || scope.budget.left < 0) {
    state.failed = true;
    return "";
  }
  if (!found.text.includes("$")) return found.text;
  let value = "";
  let done = 0;
  for (const reference of referencesOf(found.text)) {
    if (state.failed) break;
    const inner = valueOf(reference, scope, depth + 1, state);
    if (inner === undefined) continue;
    value += found.text.slice(done, reference.start) + inner;
    done = reference.end;
  }
  return value + found.text.slice(done);
}

/** Says that definitions refer to each other without end. */
export function reportEndless(at: Span, report: Report): void {
  const message = "Definition refers to itself or grows too long";
  report({ severity: "error", code: "endless-definition", message, at });
}

/** Says so if a defined name stands where it is not replaced, as in `10.0.0.$N/24`. */
function warnUnexpanded(line: Line, reference: Reference, scope: Scope, report: Report): void {
  if (reference.name !== "") return;
  NAME.lastIndex = reference.start + 1;
  const name = NAME.exec(line.text)?.[0];
  if (name === undefined || scope.definitions.get(name)?.kind !== "text") return;
  report({
    severity: "warning",
    code: "not-expanded",
    message: `'$${clip(name)}' is not replaced here`,
    at: spanOf(line, reference.start, NAME.lastIndex),
    hint: `write \${${clip(name)}}`,
  });
}

const NAME = /[A-Za-z0-9_]+/y;
