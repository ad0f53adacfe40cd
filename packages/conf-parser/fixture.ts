/** Reads texts as files, for tests. */

import {
  type Diagnostic,
  type Entry,
  type Grammar,
  type LoadedFile,
  parse,
  type Parsed,
  type ParseOptions,
} from "./mod.ts";

export type Shape = readonly (string | Shape)[];

/** Words as strings, a block as an array behind them. */
export function shape(entries: readonly Entry[]): Shape {
  return entries.map(({ words, block }) => [
    ...words.map(({ text }) => text),
    ...(block === undefined ? [] : [shape(block.entries)]),
  ]);
}

/** Parses a text as the file `main`; `files` is what it may include. */
export function read(
  text: string,
  options: ParseOptions = {},
  files: Record<string, string> = {},
): Parsed {
  const all: Record<string, string> = { main: text, ...files };
  return parse("main", (pattern): LoadedFile[] => {
    const found = all[pattern];
    return found === undefined ? [] : [{ path: pattern, text: found }];
  }, options);
}

/** `main:2:4 unmatched-quote`: the place and the code of each. */
export function found(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ at, code }) => `${at.file}:${at.line}:${at.column} ${code}`);
}

/** A language of two blocks in each other. */
export const grammar: Grammar = (path, keyword) => {
  const known: Record<string, string[]> = {
    "": ["group", "other"],
    group: ["list", "size"],
    "group/list": ["a", "b"],
  };
  return known[path.join("/")]?.includes(keyword) ?? true;
};
