import { readFileSync } from "node:fs";

/** A fenced block of a document. */
export type Block = {
  /** What stands after the fence: `sh`, `conf`, `text`. */
  readonly language: string;
  readonly text: string;
  /** Line of the first line of the text in its document, from 1. */
  readonly line: number;
};

/** The fenced blocks of a Markdown document of `docs`, or of the README, in order. */
export function blocksOf(document: string): readonly Block[] {
  const lines = readFileSync(new URL(`../../${document}`, import.meta.url), "utf8").split("\n");
  const blocks: Block[] = [];
  let open: { readonly language: string; readonly from: number } | undefined;
  for (const [i, line] of lines.entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) continue;
    if (open === undefined) {
      open = { language: fence[1] ?? "", from: i + 1 };
      continue;
    }
    const { language, from } = open;
    blocks.push({ language, text: `${lines.slice(from, i).join("\n")}\n`, line: from + 1 });
    open = undefined;
  }
  if (open !== undefined) throw new RangeError(`${document}: a block is not closed`);
  return blocks;
}
