import type { Command } from "./model.ts";
import type { PlainStatement } from "./plain.ts";

/**
 * Statements as the text of a configuration file.
 *
 * @throws RangeError for a text that the language has no way to write: one with a double quote or a line break in an
 * ordinary word
 */
export function printStatements(statements: readonly PlainStatement[]): string {
  return statements.map((statement) => printStatement(statement, "")).join("");
}

function printStatement({ name, arguments: given, block }: PlainStatement, indent: string): string {
  const words = [name, ...given].map((one) =>
    typeof one === "string" ? printWord(one) : printCommand(one)
  );
  const head = indent + words.join(" ");
  if (block === undefined) return `${head}\n`;
  const inner = block.map((one) => printStatement(one, `${indent}    `)).join("");
  return `${head} {\n${inner}${indent}}\n`;
}

/** Quoted if it would otherwise be cut, be a comment, or mean something to the parser. */
function printWord(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/["\n\r\0]/.test(text)) {
    throw new RangeError(`Cannot write a word with a quote or a line break: ${text}`);
  }
  return /^$|^[@~$]|[\s{}#!\\]/.test(text) ? `"${text}"` : text;
}

/** `"ARGV" [USER [GROUP]]`: whatever the arguments hold, reading it gives them again. */
function printCommand({ argv, user, group }: Command): string {
  const line = argv.map(printArgument).join(" ");
  return [`"${line}"`, ...[user, group].filter((one) => one !== undefined).map(printWord)].join(
    " ",
  );
}

function printArgument(text: string): string {
  const escaped = text.replace(/[\\']/g, "\\$&")
    // Control characters and double quotes as numbers, and no text that would be a reference to a definition.
    // deno-lint-ignore no-control-regex
    .replace(/[\u0000-\u001f\u007f"]|\$(?=\{?_)/g, (char) => {
      return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
    });
  return text === "" || /\s/.test(escaped) ? `'${escaped}'` : escaped;
}
