import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** An input that is kept. */
export type Kept = {
  readonly input: Uint8Array;
  /** Why it is kept for ever; undefined: for where it goes, and another one may take its place. */
  readonly note: string | undefined;
};

const head =
  "# Inputs, one a line, as JSON text with a character for each byte. `npm run fuzz -- --help`";

/** The file of a target's inputs. */
export function corpusPath(target: string): string {
  return fileURLToPath(new URL(`../corpus/${target}.txt`, import.meta.url));
}

/** A line that begins with `#` says why the next input is kept for ever. @throws Error for a line that is no input */
export function readCorpus(target: string): readonly Kept[] {
  const path = corpusPath(target);
  if (!existsSync(path)) return [];
  const kept: Kept[] = [];
  let note: string | undefined;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "" || line === head) continue;
    if (line.startsWith("# ")) {
      note = line.slice(2);
      continue;
    }
    kept.push({ input: parseInput(line), note });
    note = undefined;
  }
  return kept;
}

/** What is kept for ever comes first. */
export function writeCorpus(target: string, kept: readonly Kept[]): void {
  const forEver = kept.filter(({ note }) => note !== undefined);
  const others = kept.filter(({ note }) => note === undefined).map(({ input }) =>
    printInput(input)
  );
  const lines = [
    head,
    ...forEver.flatMap(({ note, input }) => [`# ${note}`, printInput(input)]),
    ...others.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)),
  ];
  writeFileSync(corpusPath(target), `${lines.join("\n")}\n`);
}

/** As text that a file of lines can hold. */
export function printInput(input: Uint8Array): string {
  return JSON.stringify(String.fromCharCode(...input)).replace(
    /[\x7f-\xff]/g,
    (it) => `\\u00${it.charCodeAt(0).toString(16)}`,
  );
}

export function parseInput(line: string): Uint8Array {
  const text: unknown = JSON.parse(line);
  if (typeof text !== "string" || /[^\0-\xff]/.test(text)) throw new Error(`No input: ${line}`);
  return Uint8Array.from(text, (it) => it.charCodeAt(0));
}
