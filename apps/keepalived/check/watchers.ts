/** Who wants to hear of changes of what, by name. */
export class Watchers {
  readonly #byName = new Map<string, Set<() => void>>();

  /** Calls back at each change of what has this name, until disposed. */
  watch(name: string, onChange: () => void): Disposable {
    const all = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, all.add(onChange));
    return { [Symbol.dispose]: () => all.delete(onChange) };
  }

  /** What has this name has changed. */
  tell(name: string): void {
    // A copy: who hears of it may come or go.
    for (const onChange of [...this.#byName.get(name) ?? []]) onChange();
  }
}
