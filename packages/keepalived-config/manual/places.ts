import type { Keyword, Table } from "../schema/keyword.ts";
import { ROOT } from "../schema/root.ts";

/** A keyword where it may stand. */
export type KeywordPlace = {
  /** The blocks around it, outermost first; none: outside all blocks. */
  readonly path: readonly string[];
  readonly keyword: Keyword;
  /** Whether it is a word of a line of values, not the head of a line. */
  readonly inLine: boolean;
  /** The other names of it at this place. */
  readonly aliases: readonly string[];
};

/** A block, with the keywords that stand in it. */
export type BlockPlace = {
  readonly path: readonly string[];
  readonly table: Table;
  readonly places: readonly KeywordPlace[];
};

/** All blocks, each before those inside it; what stands outside all of them comes first. */
export function blockPlaces(): readonly BlockPlace[] {
  const blocks: BlockPlace[] = [];
  walk(ROOT, []);
  return blocks;

  function walk(table: Table, path: readonly string[]): void {
    const inLine = table.kind === "lines";
    const rows = inLine ? table.words ?? [] : table.keywords;
    const places = rows.map((keyword) => ({
      path,
      keyword,
      inLine,
      aliases: aliasesOf(keyword, rows),
    }));
    blocks.push({ path, table, places });
    for (const { name, block, aliasOf } of rows) {
      if (block !== undefined && aliasOf === undefined) walk(block, [...path, name]);
    }
  }
}

function aliasesOf({ name }: Keyword, rows: readonly Keyword[]): readonly string[] {
  return rows.filter(({ aliasOf }) => aliasOf === name).map((row) => row.name);
}
