import type { Reactor } from "@keepalived/reactor";
import { type Program, type ProgramEnd, runProgram } from "../program.ts";

/** How long the next script waits for the one before it, microseconds; and when one is ended that goes on. */
const patienceUs = 60_000_000;
const longestUs = 3_600_000_000;

/** Scripts that wait; of more the oldest is dropped: what counts in the end is the last state. */
const waitingAtMost = 64;

/** What the configuration says of scripts that take long. */
export type ScriptPatience = {
  /** When one is ended; absent: it is left to go on, and the next one is run after a while. */
  readonly timeoutUs?: number;
  /** Of what waits on one topic only the last is run. */
  readonly coalesce: boolean;
};

/** A script and what it is about. */
type Waiting = {
  readonly topic: string;
  readonly program: Program;
  readonly patience: ScriptPatience;
};

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
  #waiting: Waiting[] = [];
  #running = false;
  #hurried = false;

  constructor(options: ScriptQueueOptions) {
    this.#options = options;
  }

  get isIdle(): boolean {
    return !this.#running && this.#waiting.length === 0;
  }

  /** @param topic what the scripts tell of: a state, or something else */
  push(programs: readonly Program[], topic: string, patience: ScriptPatience): void {
    if (patience.coalesce) this.#waiting = this.#waiting.filter((it) => it.topic !== topic);
    this.#waiting.push(...programs.map((program) => ({ topic, program, patience })));
    const dropped = this.#waiting.splice(0, this.#waiting.length - waitingAtMost);
    for (const { program: { argv } } of dropped) {
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
      const next = this.#waiting.shift();
      if (next !== undefined) this.#run(next);
    }
  }

  #run({ program, patience: { timeoutUs } }: Waiting): void {
    const { reactor, complain } = this.#options;
    const title = program.argv.join(" ");
    let over = false;
    const finish = (): void => {
      if (over) return;
      over = true;
      patience?.[Symbol.dispose]();
      this.#running = false;
      this.#next();
      if (this.isIdle) this.#options.onIdle();
    };
    const patience = timeoutUs === undefined
      ? reactor.at(reactor.nowUs() + patienceUs, () => {
        complain(`${title} takes more than a minute: no longer waiting for it`);
        finish();
      })
      : undefined;
    this.#running = true;
    const hurried = this.#hurried;
    const limits = { lane: "notices", timeoutUs: timeoutUs ?? longestUs, hurried } as const;
    runProgram(reactor, { ...program, ...limits }, (end) => {
      const problem = problemOf(end, limits.timeoutUs);
      if (problem !== undefined) complain(`${title} ${problem}`);
      finish();
    });
  }
}

/** The exit status of a script that is told something says nothing. */
function problemOf(end: ProgramEnd, timeoutUs: number): string | undefined {
  switch (end.kind) {
    case "exit":
      return undefined;
    case "signal":
      return `was ended by signal ${end.signal}`;
    case "timeout":
      return `was ended after ${timeoutUs / 1_000_000} s`;
    case "not-started":
      return `was not started: ${end.message}`;
  }
}
