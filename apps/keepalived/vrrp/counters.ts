/** Counts by name. Names come from closed sets (fault names of codecs, checks of receive.ts), so it stays small. */
export class Counters {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.#counts.set(name, this.get(name) + count);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Begins from 0 again. */
  clear(): void {
    this.#counts.clear();
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
