import { cpus, loadavg, release } from "node:os";
import type { Contender } from "./contenders.ts";
import { versionOf } from "./contenders.ts";

/** A table for people: the first columns are words, aligned left, the others figures, aligned right. */
export function table(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
  words: number,
): string {
  const widths = header.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column < words ? cell.padEnd(width) : cell.padStart(width);
    }).join("  ").trimEnd();
  return [title, "", ...[header, ...rows].map((row) => `  ${line(row)}`), ""].join("\n");
}

/** Microseconds as milliseconds. */
export function inMs(us: number): string {
  return (us / 1000).toFixed(3);
}

/** Bytes as mebibytes. */
export function inMiB(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}

export function ratio(ours: number, theirs: number): string {
  return `${(ours / theirs).toFixed(1)}x`;
}

/** Where and when this runs, without which no figure means anything. */
export function circumstances(contenders: readonly Contender[]): string {
  const models = cpus().map(({ model }) => model.trim());
  return [
    `date     ${new Date().toISOString()}`,
    `machine  ${models.length} x ${models[0]}, load ${loadavg()[0]?.toFixed(2)} before the start`,
    `kernel   ${release()}`,
    ...contenders.map((it) => `${it.name.padEnd(8)} ${versionOf(it)}`),
    "",
  ].join("\n");
}
