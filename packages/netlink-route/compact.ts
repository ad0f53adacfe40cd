/** Fields that may be undefined become fields that may be absent. */
export type Compact<Fields> =
  & { readonly [K in keyof Fields as undefined extends Fields[K] ? never : K]: Fields[K] }
  & {
    readonly [K in keyof Fields as undefined extends Fields[K] ? K : never]?: Exclude<
      Fields[K],
      undefined
    >;
  };

/** A copy without the fields that are undefined. */
export function compact<Fields extends object>(fields: Fields): Compact<Fields> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as Compact<Fields>;
}
