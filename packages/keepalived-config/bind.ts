import { type Block, clip, type Entry, type Grammar, type Report } from "@keepalived/conf-parser";
import { type Span, splitQuoted, type Word } from "@keepalived/conf-parser";
import { ROOT } from "./schema/root.ts";
import type { Argument, Keyword, Table } from "./schema/keyword.ts";
import { suggest } from "./suggest.ts";
import { readCommand, readValue, type Value } from "./value.ts";

/** A keyword with the values of its arguments; a deprecated name is already the present one. */
export type Statement = {
  readonly name: string;
  readonly keyword: Keyword;
  readonly words: readonly [Word, ...Word[]];
  /** The line that the offsets of the words count in. */
  readonly text: string;
  readonly values: readonly Value[];
  readonly body: Body;
};

/** What stood in braces: statements, or lines of values. */
export type Body = {
  /** By name, in the order of the file. */
  readonly statements: ReadonlyMap<string, readonly Statement[]>;
  /** All of them, in the order of the file. */
  readonly order: readonly Statement[];
  readonly lines: readonly Entry[];
  /** Keywords that stood here and were left out after a report: what misses them need not report again. */
  readonly dropped: ReadonlySet<string>;
};

const EMPTY: Body = { statements: new Map(), order: [], lines: [], dropped: new Set() };

/**
 * Reads the tree of a file by the keyword tables.
 *
 * Each mistake is reported once. What is not known is left out with everything in its braces; a statement with a wrong
 * value is left out, so that the default holds.
 */
export function bind(entries: readonly Entry[], report: Report): Body {
  return bindTable(entries, ROOT, { report, subject: "", tables: new Map() });
}

type Context = {
  readonly report: Report;
  /** `(VI_1) `: the object that messages are about. */
  readonly subject: string;
  readonly tables: Map<Table, ReadonlyMap<string, Keyword>>;
};

function rowsOf(table: Table, tables: Context["tables"]): ReadonlyMap<string, Keyword> {
  let rows = tables.get(table);
  if (rows === undefined) {
    rows = new Map(table.kind === "keywords" ? table.keywords.map((row) => [row.name, row]) : []);
    tables.set(table, rows);
  }
  return rows;
}

function bindTable(entries: readonly Entry[], table: Table, context: Context): Body {
  if (table.kind === "lines") {
    for (const { block } of entries) refuseBlock(block, context);
    return { ...EMPTY, lines: entries };
  }
  const rows = rowsOf(table, context.tables);
  const statements = new Map<string, Statement[]>();
  const order: Statement[] = [];
  const lines: Entry[] = [];
  const dropped: string[] = [];
  for (const entry of entries) {
    const row = rows.get(entry.words[0].text);
    if (row === undefined) {
      if (table.values === true) lines.push(entry);
      else {
        const meant = reportUnknown(entry, table, rows, context);
        if (meant !== undefined) dropped.push(meant);
      }
      continue;
    }
    const statement = bindStatement(entry, row, rows, context);
    if (statement === undefined) {
      dropped.push(row.aliasOf ?? row.name);
      continue;
    }
    addStatement(statements, order, statement, context);
  }
  // Copies have no room to grow: a large file has very many bodies.
  return {
    statements,
    order: order.slice(),
    lines: lines.length === 0 ? EMPTY.lines : lines.slice(),
    dropped: dropped.length === 0 ? EMPTY.dropped : new Set(dropped),
  };
}

/** Adds a statement to a body under construction, unless it may stand there only once and does. */
export function addStatement(
  statements: Map<string, Statement[]>,
  order: Statement[],
  statement: Statement,
  { report, subject }: { readonly report: Report; readonly subject: string },
): void {
  const { name, keyword, words } = statement;
  const same = statements.get(name);
  if (same !== undefined && keyword.once === true) {
    const message = `${subject}${name} already specified - ignoring`;
    report({ severity: "warning", code: "duplicate", message, at: words[0].at });
    return;
  }
  if (same === undefined) statements.set(name, [statement]);
  else same.push(statement);
  order.push(statement);
}

