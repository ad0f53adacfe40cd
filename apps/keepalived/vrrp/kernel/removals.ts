/** What tells values of the kernel apart. */
type Kind<Value> = {
  readonly keyOf: (value: Value) => string;
  readonly matches: (given: Value, told: Value) => boolean;
};

type Removal<Value> = { readonly value: Value; readonly serial: number };

/** Removals that were asked of the kernel and that it has not told of yet. */
export class Removals<Value> {
  readonly #kind: Kind<Value>;
  /** By {@linkcode Kind.keyOf}. */
  readonly #pending = new Map<string, readonly Removal<Value>[]>();

  constructor(kind: Kind<Value>) {
    this.#kind = kind;
  }

  /** @param serial counts up with what is asked of the kernel */
  add(value: Value, serial: number): void {
    const key = this.#kind.keyOf(value);
    this.#pending.set(key, [...this.#pending.get(key) ?? [], { value, serial }]);
  }

  /** Whether a removal that the kernel tells of is one of these; it is counted off. */
  take(told: Value): boolean {
    const own = this.#pending.get(this.#kind.keyOf(told))
      ?.find(({ value }) => this.#kind.matches(value, told));
    if (own === undefined) return false;
    this.forget(own.value);
    return true;
  }

  /** The kernel will not tell of this one. */
  forget(value: Value): void {
    const key = this.#kind.keyOf(value);
    const rest = this.#pending.get(key)?.filter((other) => other.value !== value) ?? [];
    if (rest.length > 0) this.#pending.set(key, rest);
    else this.#pending.delete(key);
  }

  /** The kernel will not tell of those that were asked for so early. */
  forgetUntil(serial: number): void {
    for (const removal of [...this.#pending.values()].flat()) {
      if (removal.serial <= serial) this.forget(removal.value);
    }
  }
}
