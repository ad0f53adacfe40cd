/**
 * Lines that wait for an output that takes none now. There is a limit to them: past it lines are dropped, and their
 * number takes the place of the first one that finds room again.
 */
export class Backlog {
  readonly #mostChars: number;
  readonly #note: (lostLines: number) => string;
  #lines: string[] = [];
  #chars = 0;
  #lost = 0;

  /** @param note a line, in the form of this output, that says how many were dropped */
  constructor(mostChars: number, note: (lostLines: number) => string) {
    this.#mostChars = mostChars;
    this.#note = note;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  push(line: string): void {
    if (this.#chars + line.length > this.#mostChars) {
      this.#lost++;
      return;
    }
    if (this.#lost > 0) this.#append(this.#note(this.#lost));
    this.#lost = 0;
    this.#append(line);
  }

  get first(): string | undefined {
    return this.#lines[0];
  }

  /** Drops the first line: it was written. */
  shift(): void {
    this.#chars -= this.#lines.shift()?.length ?? 0;
  }

  /** Takes all lines out. */
  takeAll(): readonly string[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#chars = 0;
    return lines;
  }

  #append(line: string): void {
    this.#lines.push(line);
    this.#chars += line.length;
  }
}
