import { entriesOfPlain } from "./form/plain_entries.ts";
import { printEntries } from "./form/print_entries.ts";
import type { PlainStatement } from "./plain.ts";

/**
 * Statements as the text of a configuration file.
 *
 * @throws {RangeError} for a text that the language has no way to write: one with a double quote or a line break in an
 * ordinary word
 */
export function printStatements(statements: readonly PlainStatement[]): string {
  return printEntries(entriesOfPlain(statements));
}
