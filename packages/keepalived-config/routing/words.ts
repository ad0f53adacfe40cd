import { clip, type Report, type Word } from "@keepalived/conf-parser";
import type { Keyword } from "../schema/keyword.ts";
import { readValue, type Value } from "../value.ts";

/** The words of one line and how far it is read. */
export type Cursor = { readonly words: readonly Word[]; next: number };

/** What messages about a line are made of. */
export type LineContext = {
  /** `(VI_1) `. */
  readonly subject: string;
  /** `route`, `rule`, … */
  readonly what: string;
  readonly report: Report;
};

/** A word that a table knows, with its values. */
export type Option = {
  /** That of the table; an alias is already the present name. */
  readonly name: string;
  readonly word: Word;
  readonly values: readonly Value[];
  /** The word that the last value stood in; the name itself if there is none. */
  readonly given: Word;
};

/** Rows by name. */
export function rowsOf(rows: readonly Keyword[]): ReadonlyMap<string, Keyword> {
  return new Map(rows.map((row) => [row.name, row]));
}

/**
 * Reads the word at the cursor and its arguments; `rest` arguments are left to the caller.
 *
 * @returns null if no row has the name (the cursor stays), undefined after a report
 */
export function readOption(
  cursor: Cursor,
  rows: ReadonlyMap<string, Keyword>,
  context: LineContext,
): Option | null | undefined {
  const word = cursor.words[cursor.next];
  const row = rows.get(word?.text ?? "");
  if (word === undefined || row === undefined) return null;
  const { report, subject, what } = context;
  if (row.deprecated !== undefined) {
    const message = `${subject}${row.deprecated.message}`;
    report({ severity: "deprecation", code: "deprecated", message, at: word.at });
  }
  cursor.next++;
  const values: Value[] = [];
  let given = word;
  for (const argument of row.arguments) {
    if (argument.kind === "rest") break;
    const next = cursor.words[cursor.next];
    if (next === undefined) {
      reportMissing(cursor, context);
      return undefined;
    }
    const skipped = argument.optional === true && argument.kind === "choice" &&
      !argument.of.includes(next.text);
    if (skipped) {
      values.push(undefined);
      continue;
    }
    cursor.next++;
    given = next;
    const read = readValue(argument, next.text);
    if (!read.ok) {
      const message = `${subject}Invalid ${row.name} ${
        clip(next.text)
      } specified for ${what}: ${read.message}`;
      report({ severity: "error", code: read.code, message, at: next.at });
      return undefined;
    }
    if (read.warning !== undefined) {
      const message = `${subject}${row.name}: ${read.warning}`;
      report({ severity: "warning", code: read.code ?? "adjusted", message, at: next.at });
    }
    values.push(read.value);
  }
  return { name: row.aliasOf ?? row.name, word, values, given };
}

/** Says that the line ends where a value should be. */
export function reportMissing(cursor: Cursor, { report, subject }: LineContext): void {
  const [first] = cursor.words;
  const last = cursor.words.at(-1);
  if (first === undefined || last === undefined) return;
  const message = `${subject}Configuration line starting \`${clip(first.text)}\` is missing a` +
    ` parameter after keyword \`${clip(last.text)}\` at word position ${cursor.words.length + 1}`;
  report({ severity: "error", code: "missing-argument", message, at: last.at });
}

/** A whole number in the notation of C (`10`, `0x0a`, `012`), or undefined. */
export function wholeNumber(text: string, most: number): number | undefined {
  const value = /^0[xX][0-9a-fA-F]+$/.test(text)
    ? Number(text)
    : /^0[0-7]+$/.test(text)
    ? Number.parseInt(text, 8)
    : /^(0|[1-9][0-9]*)$/.test(text)
    ? Number(text)
    : undefined;
  return value === undefined || value > most ? undefined : value;
}

/** A decimal number of 64 bits without leading zeros, or undefined. */
export function wholeNumber64(text: string): string | undefined {
  if (!/^[0-9]{1,30}$/.test(text)) return undefined;
  const value = BigInt(text);
  return value < 1n << 64n ? value.toString() : undefined;
}
