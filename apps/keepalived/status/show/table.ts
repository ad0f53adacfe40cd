import type { Colour, Paint } from "./paint.ts";

/** One cell: its text, and perhaps its colour. */
export type Cell = string | { readonly text: string; readonly colour: Colour };

/** A row of a table, and lines that belong to it below. */
export type Row = { readonly cells: readonly Cell[]; readonly notes?: readonly Cell[] };

const gap = "  ";

/**
 * Lines of a table whose columns are as wide as what they hold. A column without content is left out.
 *
 * @param indent before each line
 */
export function tableLines(
  titles: readonly string[],
  rows: readonly Row[],
  paint: Paint,
  indent = "",
): readonly string[] {
  const columns = titles.map((_, i) => i)
    .filter((i) => rows.some(({ cells }) => textOf(cells[i] ?? "") !== ""));
  const widths = columns.map((i) =>
    Math.max(...[titles[i] ?? "", ...rows.map(({ cells }) => textOf(cells[i] ?? ""))]
      .map(({ length }) => length))
  );
  const line = (cells: readonly Cell[]) => {
    const padded = columns.map((i, at) => {
      const cell = cells[i] ?? "";
      const text = textOf(cell);
      const fill = " ".repeat((widths[at] ?? 0) - text.length);
      return (typeof cell === "string" ? text : paint(cell.colour, text)) + fill;
    });
    return `${indent}${padded.join(gap)}`.trimEnd();
  };
  return [
    line(titles.map((text) => ({ text, colour: "quiet" }))),
    ...rows.flatMap(({ cells, notes = [] }) => [
      line(cells),
      ...notes.map((note) =>
        `${indent}${gap}${typeof note === "string" ? note : paint(note.colour, note.text)}`
      ),
    ]),
  ];
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}
