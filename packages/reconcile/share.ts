/**
 * The next plain data, with the parts of the previous in it that are equal and at the same place.
 *
 * Whoever compares the two, or parts of them, then sees at once what is unchanged. Equal is what has the same JSON text:
 * objects with the same fields in another order are not.
 */
export function share<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (Array.isArray(previous) && Array.isArray(next)) return shareItems(previous, next);
  if (!isRecord(previous) || !isRecord(next)) return next;
  const names = Object.keys(next);
  if (!hasSameFields(Object.keys(previous), names)) return next;
  let shared: Record<string, unknown> | undefined;
  for (const name of names) {
    const part = share(previous[name], next[name]);
    if (Object.is(part, previous[name])) continue;
    shared ??= { ...previous };
    shared[name] = part;
  }
  return (shared ?? previous) as T;
}

function shareItems<T extends readonly unknown[]>(previous: readonly unknown[], next: T): T {
  const shared = next.map((item, i) => share(previous[i], item));
  const isSame = previous.length === next.length &&
    shared.every((item, i) => Object.is(item, previous[i]));
  return (isSame ? previous : shared) as T;
}

/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two lists of names are the same, in the same order. */
export function hasSameFields(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
