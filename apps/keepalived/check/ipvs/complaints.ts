import type { Log } from "../../log.ts";

/** Lines of one run. */
const linesPerRun = 10;

/** Errors that come again with each attempt are said once, and of many only the first. */
export class Complaints {
  readonly #log: Log;
  #before: ReadonlySet<string> = new Set();
  #now = new Set<string>();
  #lines = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  say(text: string): void {
    if (this.#now.has(text)) return;
    this.#now.add(text);
    if (this.#before.has(text)) return;
    if (this.#lines++ < linesPerRun) this.#log("error", `IPVS: ${text}`);
  }

  /** An attempt is over: what the next one says again is no news. */
  endOfRun(): void {
    const left = this.#lines - linesPerRun;
    if (left > 0) this.#log("error", `IPVS: ${left} more errors`);
    this.#lines = 0;
    this.#before = this.#now;
    this.#now = new Set();
  }
}
