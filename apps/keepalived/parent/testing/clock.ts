import type { Deadline, Scheduler } from "@keepalived/reactor";

const second = 1_000_000;

/** Time that passes when it is told to. */
export class Clock implements Scheduler {
  #nowUs = 0;
  readonly #deadlines = new Map<Deadline, { atUs: number | undefined; callback: () => void }>();

  nowUs(): number {
    return this.#nowUs;
  }

  deadline(callback: () => void): Deadline {
    const entry: { atUs: number | undefined; callback: () => void } = { atUs: undefined, callback };
    const deadline: Deadline = {
      setAt: (atUs) => void (entry.atUs = atUs),
      [Symbol.dispose]: () => void this.#deadlines.delete(deadline),
    };
    this.#deadlines.set(deadline, entry);
    return deadline;
  }

  /** Lets time pass, deadline by deadline. */
  advance(seconds: number): void {
    const untilUs = this.#nowUs + seconds * second;
    for (;;) {
      const due = [...this.#deadlines.values()]
        .filter(({ atUs }) => atUs !== undefined && atUs <= untilUs)
        .sort((a, b) => (a.atUs ?? 0) - (b.atUs ?? 0))[0];
      if (due === undefined) break;
      this.#nowUs = Math.max(this.#nowUs, due.atUs ?? 0);
      due.atUs = undefined;
      due.callback();
    }
    this.#nowUs = untilUs;
  }
}
