import type { Log } from "../log.ts";

/** A change of the MASTER makes all complaints new again, but not more often than this: two may take turns. */
const leastGapUs = 10_000_000;

/**
 * What is logged once of each kind, until the state or the MASTER changes: a peer must not be able to flood the log.
 */
export class Complaints {
  readonly #log: Log;
  readonly #said = new Set<string>();
  #clearedUs = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param text is asked for only if it is logged */
  once(kind: string, text: () => string): void {
    if (this.#said.has(kind)) return;
    this.#said.add(kind);
    this.#log("warning", text());
  }

  stateChanged(): void {
    this.#said.clear();
  }

  masterChanged(nowUs: number): void {
    if (nowUs - this.#clearedUs < leastGapUs) return;
    this.#clearedUs = nowUs;
    this.#said.clear();
  }
}
