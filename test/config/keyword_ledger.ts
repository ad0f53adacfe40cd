/** The rows of keywords.tsv, and what each part of the language adds to have them all tried. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  type Argument,
  type Config,
  type Keyword,
  ROOT,
  type Table,
} from "@keepalived/keepalived-config";
import { load } from "./support.ts";

/** What the rows of some blocks need to be tried. Keys of the records are `BLOCK KEYWORD`, or `KEYWORD` in every block. */
export type Ledger = {
  /** Paths of the blocks whose keywords it covers. */
  readonly blocks: readonly string[];
  /** A whole file with some statements in a block, and in it what the block cannot be without. */
  readonly file: (block: string, statements: string) => string;
  /** What stands behind a keyword, where its arguments do not say it; braces included. */
  readonly samples: Readonly<Record<string, string>>;
  /** What stands behind a keyword to say what holds without it, where the column `default` is no such text. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Keywords that change nothing in the resolved configuration, and why. */
  readonly silent: Readonly<Record<string, string>>;
  /** Statements whose number `{}` holds to a range that the tables do not say. */
  readonly ranges: readonly {
    readonly block: string;
    readonly statement: string;
    readonly low: string;
    readonly below: string;
    readonly high?: string;
    readonly above?: string;
  }[];
  /** Rows whose column `range` is prose, and which test tries it. */
  readonly prose: Readonly<Record<string, string>>;
  /** Statement with the word `{}` for the rows of a block of words; by block, or by `BLOCK WORD`. */
  readonly words: Readonly<Record<string, { readonly block: string; readonly statement: string }>>;
};

/** One row of keywords.tsv. */
export type Row = {
  readonly block: string;
  readonly keyword: string;
  readonly default: string;
  readonly range: string;
  readonly subsystem: string;
  readonly kind: string;
};

export const ROWS: readonly Row[] = readFileSync(
  new URL("testdata/keywords.tsv", import.meta.url),
  "utf8",
).split("\n")
  .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("block\t"))
  .map((line) => {
    const cells = line.split("\t");
    return {
      block: cells[0] ?? "",
      keyword: cells[1] ?? "",
      default: cells[3] ?? "",
      range: cells[4] ?? "",
      subsystem: cells[7] ?? "",
      kind: cells[10] ?? "",
    };
  });

/** The table of a block, by the path of keywords.tsv. */
export function tableOf(path: string): Table {
  let table = ROOT;
  for (
    const name of path === "root" ? [] : path.replace("vrrp_track_file", "track_file").split("/")
  ) {
    const row: Keyword | undefined = rowOf(table, name);
    assert.ok(row?.block !== undefined, `no table for ${path}`);
    table = row.block;
  }
  return table;
}

export function rowOf(table: Table, name: string): Keyword | undefined {
  return table.kind === "keywords" ? table.keywords.find((row) => row.name === name) : undefined;
}

/** The row whose arguments a keyword takes: its own, or that of the name it stands for. */
export function argumentsOf(table: Table, keyword: Keyword): Keyword {
  return rowOf(table, keyword.aliasOf ?? "") ?? keyword;
}

/** A value that an argument takes. */
export function sampleOf(argument: Argument): string {
  switch (argument.kind) {
    case "integer":
    case "seconds":
      return String(Math.max(argument.min, Math.min(argument.max, 2)));
    case "boolean":
      return "on";
    case "choice":
      return argument.of[0] ?? "";
    case "address":
      return argument.family === 6
        ? "ff02::5"
        : argument.multicast === true
        ? "224.0.0.5"
        : "10.0.0.5";
    case "command":
      return '"/bin/true a b" root root';
    case "word":
    case "rest":
      return "x1";
  }
}

/** The entry of a record for a keyword in a block. */
export function entryOf<T>(
  record: Readonly<Record<string, T>>,
  { block, keyword }: Row,
): T | undefined {
  return record[`${block} ${keyword}`] ?? record[keyword];
}

/** The statement of a row with a sample of each argument. */
export function statementOf(ledger: Ledger, row: Row): string {
  const table = tableOf(row.block);
  const keyword = rowOf(table, row.keyword);
  assert.ok(keyword !== undefined, `no keyword ${row.keyword} in ${row.block}`);
  const sample = entryOf(ledger.samples, row) ??
    argumentsOf(table, keyword).arguments.map(sampleOf).join(" ") +
      (argumentsOf(table, keyword).block === undefined ? "" : " {\n}");
  return `${row.keyword} ${sample}`;
}

/** Findings about the statement itself, not about what goes with it. */
const ABOUT = new Set([
  "unknown-keyword",
  "invalid-number",
  "out-of-range",
  "invalid-value",
  "invalid-address",
  "missing-argument",
  "missing-value",
  "missing-block",
  "unknown-option",
  "invalid-command",
  "surplus-argument",
  "unexpected-brace",
]);

/** What is wrong with statements in a block. */
export function complaints(ledger: Ledger, block: string, statements: string): string[] {
  return load(ledger.file(block, statements)).diagnostics
    .filter(({ code }) => ABOUT.has(code)).map(({ code, message }) => `${code}: ${message}`);
}

/** The configuration that statements in a block make, without places in the file. */
export function meaning(ledger: Ledger, block: string, statements: string): Config {
  const { config } = load(ledger.file(block, statements));
  return JSON.parse(JSON.stringify(config, (key, value) => key === "at" ? undefined : value));
}
