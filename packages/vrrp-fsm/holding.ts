import { difference } from "@keepalived/reconcile";
import type { Holding } from "./config.ts";

/** What to take from the kernel and what to give it, to go from one list of holdings to another. */
export type HoldingChange = {
  readonly remove: readonly Holding[];
  readonly add: readonly Holding[];
};

/** A holding of the same key and another value is removed and added. */
export function changeOfHoldings(
  from: readonly Holding[],
  to: readonly Holding[],
): HoldingChange {
  const { add, change, remove } = difference(to, from, (holding) => holding.key, isSame);
  return {
    remove: [...remove, ...change.map((pair) => pair.from)],
    add: [...add, ...change.map((pair) => pair.to)],
  };
}

function isSame(a: Holding, b: Holding): boolean {
  return JSON.stringify(a.value) === JSON.stringify(b.value);
}
