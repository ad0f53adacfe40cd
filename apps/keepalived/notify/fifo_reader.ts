import type { Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import { type Program, type ProgramEnd, type RunningProgram, runProgram } from "../program.ts";

const settledUs = 60_000_000;
const shortestDelayUs = 1_000_000;
const longestDelayUs = 60_000_000;

/** How long the script has, after the end of its FIFO, to end by itself. */
const farewellUs = 1_000_000;

/** Keeps the script of a FIFO running: if it ends it is started again, after 1, 2, 4 … 60 s until it has lived for a minute. */
export class FifoReader {
  readonly #reactor: Reactor;
  readonly #program: Program;
  readonly #log: Log;
  #running: RunningProgram | undefined;
  #startedUs = 0;
  #delayUs = shortestDelayUs;
  #restart: Disposable | undefined;
  #onEnd: (() => void) | undefined;

  constructor(reactor: Reactor, program: Program, log: Log) {
    this.#reactor = reactor;
    this.#program = program;
    this.#log = log;
    this.#start();
  }

  /** Lets the script end: its FIFO has ended. @param done when it has ended, or was told to */
  end(done: () => void): void {
    this.#restart?.[Symbol.dispose]();
    if (this.#running === undefined) return done();
    this.#onEnd = done;
    this.#restart = this.#reactor.at(this.#reactor.nowUs() + farewellUs, () => {
      this.#running?.stop();
      this.#finish();
    });
  }

  #start(): void {
    this.#startedUs = this.#reactor.nowUs();
    this.#running = runProgram(
      this.#reactor,
      { ...this.#program, lane: "readers" },
      (end) => this.#ended(end),
    );
  }

  #ended(end: ProgramEnd): void {
    this.#running = undefined;
    if (this.#onEnd !== undefined) return this.#finish();
    const now = this.#reactor.nowUs();
    if (now - this.#startedUs >= settledUs) this.#delayUs = shortestDelayUs;
    const script = this.#program.argv.join(" ");
    this.#log(
      "warning",
      `FIFO script ${script} ${text(end)}: starting it again in ${this.#delayUs / 1e6} s`,
    );
    this.#restart = this.#reactor.at(now + this.#delayUs, () => this.#start());
    this.#delayUs = Math.min(longestDelayUs, 2 * this.#delayUs);
  }

  #finish(): void {
    this.#restart?.[Symbol.dispose]();
    const done = this.#onEnd;
    this.#onEnd = () => {};
    done?.();
  }
}

function text(end: ProgramEnd): string {
  switch (end.kind) {
    case "exit":
      return `ended with status ${end.status}`;
    case "signal":
      return `was ended by signal ${end.signal}`;
    case "timeout":
      return "was ended";
    case "not-started":
      return `was not started: ${end.message}`;
  }
}
