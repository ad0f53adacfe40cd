/** A time to call back at, which can be set again and again without another allocation. */
export type Deadline = Disposable & {
  /**
   * @param atUs a time of the clock that the deadline belongs to; undefined: not any more
   * @param leadUs how long before to prepare for it; 0, the default: not at all
   */
  readonly setAt: (atUs: number | undefined, leadUs?: number) => void;
};

/** What comes next. */
export type NextDeadline = {
  readonly atUs: number;
  readonly leadUs: number;
  readonly prepare: (() => void) | undefined;
  /** From when on it is late: its time, or when it was set if that was later. */
  readonly lateFromUs: number;
};

/** Deadlines ordered by time, those of one time in the order of their setting: a binary heap that knows its places. */
export class Deadlines {
  readonly #heap: Entry[] = [];
  /** The times of the heap, side by side: of thousands, most is spent on comparing them. */
  readonly #times: number[] = [];
  readonly #nowUs: () => number;
  readonly #onChange: () => void;
  #settings = 0;

  /** @param onChange called after each setting */
  constructor(nowUs: () => number, onChange: () => void = () => {}) {
    this.#nowUs = nowUs;
    this.#onChange = onChange;
  }

  add(callback: () => void, prepare?: () => void): Deadline {
    return new Entry(this, callback, prepare);
  }

  /** The earliest one, or undefined. */
  get next(): NextDeadline | undefined {
    return this.#heap[0];
  }

  /** The earliest time, or undefined. */
  get nextUs(): number | undefined {
    return this.#times[0];
  }

  /** How many are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** Takes out the earliest one if its time has come. @returns its callback */
  takeDue(nowUs: number): (() => void) | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.atUs > nowUs) return undefined;
    this.remove(first);
    return first.callback;
  }

  /** For entries. */
  set(entry: Entry, atUs: number | undefined): void {
    if (atUs === undefined) this.remove(entry);
    else {
      entry.atUs = atUs;
      entry.lateFromUs = Math.max(atUs, this.#nowUs());
      entry.order = this.#settings++;
      this.#settle(entry, entry.place < 0 ? this.#heap.length : entry.place);
    }
    this.#onChange();
  }

  /** For entries. */
  remove(entry: Entry): void {
    if (entry.place < 0) return;
    const last = this.#heap.pop();
    this.#times.pop();
    if (last !== undefined && last !== entry) this.#settle(last, entry.place);
    entry.place = -1;
  }

  /** Puts an entry to where it belongs, given a place that is free or its own. */
  #settle(entry: Entry, free: number): void {
    let place = free;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(entry, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    if (place === free) place = this.#sink(entry, place);
    this.#put(entry, place);
  }

  #sink(entry: Entry, free: number): number {
    const { length } = this.#heap;
    for (let place = free;;) {
      const left = 2 * place + 1;
      if (left >= length) return place;
      const right = left + 1;
      const child = right < length && this.#isSooner(right, left) ? right : left;
      if (this.#isBefore(entry, child)) return place;
      this.#move(child, place);
      place = child;
    }
  }

  #move(from: number, to: number): void {
    const entry = this.#heap[from];
    if (entry !== undefined) this.#put(entry, to);
  }

  #put(entry: Entry, place: number): void {
    entry.place = place;
    this.#heap[place] = entry;
    this.#times[place] = entry.atUs;
  }

  #isBefore(entry: Entry, place: number): boolean {
    const atUs = this.#times[place] ?? Infinity;
    return entry.atUs !== atUs
      ? entry.atUs < atUs
      : entry.order < (this.#heap[place]?.order ?? Infinity);
  }

  #isSooner(a: number, b: number): boolean {
    const entry = this.#heap[a];
    const [aUs, bUs] = [this.#times[a] ?? Infinity, this.#times[b] ?? Infinity];
    return aUs !== bUs ? aUs < bUs : entry !== undefined && this.#isBefore(entry, b);
  }
}

class Entry implements Deadline, NextDeadline {
  readonly callback: () => void;
  readonly prepare: (() => void) | undefined;
  atUs = 0;
  leadUs = 0;
  lateFromUs = 0;
  order = 0;
  /** Index in the heap, -1 outside. */
  place = -1;
  readonly #deadlines: Deadlines;

  constructor(deadlines: Deadlines, callback: () => void, prepare: (() => void) | undefined) {
    this.#deadlines = deadlines;
    this.callback = callback;
    this.prepare = prepare;
  }

  setAt(atUs: number | undefined, leadUs = 0): void {
    this.leadUs = leadUs;
    this.#deadlines.set(this, atUs);
  }

  [Symbol.dispose](): void {
    this.#deadlines.remove(this);
  }
}
