import { ignoreSignal, RealtimeSignal, SIGRTMAX, SIGRTMIN, SyscallError } from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";

/** What operators call the signals for dumps that have no names in the runtimes, and their numbers. */
const numbers: Readonly<Record<DumpSignal, number>> = {
  JSON: SIGRTMIN + 2,
  STATS_CLEAR: SIGRTMAX - 1,
};

export type DumpSignal = "JSON" | "STATS_CLEAR";

/** Takes those signals from the first moment; what comes before somebody can act on them waits. */
export class DumpSignals {
  readonly #signals = new Map<DumpSignal, RealtimeSignal>();
  readonly #watches: Disposable[] = [];

  constructor(log: Log) {
    for (const [name, number] of Object.entries(numbers) as [DumpSignal, number][]) {
      try {
        this.#signals.set(name, new RealtimeSignal(number));
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        log("warning", `${error.message}: there will be no ${name} dumps by signal`);
        // It must not end the daemon.
        ignoreSignal(number);
      }
    }
  }

  /** From now on signals go there, those that wait first. */
  handOver(reactor: Reactor, take: (signal: DumpSignal) => void): void {
    for (const [name, signal] of this.#signals) {
      this.#watches.push(reactor.watch(signal.fd, "read", () => {
        if (signal.clear()) take(name);
      }));
    }
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
    for (const signal of this.#signals.values()) signal[Symbol.dispose]();
  }
}
