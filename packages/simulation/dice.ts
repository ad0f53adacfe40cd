import { nextRandom } from "@keepalived/machine";

/** Random numbers that a seed repeats. */
export class Dice {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    const { value, seed } = nextRandom(this.#seed);
    this.#seed = seed;
    return min + Math.floor(value * (max - min + 1));
  }

  /** True once in `n`. */
  oneIn(n: number): boolean {
    return this.integer(1, n) === 1;
  }

  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError("Cannot pick from an empty list");
    return list[this.integer(0, list.length - 1)] as T;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const shuffled = [...list];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }
}
