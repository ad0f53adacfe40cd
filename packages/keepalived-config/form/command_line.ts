import type { Command } from "../model.ts";
import type { Data } from "./data.ts";
import { quoteWord } from "./quote.ts";

/** A command as it stands in a file: `"PROGRAM ARGUMENTS" USER GROUP`. */
export function printCommand({ argv, user, group }: Command): string {
  const [program = ""] = argv;
  const owner = [user, group].filter((word) => word !== undefined);
  // Only without quotes around the command do escapes work in user and group.
  if (argv.length === 1 && program !== "") return [program, ...owner].map(printBare).join(" ");
  return [`"${argv.map(printArgument).join(" ")}"`, ...owner.map(quoteWord)].join(" ");
}

/** An argument inside the double quotes around a command. */
function printArgument(text: string): string {
  const escaped = text.replace(INNER, octal);
  return escaped === "" || /\s/.test(escaped) ? `'${escaped}'` : escaped;
}

/** A word outside quotes. */
function printBare(text: string): string {
  return text === "" ? "''" : text.replace(OUTER, octal);
}

/** A text in double quotes in which escapes work. */
export function printEscaped(text: string): string {
  return `"${text.replace(INNER, (char) => char === "'" ? char : octal(char))}"`;
}

// What has a meaning inside double quotes: quotes, escapes, predefined names, control characters.
// deno-lint-ignore no-control-regex
const INNER = /["'\\]|\$(?=\{?_)|[\x00-\x1f\x7f]/g;
// deno-lint-ignore no-control-regex
const OUTER = /["'\\#!{}\s]|\$(?=\{?_)|[\x00-\x1f\x7f]/g;

/** An escape that only a command knows. Other kinds of blanks than ASCII have none. */
function octal(char: string): string {
  const code = char.charCodeAt(0);
  return code > 0xff ? char : `\\${code.toString(8).padStart(3, "0")}`;
}

/**
 * A command as plain data: its line if no argument holds blanks or quotes, else the list of its arguments; with a user,
 * both in an object.
 */
export function commandData({ argv, user, group }: Command): Data {
  const plain = argv.every((argument) => /^[^\s"'\\]+$/.test(argument));
  if (plain && user === undefined) return argv.join(" ");
  return {
    command: plain ? argv.join(" ") : argv,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}
