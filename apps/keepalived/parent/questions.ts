/** How long a child may take to answer. */
const patienceMs = 3000;

type Asked = {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: ReturnType<typeof setTimeout>;
};

/** The questions that a child has been asked and has not answered yet. */
export class Questions {
  readonly #title: string;
  readonly #asked = new Map<number, Asked>();
  #nextId = 0;
  /** The question whose answer is the next line. */
  #expected: { readonly id: number; readonly ok: boolean } | undefined;

  /** @param title what operators call the child */
  constructor(title: string) {
    this.#title = title;
  }

  /** @param send sends the question with its number @returns the answer in JSON */
  ask(send: (id: number) => void): Promise<string> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#asked.delete(id);
        reject(new Error(`The ${this.#title} process does not answer`));
      }, patienceMs);
      timer.unref?.();
      this.#asked.set(id, { resolve, reject, timer });
      send(id);
    });
  }

  /** The next line is the answer to this question, or if not ok, why there is none. */
  expect(expected: { readonly id: number; readonly ok: boolean }): void {
    this.#expected = expected;
  }

  /** Takes a line if it is an answer. */
  take(line: string): boolean {
    const expected = this.#expected;
    if (expected === undefined) return false;
    this.#expected = undefined;
    const asked = this.#asked.get(expected.id);
    this.#asked.delete(expected.id);
    clearTimeout(asked?.timer);
    if (expected.ok) asked?.resolve(line);
    else asked?.reject(new Error(JSON.parse(line) as string));
    return true;
  }

  /** The child has ended: nobody answers any more. */
  drop(): void {
    this.#expected = undefined;
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer);
      reject(new Error(`The ${this.#title} process has ended`));
    }
    this.#asked.clear();
  }
}
