/** Whether two parts of a configuration mean the same; where they stand (`at`) does not count. */
export function sameMeaning(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length &&
      a.every((item, i) => sameMeaning(item, b[i]));
  }
  const [left, right] = [a, b] as [Record<string, unknown>, Record<string, unknown>];
  for (const name of Object.keys(left)) {
    if (name !== "at" && !sameMeaning(left[name], right[name])) return false;
  }
  return Object.keys(right).every((name) =>
    name === "at" || right[name] === undefined || Object.hasOwn(left, name)
  );
}
