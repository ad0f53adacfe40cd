import type { PlainStatement } from "../plain.ts";
import { printStatements } from "../print_statements.ts";
import { redact } from "../show/redact.ts";
import { sameMeaning } from "./same.ts";

/** The statements of one block before and after. */
export type Before = {
  readonly keyword: string;
  readonly from: readonly PlainStatement[];
  readonly to: readonly PlainStatement[];
};

/**
 * What is different between two blocks of one keyword, in words: `priority 100 → 150`, `virtual_ipaddress: 10.0.0.1/24
 * added`. Secrets are not shown, only that they changed. Outside all blocks (the keyword is empty) order means nothing.
 */
export function describeBlock({ keyword, from, to }: Before): readonly string[] {
  const nameOf = ({ name }: PlainStatement) => name;
  const [old, now] = [Map.groupBy(from, nameOf), Map.groupBy(to, nameOf)];
  const names = new Set([...now.keys(), ...old.keys()]);
  return [...names].flatMap((name) =>
    describeKeyword(keyword, old.get(name) ?? [], now.get(name) ?? [])
  );
}

/** All statements of one keyword: a value changes; of several lines or blocks some come and some go. */
function describeKeyword(
  parent: string,
  from: readonly PlainStatement[],
  to: readonly PlainStatement[],
): readonly string[] {
  if (sameMeaning(from, to)) return [];
  const isValue = from.length <= 1 && to.length <= 1 && [...from, ...to].every(hasNoBlock);
  const [before, after] = [from, to].map((all) => keyed(all, isValue));
  const changes: string[] = [];
  for (const [key, old] of before ?? []) {
    const now = after?.get(key);
    if (now === undefined) changes.push(`${headOf(parent, old)} removed`);
    else changes.push(...describeOne(parent, old, now));
  }
  for (const [key, now] of after ?? []) {
    if (before?.has(key) !== true) changes.push(`${headOf(parent, now)} added`);
  }
  return changes;
}

function hasNoBlock({ block }: PlainStatement): boolean {
  return block === undefined;
}

/** Statements by their words; equal ones by their order too. A value is the same whatever its words are. */
function keyed(all: readonly PlainStatement[], isValue: boolean): Map<string, PlainStatement> {
  const counts = new Map<string, number>();
  return new Map(all.map((one) => {
    const words = isValue ? "" : JSON.stringify([one.name, one.arguments]);
    const count = counts.get(words) ?? 0;
    counts.set(words, count + 1);
    return [`${words} ${count}`, one];
  }));
}

function describeOne(parent: string, from: PlainStatement, to: PlainStatement): readonly string[] {
  if (sameMeaning(from, to)) return [];
  const now = headOf(parent, to);
  if (from.block !== undefined && to.block !== undefined) {
    const changes = describeBlock({ keyword: from.name, from: from.block, to: to.block })
      .map((change) => `${now}: ${change}`);
    return changes.length === 0 && parent !== "" ? [`${now}: another order`] : changes;
  }
  const old = headOf(parent, from);
  if (old === now) return [`${from.name} changed`];
  return [`${old} → ${now.slice(from.name.length).trim() || "without value"}`];
}

/** A statement without what is in its braces, secrets hidden. */
function headOf(parent: string, { name, arguments: given }: PlainStatement): string {
  return printStatements(redact([{ name, arguments: given }], parent)).trim();
}
