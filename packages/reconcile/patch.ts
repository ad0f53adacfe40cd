import { hasSameFields, isRecord } from "./share.ts";

/** What makes one plain data of another; JSON itself. */
export type Patch =
  /** Another value in its place. */
  | { readonly to: unknown }
  /** Fields or items that change, by name or index; all others stay. */
  | {
    readonly parts: readonly (readonly [at: string | number, Patch])[];
    readonly length?: number;
  };

/**
 * What is to be told to somebody who has the JSON text of `from`, so that it has that of `to`; undefined: nothing.
 *
 * Lists are compared item by item in their order. Parts that are identical are not looked at.
 */
export function patchOf(from: unknown, to: unknown): Patch | undefined {
  if (Object.is(from, to)) return undefined;
  if (Array.isArray(from) && Array.isArray(to)) {
    const parts = to.flatMap((item, i) => {
      const part = i < from.length ? patchOf(from[i], item) : { to: item };
      return part === undefined ? [] : [[i, part] as const];
    });
    if (from.length !== to.length) return { parts, length: to.length };
    return parts.length === 0 ? undefined : { parts };
  }
  if (!isRecord(from) || !isRecord(to)) return { to };
  const names = Object.keys(to);
  // With other fields, or in another order, it would not have the same text.
  if (!hasSameFields(Object.keys(from), names)) return { to };
  const parts: (readonly [string, Patch])[] = [];
  for (const name of names) {
    const [before, after] = [from[name], to[name]];
    // JSON has no field that is undefined.
    if (before === undefined !== (after === undefined)) return { to };
    const part = patchOf(before, after);
    if (part !== undefined) parts.push([name, part]);
  }
  return parts.length === 0 ? undefined : { parts };
}

/** Plain data with a change. What does not change is identical in both. @param patch absent: nothing changes */
export function patched(value: unknown, patch: Patch | undefined): unknown {
  if (patch === undefined) return value;
  if ("to" in patch) return patch.to;
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, patch.length);
    for (const [at, part] of patch.parts) items[Number(at)] = patched(items[Number(at)], part);
    return items;
  }
  const fields: Record<string, unknown> = { ...value as object };
  for (const [at, part] of patch.parts) fields[at] = patched(fields[at], part);
  return fields;
}
