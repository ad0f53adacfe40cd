import type { Holding } from "./config.ts";

/** What to take from the kernel and what to give it, to go from one list of holdings to another. */
export type HoldingChange = {
  readonly remove: readonly Holding[];
  readonly add: readonly Holding[];
};

/** A holding of the same key and another value is removed and added. Both lists keep their order. */
export function changeOfHoldings(
  from: readonly Holding[],
  to: readonly Holding[],
): HoldingChange {
  return { remove: without(from, to), add: without(to, from) };
}

function without(list: readonly Holding[], others: readonly Holding[]): readonly Holding[] {
  const values = new Map(others.map(({ key, value }) => [key, JSON.stringify(value)]));
  return list.filter(({ key, value }) => values.get(key) !== JSON.stringify(value));
}
