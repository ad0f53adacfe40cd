/** What to do to make the actual collection the desired one. */
export type Difference<T> = {
  /** Desired and absent, in the order of the desired collection. */
  readonly add: readonly T[];
  /** Present under the same key but not the same, in the order of the desired collection. */
  readonly change: readonly { readonly from: T; readonly to: T }[];
  /** Present and not desired, in the order of the actual collection. */
  readonly remove: readonly T[];
};

/**
 * Compares two collections by key, in linear time.
 *
 * @param key identity of an item; of several items with one key in a collection the last counts
 * @param same whether two items of one key need no change
 */
export function difference<T>(
  desired: Iterable<T>,
  actual: Iterable<T>,
  key: (item: T) => string,
  same: (desired: T, actual: T) => boolean,
): Difference<T> {
  const wanted = byKey(desired, key);
  const present = byKey(actual, key);
  const add: T[] = [];
  const change: { from: T; to: T }[] = [];
  for (const [id, to] of wanted) {
    if (!present.has(id)) {
      add.push(to);
      continue;
    }
    const from = present.get(id) as T;
    if (!same(to, from)) change.push({ from, to });
  }
  const remove = [...present].filter(([id]) => !wanted.has(id)).map(([, item]) => item);
  return { add, change, remove };
}

function byKey<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) map.set(key(item), item);
  return map;
}
