/**
 * The command line: one table that parsing and `--help` both come from.
 *
 * Short options combine (`-nlD`), take their value attached or as the next word, and an optional value only attached,
 * as getopt(3) has it, so that existing unit files and scripts keep working.
 */

import { type OptionKey, type OptionRow, optionRows } from "./option_rows.ts";

export type { OptionKey } from "./option_rows.ts";

/** What the command line says: how often each option was given, and its last value. */
export type Options = {
  readonly count: (key: OptionKey) => number;
  /** The last value; undefined if the option was not given or had none. */
  readonly value: (key: OptionKey) => string | undefined;
};

/** The options, or one sentence that says what is wrong with the command line. */
export type ParsedOptions =
  | { readonly ok: true; readonly options: Options }
  | { readonly ok: false; readonly problem: string };

/** Reads the words after the program's name. */
export function parseOptions(words: readonly string[]): ParsedOptions {
  const reading = new Reading(words);
  const problem = reading.readAll();
  return problem === undefined ? { ok: true, options: reading } : { ok: false, problem };
}

/** The command line while it is read. Each step returns a sentence if it cannot go on. */
class Reading implements Options {
  readonly #words: readonly string[];
  readonly #counts = new Map<OptionKey, number>();
  readonly #values = new Map<OptionKey, string>();
  #next = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  count(key: OptionKey): number {
    return this.#counts.get(key) ?? 0;
  }

  value(key: OptionKey): string | undefined {
    return this.#values.get(key);
  }

  readAll(): string | undefined {
    while (this.#next < this.#words.length) {
      const word = this.#words[this.#next++] ?? "";
      const problem = word.startsWith("--") ? this.#readLong(word) : this.#readShort(word);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #readLong(word: string): string | undefined {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const row = rowOfLong(name);
    if (row === undefined) return `unrecognized option '--${name}'`;
    const attached = equals < 0 ? undefined : word.slice(equals + 1);
    if (row.value === "none" && attached !== undefined) {
      return `option '--${row.long}' doesn't allow an argument`;
    }
    return this.#take(row, attached, `--${row.long}`);
  }

  #readShort(word: string): string | undefined {
    if (!word.startsWith("-") || word === "-") return `unexpected argument '${word}'`;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? "";
      const row = optionRows.find((row) => row.short === letter);
      if (row === undefined) return `invalid option -- '${letter}'`;
      const attached = at + 1 < word.length ? word.slice(at + 1) : undefined;
      if (row.value !== "none") return this.#take(row, attached, `-${letter}`);
      this.#take(row, undefined, `-${letter}`);
    }
    return undefined;
  }

  #take(row: OptionRow, attached: string | undefined, shown: string): string | undefined {
    let value = attached;
    if (row.value === "required" && value === undefined) {
      value = this.#words[this.#next++];
      if (value === undefined) return `option '${shown}' requires an argument`;
    }
    this.#counts.set(row.key, this.count(row.key) + 1);
    if (value !== undefined) this.#values.set(row.key, value);
    return undefined;
  }
}

/** The text of `--help`. */
export function helpText(): string {
  const lines = optionRows.map((row) => {
    const value = row.placeholder !== undefined
      ? row.value === "optional" ? `[=${row.placeholder}]` : `=${row.placeholder}`
      : "";
    const short = row.short === "" ? "    " : `-${row.short}, `;
    return `  ${short}${`--${row.long}${value}`.padEnd(24)} ${row.help}`;
  });
  return [
    "Usage: keepalived [OPTION...]",
    "       keepalived config COMMAND    check, explain, convert or compare configurations",
    "       keepalived --genhash OPTION...    print the digest of a page, for HTTP_GET and SSL_GET",
    "       keepalived status            how the running daemon is doing; --watch, --json",
    "       keepalived explain INSTANCE  why it is MASTER, BACKUP or FAULT",
    "       keepalived reload            read the configuration again; --dry-run",
    "       keepalived server drain IP   no new connections for a real server; disable, enable, weight",
    "       keepalived maintenance on    give everything away and stay away; off to come back",
    "",
    "Shares virtual addresses between machines with VRRP: one holds them, and when it fails another takes over.",
    "Spreads connections over the servers that are alive, with the kernel's IPVS.",
    "",
    ...lines,
    "",
    "Examples:",
    "  keepalived -t -f keepalived.conf      check a configuration, with every problem in one run",
    "  keepalived -nlD -f keepalived.conf    run in the foreground and log to the terminal",
    "",
    "Signals to the parent process: TERM and INT stop, HUP reloads the configuration, USR1 writes all data to files,",
    "USR2 the counters of VRRP. There are numbers for these and more by --signum=NAME.",
    "",
  ].join("\n");
}

/** The row of a long name, or of an unambiguous beginning of one. */
function rowOfLong(name: string): OptionRow | undefined {
  const exact = optionRows.find((row) => row.long === name);
  if (exact !== undefined) return exact;
  const matches = optionRows.filter((row) => name !== "" && row.long.startsWith(name));
  return matches.length === 1 ? matches[0] : undefined;
}
