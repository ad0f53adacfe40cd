/** Names of registered numbers, or of bits. */
export type Registry = { readonly [name: string]: number };

/** A registered name; a number that has none stands for itself. */
export type NameIn<Names extends Registry> = (keyof Names & string) | number;

/** The name of a number, or the number. */
export function nameOf<Names extends Registry>(names: Names, value: number): NameIn<Names> {
  return Object.keys(names).find((name) => names[name] === value) ?? value;
}

/** The number of a name. @throws RangeError for a name that is not registered */
export function numberOf<Names extends Registry>(names: Names, name: NameIn<Names>): number {
  const value = typeof name === "number" ? name : names[name];
  if (value === undefined) throw new RangeError(`Not a registered name: ${name}`);
  return value;
}

/** Bits by name: true if set. Bits without a name are in `other`. */
export type Flags<Names extends Registry> =
  & { readonly [Name in keyof Names]?: boolean }
  & { readonly other?: number };

/** Names of the bits that are set; the others are absent. */
export function decodeFlags<Names extends Registry>(names: Names, value: number): Flags<Names> {
  const flags: Record<string, boolean | number> = {};
  let other = value;
  for (const [name, bit] of Object.entries(names)) {
    if ((value & bit) === 0) continue;
    flags[name] = true;
    other &= ~bit;
  }
  if (other !== 0) flags["other"] = other >>> 0;
  // Only names of the registry and "other" were set, which the compiler cannot see.
  return flags as Flags<Names>;
}

/** The bits of flags that are true. */
export function encodeFlags<Names extends Registry>(names: Names, flags: Flags<Names>): number {
  let value = flags.other ?? 0;
  for (const [name, bit] of Object.entries(names)) {
    if (flags[name] === true) value |= bit;
  }
  return value >>> 0;
}
