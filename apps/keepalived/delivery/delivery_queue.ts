import type { Deadline, Scheduler } from "@keepalived/reactor";
import type { Log } from "../log.ts";

/** Why something could not be delivered. */
export type Failure = {
  readonly reason: string;
  /** Another attempt would not help. */
  readonly permanent: boolean;
};

export type DeliveryQueueOptions<Item> = {
  readonly scheduler: Scheduler;
  readonly log: Log;
  /** What is delivered and to whom, as the start of a sentence: `Mail to mx.example.com`. */
  readonly title: string;
  /** Ends within a time of its own, and is never rejected. @returns undefined if it was delivered */
  readonly attempt: (item: Item) => Promise<Failure | undefined>;
  /** Further attempts after a failure. */
  readonly retries: () => number;
  /** The pause after the first failure; each further one is twice as long, up to the longest. */
  readonly firstPauseUs: number;
  readonly longestPauseUs: number;
};

/** What became of the items of a queue. */
export type DeliveryCounters = {
  readonly delivered: number;
  readonly failed: number;
  /** Those that found no room. */
  readonly dropped: number;
  readonly waiting: number;
};

/** Items that wait; of more the oldest are dropped: later ones say what holds now. */
const waitingAtMost = 256;

/** Of the reason of a failure. */
const charsAtMost = 200;

/** Delivers one item after the other, in order, with further attempts where one fails. */
export class DeliveryQueue<Item> {
  readonly #options: DeliveryQueueOptions<Item>;
  #waiting: Item[] = [];
  readonly #counters = { delivered: 0, failed: 0, dropped: 0 };
  #isBusy = false;
  /** Attempts that have failed for the first of those that wait. */
  #failures = 0;
  readonly #pause: Deadline;
  #isPausing = false;
  #saidFull = false;
  #isEnding = false;
  #onIdle: (() => void) | undefined;

  constructor(options: DeliveryQueueOptions<Item>) {
    this.#options = options;
    this.#pause = options.scheduler.deadline(() => this.#goOn());
  }

  get counters(): DeliveryCounters {
    return { ...this.#counters, waiting: this.#waiting.length };
  }

  push(item: Item): void {
    this.#waiting.push(item);
    if (this.#waiting.length > waitingAtMost) this.#dropOldest();
    this.#next();
  }

  /** Forgets what waits. */
  [Symbol.dispose](): void {
    this.#waiting = [];
    this.#pause[Symbol.dispose]();
  }

  /** Tries what waits once more, without pauses; done when all have been tried, or the time for that is over. */
  async end(limitUs: number): Promise<void> {
    const { scheduler } = this.#options;
    this.#isEnding = true;
    this.#goOn();
    if (!this.#isBusy) return;
    let limit: Deadline | undefined;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      limit = scheduler.deadline(resolve);
      limit.setAt(scheduler.nowUs() + limitUs);
    });
    limit?.[Symbol.dispose]();
  }

  #dropOldest(): void {
    // What is being delivered stays.
    this.#waiting.splice(this.#isBusy ? 1 : 0, 1);
    if (!this.#isBusy) this.#failures = 0;
    this.#counters.dropped++;
    if (this.#saidFull) return;
    this.#saidFull = true;
    const { log, title } = this.#options;
    log("warning", `${title}: ${waitingAtMost} wait already, the oldest are dropped`);
  }

  #next(): void {
    if (this.#isBusy || this.#isPausing) return;
    const [item] = this.#waiting;
    if (item === undefined) return this.#onIdle?.();
    this.#isBusy = true;
    void this.#options.attempt(item).then((failure) => {
      this.#isBusy = false;
      // It may have been forgotten meanwhile.
      if (this.#waiting[0] === item) this.#settle(failure);
      this.#next();
    });
  }

  #settle(failure: Failure | undefined): void {
    const { log, title, retries } = this.#options;
    if (failure === undefined) {
      this.#counters.delivered++;
      if (this.#failures > 0) log("notice", `${title}: delivered after ${this.#failures} failures`);
      return this.#shift();
    }
    const { permanent } = failure;
    const reason = printable(failure.reason);
    if (permanent || this.#failures >= retries() || this.#isEnding) {
      this.#counters.failed++;
      log("error", `${title}: not delivered: ${reason}`);
      return this.#shift();
    }
    if (this.#failures === 0) log("warning", `${title}: ${reason}; trying again`);
    this.#failures++;
    this.#rest();
  }

  #shift(): void {
    this.#waiting.shift();
    this.#failures = 0;
    if (this.#waiting.length === 0) this.#saidFull = false;
  }

  #rest(): void {
    const { scheduler, firstPauseUs, longestPauseUs } = this.#options;
    const pauseUs = Math.min(longestPauseUs, firstPauseUs * 2 ** (this.#failures - 1));
    this.#isPausing = true;
    this.#pause.setAt(scheduler.nowUs() + pauseUs);
  }

  #goOn(): void {
    this.#isPausing = false;
    this.#pause.setAt(undefined);
    this.#next();
  }
}

/** As much of a reason as fits a line of the log; servers may have put anything into it. */
function printable(reason: string): string {
  const text = reason.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return text.length > charsAtMost ? `${text.slice(0, charsAtMost)} …` : text;
}