function bindStatement(
  entry: Entry,
  row: Keyword,
  rows: ReadonlyMap<string, Keyword>,
  context: Context,
): Statement | undefined {
  const { words, block } = entry;
  const keyword = row.aliasOf === undefined ? row : rows.get(row.aliasOf) ?? row;
  if (row.deprecated !== undefined) {
    const { message, quiet } = row.deprecated;
    const code = quiet ? "old-name" : "deprecated";
    context.report({ severity: "deprecation", code, message, at: words[0].at });
  }
  const values = bindArguments(entry, keyword, context);
  if (keyword.block === undefined) refuseBlock(block, context);
  else if (block === undefined) {
    const message = `${context.subject}Missing block of '${row.name}'`;
    const hint = `write ${row.name} … { … }`;
    context.report({ severity: "error", code: "missing-block", message, at: words[0].at, hint });
    return undefined;
  }
  // A block without its name is still read, so that the mistakes in it come out.
  const body = block === undefined || keyword.block === undefined
    ? EMPTY
    : bindTable(block.entries, keyword.block, contextOf(values, context));
  return values && { name: keyword.name, keyword, words, text: entry.text, values, body };
}

/** The context inside a block: its name is the subject. */
function contextOf(values: readonly Value[] | undefined, context: Context): Context {
  const name = values?.[0];
  return typeof name === "string" ? { ...context, subject: `(${clip(name)}) ` } : context;
}

function bindArguments(
  entry: Entry,
  keyword: Keyword,
  context: Context,
): readonly Value[] | undefined {
  const { words, text } = entry;
  if (words.length === 2 && keyword.arguments.length === 1) {
    // Nearly all of them: one word for one argument.
    const [argument] = keyword.arguments;
    const [, given] = words;
    if (argument !== undefined && given !== undefined && isOneWord(argument)) {
      const value = bindWord(argument, given, keyword, context);
      return value === undefined ? undefined : [value];
    }
  }
  const values: Value[] = [];
  let next = 1;
  for (const [i, argument] of keyword.arguments.entries()) {
    const given = words[next];
    if (given === undefined) {
      if (argument.optional === true) break;
      reportMissing(entry, keyword, next, context);
      return undefined;
    }
    if (argument.kind === "rest") return [...values, given.text];
    if (argument.kind === "command") {
      const read = readCommand(text.slice(given.offset, words.at(-1)?.end));
      if (read === undefined) {
        const message =
          `${context.subject}No command, or a quote without its partner, for '${keyword.name}'`;
        context.report({ severity: "error", code: "invalid-command", message, at: given.at });
        return undefined;
      }
      if (read.surplus > 0) reportSurplus(words.at(-1) ?? given, keyword, context);
      return [...values, read.command];
    }
    if (argument.kind === "word" && argument.escapes === true) {
      const read = splitQuoted(text.slice(given.offset, words.at(-1)?.end));
      if (read.ok && read.words.length === 1) return [...values, read.words[0]];
      const message = `${context.subject}${keyword.name} missing or too many fields`;
      const hint = `write ${keyword.name} "${argument.of}"`;
      context.report({ severity: "error", code: "invalid-value", message, at: given.at, hint });
      return undefined;
    }
    const isLast = i === keyword.arguments.length - 1;
    if (argument.kind === "choice" && argument.optional === true && !isLast) {
      if (!argument.of.includes(given.text)) {
        values.push(undefined);
        continue;
      }
    }
    const value = bindWord(argument, given, keyword, context);
    if (value === undefined) {
      // A wrong word behind a good value is reported, and the value holds.
      if (i > 0 && argument.kind === "choice" && argument.optional === true) return values;
      return undefined;
    }
    values.push(value);
    next++;
  }
  const surplus = words[next];
  if (surplus !== undefined) reportSurplus(surplus, keyword, context);
  return values.length === 0 ? NO_VALUES : values.slice();
}

/** Whether a single word says all of an argument. */
function isOneWord(argument: Argument): boolean {
  return argument.kind !== "rest" && argument.kind !== "command" &&
    !(argument.kind === "word" && argument.escapes === true);
}

const NO_VALUES: readonly Value[] = [];

/** The value of one word, or undefined after a report. */
export function bindWord(
  argument: Argument,
  given: Word,
  keyword: Keyword,
  context: { readonly report: Report; readonly subject: string },
): Value {
  const read = readValue(argument, given.text);
  const { subject, report } = context;
  if (!read.ok) {
    const told = keyword.invalid?.replace("{}", () => clip(given.text));
    const message = `${subject}${told ?? keyword.name}: ${read.message}`;
    const hint = keyword.default === undefined || keyword.default === "required"
      ? { hint: `write ${usageOf(keyword)}` }
      : { hint: `the default holds: ${keyword.default}` };
    report({ severity: "error", code: read.code, message, at: given.at, ...hint });
    return undefined;
  }
  if (read.warning !== undefined) {
    const message = `${subject}${keyword.name}: ${read.warning}`;
    report({ severity: "warning", code: read.code ?? "adjusted", message, at: given.at });
  }
  return read.value;
}

