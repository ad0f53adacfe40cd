import { setImmediate } from "node:timers";
import type { Scheduler } from "@keepalived/reactor";

/** A scheduler whose time goes on only when it is told to. */
export class VirtualTime implements Scheduler {
  #nowUs = 1_000_000;
  readonly #deadlines = new Set<{ atUs: number | undefined; readonly callback: () => void }>();

  nowUs(): number {
    return this.#nowUs;
  }

  deadline(callback: () => void): ReturnType<Scheduler["deadline"]> {
    const entry: { atUs: number | undefined; readonly callback: () => void } = {
      atUs: undefined,
      callback,
    };
    this.#deadlines.add(entry);
    return {
      setAt: (atUs) => entry.atUs = atUs,
      [Symbol.dispose]: () => this.#deadlines.delete(entry),
    };
  }

  /** Lets time pass; what is due meanwhile comes at its time, and all that follows from it. */
  async pass(us: number): Promise<void> {
    const untilUs = this.#nowUs + us;
    for (;;) {
      await settle();
      const next = [...this.#deadlines].filter(({ atUs }) => (atUs ?? Infinity) <= untilUs)
        .sort((a, b) => (a.atUs ?? 0) - (b.atUs ?? 0))[0];
      if (next === undefined) break;
      this.#nowUs = Math.max(this.#nowUs, next.atUs ?? 0);
      next.atUs = undefined;
      next.callback();
    }
    this.#nowUs = untilUs;
  }
}

/** Every promise that can settle has settled. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
