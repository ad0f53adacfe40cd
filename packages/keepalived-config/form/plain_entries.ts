import type { Entry, Report, Span } from "@keepalived/conf-parser";
import type { PlainStatement } from "../plain.ts";
import type { Keyword, Table } from "../schema/keyword.ts";
import { ROOT } from "../schema/root.ts";
import { printCommand, printEscaped } from "./command_line.ts";
import { addLine, addWord, type Draft, finish } from "./draft.ts";
import { unprintable } from "./quote.ts";

/**
 * The tree of statements that our own code made.
 *
 * @throws {RangeError} for a word that no file can hold
 */
export function entriesOfPlain(
  statements: readonly PlainStatement[],
  table: Table = ROOT,
): readonly Entry[] {
  const rows = table.kind === "keywords" ? table.keywords : [];
  return statements.flatMap((statement) =>
    entryOf(statement, rows.find(({ name }) => name === statement.name)) ?? []
  );
}

const NOWHERE: Span = { file: "", line: 1, column: 1, length: 1 };

const refuse: Report = ({ message }) => {
  throw new RangeError(message);
};

function entryOf(
  { name, arguments: given, block }: PlainStatement,
  keyword: Keyword | undefined,
): Entry | undefined {
  const draft: Draft = { text: "", words: [] };
  for (const [i, one] of [name, ...given].entries()) {
    const argument = keyword?.arguments[i - 1];
    if (typeof one === "object") addLine(draft, printCommand(one), NOWHERE, refuse);
    else if (argument?.kind === "word" && argument.escapes === true) {
      addLine(draft, printEscaped(one), NOWHERE, refuse);
    } else addWord(draft, printable(one), NOWHERE);
  }
  if (block === undefined) return finish(draft);
  const entries = entriesOfPlain(block, keyword?.block);
  return finish(draft, { open: NOWHERE, close: NOWHERE, entries });
}

function printable(word: string): string {
  const bad = unprintable(word);
  if (bad !== undefined) throw new RangeError(`Cannot write a word with ${bad}: ${word}`);
  return word;
}