function reportMissing(entry: Entry, keyword: Keyword, position: number, context: Context): void {
  const [word] = entry.words;
  const at = word.at;
  const { subject, report } = context;
  if (keyword.missing !== undefined) {
    report({ severity: "error", code: "missing-value", message: keyword.missing, at });
  } else if (keyword.block !== undefined) {
    report({
      severity: "error",
      code: "missing-name",
      message: `${subject}${keyword.name} must have a name`,
      at,
    });
  } else {
    const line = `Configuration line starting \`${word.text}\` is missing a parameter`;
    report({
      severity: "error",
      code: "missing-argument",
      message: `${subject}${line} after keyword \`${word.text}\` at word position ${position + 1}`,
      at,
      hint: `write ${usageOf(keyword)}`,
    });
  }
}

function reportSurplus(word: Word, keyword: Keyword, context: Context): void {
  context.report({
    severity: "warning",
    code: "surplus-argument",
    message: `${context.subject}Surplus argument '${clip(word.text)}' of '${keyword.name}'`,
    at: word.at,
    hint: `write ${usageOf(keyword)}`,
  });
}

/** `keyword ARGUMENT [OPTIONAL]`. */
export function usageOf(keyword: Keyword): string {
  const names = keyword.arguments.map((argument) => {
    const name = nameOf(argument);
    return argument.optional === true ? `[${name}]` : name;
  });
  return [keyword.name, ...names].join(" ");
}

function nameOf(argument: Argument): string {
  switch (argument.kind) {
    case "integer":
      return `${argument.min}..${argument.max}`;
    case "seconds":
      return "SECONDS";
    case "boolean":
      return "on|off";
    case "word":
    case "rest":
      return argument.of;
    case "choice":
      return argument.of.join("|");
    case "address":
      return "ADDRESS";
    case "command":
      return '"COMMAND ARGUMENTS" [USER [GROUP]]';
  }
}

function refuseBlock(block: Block | undefined, { report, subject }: Context): void {
  if (block === undefined) return;
  const message = `${subject}Unexpected '{' - ignoring the block`;
  report({ severity: "error", code: "unexpected-brace", message, at: block.open });
}

/** @returns the keyword that was probably meant */
function reportUnknown(
  { words: [word], block }: Entry,
  table: Table,
  rows: ReadonlyMap<string, Keyword>,
  context: Context,
): string | undefined {
  const near = suggest(word.text, rows.keys());
  const home = near === undefined ? homeOf(word.text) : undefined;
  const hint = near !== undefined
    ? `did you mean '${near}'?`
    : home !== undefined && home !== table.name
    ? `it belongs in ${home === "root" ? "no block" : `'${home}'`}`
    : block === undefined
    ? "this line is left out"
    : "this line is left out, with everything in its braces";
  context.report({
    severity: "error",
    code: "unknown-keyword",
    message: `${context.subject}Unknown keyword '${clip(word.text)}'`,
    at: word.at,
    hint,
  });
  return near;
}

/** The first block that knows a keyword. */
function homeOf(name: string): string | undefined {
  const waiting: Table[] = [ROOT];
  for (const table of waiting) {
    if (table.kind === "lines") continue;
    if (table.keywords.some((row) => row.name === name)) return table.name;
    for (const { block } of table.keywords) {
      if (block !== undefined && !waiting.includes(block)) waiting.push(block);
    }
  }
  return undefined;
}

/**
 * Whether a keyword may stand in the block at a path, for the parser to find a wrong brace with.
 *
 * A line of values may be anything but a keyword of a block around it; an unknown block may hold anything.
 */
export const grammar: Grammar = (path, name) => {
  let table: Table = ROOT;
  let outer = false;
  for (const step of path) {
    if (table.kind === "lines") return true;
    outer ||= table.keywords.some((row) => row.name === name);
    const next: Keyword | undefined = table.keywords.find((row) => row.name === step);
    if (next?.block === undefined) return true;
    table = next.block;
  }
  if (table.kind === "lines") return !outer;
  return table.keywords.some((row) => row.name === name) || (table.values === true && !outer);
};

/** Where a statement begins. */
export function placeOf(statement: Statement): Span {
  return statement.words[0].at;
}
