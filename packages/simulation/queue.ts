type Entry<T> = { readonly atUs: number; readonly order: number; readonly item: T };

/** What will happen, by virtual time; of one moment what was put in first comes first. */
export class Queue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  put(atUs: number, item: T): void {
    const heap = this.#heap;
    let i = heap.push({ atUs, order: this.#order++, item }) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.#isBefore(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** When the first item is due, or undefined if there is none. */
  nextAtUs(): number | undefined {
    return this.#heap[0]?.atUs;
  }

  /** The first item, or undefined if there is none. */
  take(): T | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first?.item;
    heap[0] = last;
    let i = 0;
    for (;;) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && this.#isBefore(child, least)) least = child;
      }
      if (least === i) return first.item;
      this.#swap(i, least);
      i = least;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i] as Entry<T>, this.#heap[j] as Entry<T>];
    return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
  }

  #swap(i: number, j: number): void {
    const heap = this.#heap;
    [heap[i], heap[j]] = [heap[j] as Entry<T>, heap[i] as Entry<T>];
  }
}
