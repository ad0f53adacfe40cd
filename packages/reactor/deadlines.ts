/** A time to call back at, which can be set again and again without another allocation. */
export type Deadline = Disposable & {
  /**
   * @param atUs a time of the clock that the deadline belongs to; undefined: not any more
   * @param leadUs how long before to prepare for it; 0, the default: not at all
   */
  readonly setAt: (atUs: number | undefined, leadUs?: number) => void;
};

/** Deadlines ordered by time, those of one time in the order of their setting: a binary heap that knows its places. */
export class Deadlines {
  readonly #heap: Entry[] = [];
  #settings = 0;

  /** @param onChange called after each setting. */
  add(callback: () => void, onChange: () => void, prepare?: () => void): Deadline {
    const entry: Entry = { callback, prepare, atUs: 0, leadUs: 0, order: 0, place: -1 };
    const setAt = (atUs: number | undefined, leadUs = 0): void => {
      entry.leadUs = leadUs;
      this.#set(entry, atUs);
      onChange();
    };
    return { setAt, [Symbol.dispose]: () => this.#set(entry, undefined) };
  }

  /** The earliest one, or undefined. */
  get next(): NextDeadline | undefined {
    return this.#heap[0];
  }

  /** The earliest time, or undefined. */
  get nextUs(): number | undefined {
    return this.#heap[0]?.atUs;
  }

  /** How many are set. */
  get size(): number {
    return this.#heap.length;
  }

  /** Takes out the earliest one if its time has come. @returns its callback */
  takeDue(nowUs: number): (() => void) | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.atUs > nowUs) return undefined;
    this.#set(first, undefined);
    return first.callback;
  }

  #set(entry: Entry, atUs: number | undefined): void {
    if (entry.place >= 0) this.#remove(entry);
    if (atUs === undefined) return;
    entry.atUs = atUs;
    entry.order = this.#settings++;
    this.#put(entry, this.#heap.length);
    this.#rise(entry);
  }

  #remove(entry: Entry): void {
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#put(last, entry.place);
      this.#rise(last);
      this.#sink(last);
    }
    entry.place = -1;
  }

  #rise(entry: Entry): void {
    for (;;) {
      const parent = this.#heap[(entry.place - 1) >> 1];
      if (parent === undefined || !isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.place + 1];
      const right = this.#heap[2 * entry.place + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, entry)) return;
      this.#swap(entry, child);
    }
  }

  #swap(a: Entry, b: Entry): void {
    const place = a.place;
    this.#put(a, b.place);
    this.#put(b, place);
  }

  #put(entry: Entry, place: number): void {
    entry.place = place;
    this.#heap[place] = entry;
  }
}

/** What comes next. */
export type NextDeadline = {
  readonly atUs: number;
  readonly leadUs: number;
  readonly prepare: (() => void) | undefined;
};

type Entry = {
  readonly callback: () => void;
  readonly prepare: (() => void) | undefined;
  atUs: number;
  leadUs: number;
  order: number;
  /** Index in the heap, -1 outside. */
  place: number;
};

function isBefore(a: Entry, b: Entry): boolean {
  return a.atUs !== b.atUs ? a.atUs < b.atUs : a.order < b.order;
}
