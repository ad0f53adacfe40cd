/** Words of the area's first part. */
const runsAt = 0;
const lengthAt = 1;
const stopAt = 2;
const headWords = 4;

/** Memory that the fuzzing thread shares with the one that watches it: what it tries just now, and whether to stop. */
export class ExchangeArea {
  readonly buffer: SharedArrayBuffer;
  readonly #head: Int32Array;
  readonly #input: Uint8Array;

  /** @param from the number of bytes an input may have, or the memory of the other side */
  constructor(from: number | SharedArrayBuffer) {
    this.buffer = typeof from === "number" ? new SharedArrayBuffer(4 * headWords + from) : from;
    this.#head = new Int32Array(this.buffer, 0, headWords);
    this.#input = new Uint8Array(this.buffer, 4 * headWords);
  }

  /** Says what is tried next. */
  begin(input: Uint8Array): void {
    this.#input.set(input);
    Atomics.store(this.#head, lengthAt, input.length);
    Atomics.add(this.#head, runsAt, 1);
  }

  /** Changes with every input. */
  get runs(): number {
    return Atomics.load(this.#head, runsAt);
  }

  /** What is tried just now. */
  get input(): Uint8Array {
    return this.#input.slice(0, Atomics.load(this.#head, lengthAt));
  }

  get isToStop(): boolean {
    return Atomics.load(this.#head, stopAt) !== 0;
  }

  stop(): void {
    Atomics.store(this.#head, stopAt, 1);
  }
}
