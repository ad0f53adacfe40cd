import process from "node:process";
import { SIGUSR1, unblockSignal } from "@keepalived/linux";

/** What operators and the system send; none of them may end the daemon the hard way. */
const listened = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

export type Signal = (typeof listened)[number];

/** Takes signals from the first moment, and keeps those that come before somebody can act on them. */
export class Signals {
  readonly #ignored: readonly Signal[];
  #waiting: Signal[] = [];
  #take: (signal: Signal) => void = (signal) => void this.#waiting.push(signal);
  readonly #listeners = listened.map((signal) => [signal, () => this.#receive(signal)] as const);

  /** @param ignored signals that do nothing */
  constructor(ignored: readonly Signal[] = []) {
    this.#ignored = ignored;
    for (const [signal, listener] of this.#listeners) process.on(signal, listener);
    unblockSignal(SIGUSR1);
  }

  /** From now on signals go there, those that wait first. */
  handOver(take: (signal: Signal) => void): void {
    this.#take = take;
    for (const signal of this.#waiting.splice(0)) take(signal);
  }

  #receive(signal: Signal): void {
    if (!this.#ignored.includes(signal)) this.#take(signal);
  }

  [Symbol.dispose](): void {
    for (const [signal, listener] of this.#listeners) process.off(signal, listener);
  }
}
