import type { Entry } from "@keepalived/conf-parser";
import { printLine } from "./quote.ts";

/** A tree as the text of a file: one statement a line, blocks indented by four columns and parted at the top. */
export function printEntries(entries: readonly Entry[]): string {
  const lines: string[] = [];
  for (const [i, entry] of entries.entries()) {
    if (i > 0 && (entry.block !== undefined || entries[i - 1]?.block !== undefined)) lines.push("");
    print(entry, "", lines);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function print({ words, text, block }: Entry, indent: string, lines: string[]): void {
  const line = indent + printLine(text.slice(words[0].offset, words.at(-1)?.end));
  if (block === undefined) {
    lines.push(line);
    return;
  }
  lines.push(`${line} {`);
  for (const entry of block.entries) print(entry, `${indent}    `, lines);
  lines.push(`${indent}}`);
}
