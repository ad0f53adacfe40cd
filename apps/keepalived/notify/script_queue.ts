import type { Reactor } from "@keepalived/reactor";
import { type Program, type ProgramEnd, runProgram } from "../program.ts";

/** How long the next script waits for the one before it, microseconds; and when one is ended that goes on. */
const patienceUs = 60_000_000;
const longestUs = 3_600_000_000;

/** Scripts that wait; of more the oldest is dropped: what counts in the end is the last state. */
const waitingAtMost = 64;

/** What a queue tells of its scripts. */
export type ScriptQueueOptions = {
  readonly reactor: Reactor;
  /** One line for operators. */
  readonly complain: (text: string) => void;
  readonly onIdle: () => void;
};

/**
 * The scripts that are told of one instance or group: one after the other, in the order of what happened.
 *
 * One that takes long delays the next ones for a minute, and is left to go on then.
 */
export class ScriptQueue {
  readonly #options: ScriptQueueOptions;
  readonly #waiting: Program[] = [];
  #running = false;
  #hurried = false;

  constructor(options: ScriptQueueOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return !this.#running && this.#waiting.length === 0;
  }

  push(programs: readonly Program[]): void {
    this.#waiting.push(...programs);
    const dropped = this.#waiting.splice(0, this.#waiting.length - waitingAtMost);
    for (const { argv } of dropped) {
      this.#options.complain(`too many wait, dropping ${argv.join(" ")}`);
    }
    this.#next();
  }

  /** Starts all that wait at once: there is no time left. */
  hurry(): void {
    this.#hurried = true;
    this.#next();
  }

  #next(): void {
    while (this.#waiting.length > 0 && (this.#hurried || !this.#running)) {
      const program = this.#waiting.shift();
      if (program !== undefined) this.#run(program);
    }
  }

  #run(program: Program): void {
    const { reactor, complain } = this.#options;
    const title = program.argv.join(" ");
    let over = false;
    const finish = (): void => {
      if (over) return;
      over = true;
      patience[Symbol.dispose]();
      this.#running = false;
      this.#next();
      if (this.isIdle) this.#options.onIdle();
    };
    const patience = reactor.at(reactor.nowUs() + patienceUs, () => {
      complain(`${title} takes more than a minute: no longer waiting for it`);
      finish();
    });
    this.#running = true;
    const hurried = this.#hurried;
    runProgram(reactor, { ...program, lane: "notices", timeoutUs: longestUs, hurried }, (end) => {
      const problem = problemOf(end);
      if (problem !== undefined) complain(`${title} ${problem}`);
      finish();
    });
  }
}

/** The exit status of a script that is told something says nothing. */
function problemOf(end: ProgramEnd): string | undefined {
  switch (end.kind) {
    case "exit":
      return undefined;
    case "signal":
      return `was ended by signal ${end.signal}`;
    case "timeout":
      return "was ended after an hour";
    case "not-started":
      return `was not started: ${end.message}`;
  }
}
