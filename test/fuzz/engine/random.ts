/** Numbers that look random; the same seed gives the same (xorshift32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed | 0) === 0 ? 1 : seed | 0;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % count;
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  /** Small numbers more often than large ones. */
  small(max: number): number {
    return this.below(1 + this.below(1 + this.below(max + 1)));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("Nothing to pick from");
    return item;
  }
}
