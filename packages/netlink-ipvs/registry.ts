/** Names of registered numbers. */
export type Registry = { readonly [name: string]: number };

/** A registered name; a number that has none stands for itself. */
export type NameIn<Names extends Registry> = (keyof Names & string) | number;

/** The name of a number, or the number. */
export function nameOf<Names extends Registry>(names: Names, value: number): NameIn<Names> {
  for (const name in names) if (names[name] === value) return name;
  return value;
}

/** The number of a name. @throws RangeError for a name that is not registered */
export function numberOf<Names extends Registry>(names: Names, name: NameIn<Names>): number {
  const value = typeof name === "number" ? name : names[name];
  if (value === undefined) throw new RangeError(`Not a registered name: ${name}`);
  return value;
}
