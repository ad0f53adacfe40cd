import { parseArgs } from "@std/cli/parse-args";
import { ExitError } from "../exit_status.ts";
import { configStatus } from "./status.ts";

/** An option of a command. */
export type Option = {
  readonly name: string;
  readonly short?: string;
  /** What its value is called; without it the option takes none. */
  readonly value?: string;
  /** The values that it takes; all if not given. */
  readonly of?: readonly string[];
  /** May be given several times. */
  readonly many?: true;
  readonly help: string;
};

/** One command of the program, or of `keepalived config`. */
export type Command = {
  /** What a person writes: `config check`. */
  readonly name: string;
  /** Its arguments, as in `FILE` or `A B`; those in brackets may be left out. */
  readonly operands: readonly string[];
  readonly summary: string;
  readonly options: readonly Option[];
  /** What else `--help` says: statuses, examples. */
  readonly notes: string;
  readonly run: (given: Given) => Promise<number>;
};

/** What the command line says after the command's name. */
export type Given = {
  readonly operands: readonly string[];
  readonly has: (option: string) => boolean;
  readonly value: (option: string) => string | undefined;
  readonly values: (option: string) => readonly string[];
};

const HELP: Option = { name: "help", short: "h", help: "Print this help and exit" };

/** Reads the words behind a command. @throws ExitError with what is wrong */
export function readArguments(command: Command, words: readonly string[]): Given {
  const options = [...command.options, HELP];
  const fail = (problem: string): never => {
    const hint = `Try 'keepalived ${command.name} --help'.`;
    throw new ExitError(configStatus.usage, `${command.name}: ${problem}\n${hint}`);
  };
  const given = parseArgs(words, {
    boolean: options.filter(({ value }) => value === undefined).map(({ name }) => name),
    string: options.filter(({ value }) => value !== undefined).map(({ name }) => name),
    collect: options.filter(({ value }) => value !== undefined).map(({ name }) => name),
    alias: Object.fromEntries(options.flatMap(({ name, short }) => short ? [[short, name]] : [])),
    unknown: (word) => fail(`unknown option '${word}'`),
  });
  const values = (name: string) => (given[name] ?? []) as readonly string[];
  for (const { name, value, of, many } of options) {
    if (value === undefined) continue;
    if (many !== true && values(name).length > 1) fail(`option '--${name}' is given twice`);
    for (const one of values(name)) {
      if (one === "") fail(`option '--${name}' requires a value`);
      if (of !== undefined && !of.includes(one)) {
        fail(`option '--${name}' takes ${of.join(", ")}, not '${one}'`);
      }
    }
  }
  const operands = given._.map(String);
  if (given["help"] !== true) {
    const required = command.operands.filter((operand) => !operand.startsWith("["));
    const missing = required[operands.length];
    if (missing !== undefined) fail(`${missing} is missing`);
    const surplus = operands[command.operands.length];
    if (surplus !== undefined) fail(`unexpected argument '${surplus}'`);
  }
  return {
    operands,
    values,
    value: (name) => values(name)[0],
    has: (name) => given[name] === true,
  };
}

/** The text of `--help`. */
export function helpOf({ name, operands, summary, options, notes }: Command): string {
  const rows = [...options, HELP].map((option) => {
    const short = option.short === undefined ? "    " : `-${option.short}, `;
    const value = option.value === undefined ? "" : `=${option.of?.join("|") ?? option.value}`;
    return `  ${short}${`--${option.name}${value}`.padEnd(24)} ${option.help}\n`;
  });
  const usage = ["keepalived", name, "[OPTION...]", ...operands].join(" ");
  return `Usage: ${usage}\n\n${summary}.\n\n${rows.join("")}\n${notes}`;
}

/** `-i`: for commands that read a file in the language of keepalived.conf. */
export const CONFIG_ID: Option = {
  name: "config-id",
  short: "i",
  value: "ID",
  help: "Value that lines starting with @ID are compared with (default: the host name)",
};

export const OUTPUT: Option = {
  name: "output",
  short: "o",
  value: "FILE",
  help: "Write to this file instead of standard output",
};
