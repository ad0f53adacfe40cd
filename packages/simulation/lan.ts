import type { Dice } from "./dice.ts";

/** Longest way of a packet, microseconds. */
export const MAX_DELAY_US = 2_000;

/** One segment: packets take a while, keep their order from one router to another, and may be lost or held up. */
export class Lan {
  readonly #dice: Dice;
  /** Directions that carry nothing: "from>to". */
  #blocked: ReadonlySet<string> = new Set();
  readonly #lastAtUs = new Map<string, number>();
  /** Of 100 packets, how many get lost. */
  lossPercent = 0;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** What it does not carry; two segments with the same text are cut alike. */
  get cut(): string {
    return [...this.#blocked].sort().join(" ");
  }

  /** Only routers of one group reach each other. */
  partition(groups: readonly (readonly number[])[]): void {
    const blocked = new Set<string>();
    for (const group of groups) {
      for (const other of groups) {
        if (other === group) continue;
        for (const from of group) for (const to of other) blocked.add(`${from}>${to}`);
      }
    }
    this.#blocked = blocked;
  }

  /** Takes one direction out of use, and leaves the others as they are. */
  block(from: number, to: number): void {
    this.#blocked = new Set([...this.#blocked, `${from}>${to}`]);
  }

  heal(): void {
    this.#blocked = new Set();
  }

  reaches(from: number, to: number): boolean {
    return this.#blocked.size === 0 || !this.#blocked.has(`${from}>${to}`);
  }

  /** When a packet sent now arrives, or undefined if it does not. */
  arrivalUs(from: number, to: number, nowUs: number): number | undefined {
    if (!this.reaches(from, to)) return undefined;
    if (this.lossPercent > 0 && this.#dice.integer(1, 100) <= this.lossPercent) return undefined;
    const direction = `${from}>${to}`;
    const delayUs = this.#dice.integer(50, MAX_DELAY_US);
    const atUs = Math.max(nowUs + delayUs, this.#lastAtUs.get(direction) ?? 0);
    this.#lastAtUs.set(direction, atUs);
    return atUs;
  }
}
