import { type Difference, difference } from "@keepalived/reconcile";
import { sameMeaning } from "./same.ts";

/**
 * Compares two lists by identity.
 *
 * Several items of one identity, as virtual routers with disjoint peers may be, are told apart by their names.
 */
export function match<T>(
  from: readonly T[],
  to: readonly T[],
  identity: (item: T) => string,
  name: (item: T) => string,
): Difference<T> {
  const shared = new Set([...repeated(from.map(identity)), ...repeated(to.map(identity))]);
  const key = (item: T): string => {
    const id = identity(item);
    return shared.has(id) ? `${id} ${name(item)}` : id;
  };
  return difference(to, from, key, sameMeaning);
}

function repeated(all: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return all.filter((one) => seen.size === seen.add(one).size);
}
