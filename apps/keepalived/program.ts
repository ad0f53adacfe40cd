import type { Command, GlobalConfig } from "@keepalived/keepalived-config";
import { type Capability, type ProcessEnd, SyscallError } from "@keepalived/linux";
import { type Child, type Reactor, spawnChild } from "@keepalived/reactor";
import { type Identity, thisMachine } from "./machine/machine.ts";
import { rightsOfRunAs, runAs, type RunnerNames, Runners } from "./machine/runner.ts";
import { startWith } from "./rights.ts";
import { programEnvironment } from "./self.ts";

/**
 * What programs are for: those of one lane do not keep those of another from running. Readers of FIFOs are few and run
 * for ever.
 */
export type ProgramLane = "checks" | "notices" | "readers";

/** A program to run, without a shell. */
export type Program = RunnerNames & {
  /** Default "checks". */
  readonly lane?: ProgramLane;
  /** At once, however many run, because there is no time left. */
  readonly hurried?: boolean;
  /** The program and its arguments; without a slash the program is looked for in PATH. */
  readonly argv: readonly string[];
  /** With all groups of the user, and not only one. */
  readonly supplementaryGroups?: boolean | undefined;
  /** How long it may run, microseconds; absent: for ever. */
  readonly timeoutUs?: number | undefined;
  /** What the daemon's own user is to keep of its rights, if the program runs as that; as a rule nothing. */
  readonly capabilities?: readonly Capability[];
  /** Variables besides those of the daemon. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
};

/** How a program ended. After a time-out it does not matter how it took the signals. */
export type ProgramEnd =
  | { readonly kind: "exit"; readonly status: number }
  | { readonly kind: "signal"; readonly signal: number }
  | { readonly kind: "timeout" }
  | { readonly kind: "not-started"; readonly message: string };

/** A program that runs, or waits for its turn. */
export type RunningProgram = {
  /** Ends it: SIGTERM to its process group, SIGKILL 2 s later. `done` still comes. */
  readonly stop: () => void;
};

/** What became of the programs of this process. */
export type ProgramCounters = {
  readonly running: number;
  readonly waiting: number;
  readonly started: number;
  readonly notStarted: number;
  readonly timedOut: number;
  /** How often the next one had to wait, because as many ran as may. */
  readonly atLimit: number;
};

/** Programs of one lane that run at once, and that wait for their turn; one more is not started. */
const runningAtMost = 64;
const waitingAtMost = 4096;
const graceUs = 2_000_000;
/** A program that waits for a device that does not answer cannot even be killed: its time-out is told all the same. */
const patienceUs = 2_500_000;

type Lane = {
  running: number;
  readonly waiting: Run[];
  /** Where it is noted that one of them is to start in the next turn. */
  noted: Reactor | undefined;
};

const lanes: Readonly<Record<ProgramLane, Lane>> = {
  checks: { running: 0, waiting: [], noted: undefined },
  notices: { running: 0, waiting: [], noted: undefined },
  readers: { running: 0, waiting: [], noted: undefined },
};
const counters = { started: 0, notStarted: 0, timedOut: 0, atLimit: 0 };
const runners = new Runners();
const environment = programEnvironment();

/** What a configured command runs as. */
export function programOf(command: Command, scripts: GlobalConfig["scripts"]): Program {
  const { user, group } = command.user === undefined ? scripts.user ?? {} : command;
  return { argv: command.argv, user, group, supplementaryGroups: scripts.supplementaryGroups };
}

/**
 * Runs a program in a process group of its own, with its standard streams at /dev/null, as soon as its turn comes.
 *
 * A start takes a fraction of a millisecond: there is one in each turn of the event loop, and none before this returns.
 *
 * @param done told once how it ended
 */
export function runProgram(
  reactor: Reactor,
  program: Program,
  done: (end: ProgramEnd) => void,
): RunningProgram {
  const lane = lanes[program.lane ?? "checks"];
  const run = new Run(reactor, lane, program, done);
  if (program.hurried === true) run.start();
  else if (lane.waiting.length < waitingAtMost) {
    lane.waiting.push(run);
    startNext(lane, reactor);
  } else run.refuse(`${lane.waiting.length} programs wait already`);
  return run;
}

/** Who runs programs of a user, or why nobody. */
export function runnerOf(names: RunnerNames): Identity | string {
  return runners.find(names);
}

/** Accounts may have changed. To be called when there is time: to ask for them may take long. */
export function refreshAccounts(): void {
  runners.refresh();
}

/** What became of the programs of this process, so far. */
export function programCounters(): ProgramCounters {
  const all = Object.values(lanes);
  const running = all.reduce((sum, lane) => sum + lane.running, 0);
  const waiting = all.reduce((sum, lane) => sum + lane.waiting.length, 0);
  return { ...counters, running, waiting };
}

class Run implements RunningProgram {
  readonly #reactor: Reactor;
  readonly #lane: Lane;
  readonly #program: Program;
  readonly #done: (end: ProgramEnd) => void;
  #child: Child | undefined;
  #timeout: Disposable | undefined;
  #timedOut = false;
  #told = false;

  constructor(reactor: Reactor, lane: Lane, program: Program, done: (end: ProgramEnd) => void) {
    this.#reactor = reactor;
    this.#lane = lane;
    this.#program = program;
    this.#done = done;
  }

  start(): void {
    const command = commandOf(this.#program);
    if (typeof command === "string") return this.refuse(command);
    try {
      this.#child = startWith(command.capabilities, () =>
        spawnChild(this.#reactor, {
          argv: command.argv,
          environment: { ...environment, ...this.#program.environment },
          onEnd: (end) => this.#ended(end),
        }));
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return this.refuse(error.message);
    }
    this.#lane.running++;
    counters.started++;
    const { timeoutUs } = this.#program;
    if (timeoutUs === undefined) return;
    this.#timeout = this.#reactor.at(this.#reactor.nowUs() + timeoutUs, () => {
      counters.timedOut++;
      this.#timedOut = true;
      this.stop();
      this.#timeout = this.#reactor.at(
        this.#reactor.nowUs() + patienceUs,
        () => this.#tell({ kind: "timeout" }),
      );
    });
  }

  /** Reports that it was not started. */
  refuse(message: string): void {
    counters.notStarted++;
    this.#reactor.post(() => this.#done({ kind: "not-started", message }));
  }

  stop(): void {
    if (this.#child !== undefined) return this.#child.terminate(graceUs);
    const place = this.#lane.waiting.indexOf(this);
    if (place < 0) return;
    this.#lane.waiting.splice(place, 1);
    this.refuse("stopped before its turn came");
  }

  #ended(end: ProcessEnd): void {
    this.#timeout?.[Symbol.dispose]();
    this.#lane.running--;
    startNext(this.#lane, this.#reactor);
    this.#tell(endOf(end));
  }

  #tell(end: ProgramEnd): void {
    if (this.#told) return;
    this.#told = true;
    this.#done(this.#timedOut ? { kind: "timeout" } : end);
  }
}

/** Starts one of those that wait in the next turn, and so on while there is room. */
function startNext(lane: Lane, reactor: Reactor): void {
  if (lane.noted === reactor || lane.waiting.length === 0) return;
  if (lane.running >= runningAtMost) return void counters.atLimit++;
  lane.noted = reactor;
  reactor.post(() => {
    lane.noted = undefined;
    lane.waiting.shift()?.start();
    startNext(lane, reactor);
  });
}

/** What to run and with which rights, or why there is nothing. */
function commandOf(program: Program): Pick<Required<Program>, "argv" | "capabilities"> | string {
  const identity = runners.find(program);
  if (typeof identity === "string") return identity;
  const { daemon } = thisMachine;
  const other = identity.uid !== daemon.uid || identity.gid !== daemon.gid;
  if (!other) return { argv: program.argv, capabilities: program.capabilities ?? [] };
  const argv = runAs(program.argv, identity, program.supplementaryGroups === true);
  return { argv, capabilities: rightsOfRunAs };
}

function endOf(end: ProcessEnd): ProgramEnd {
  return end.kind === "exited"
    ? { kind: "exit", status: end.status }
    : { kind: "signal", signal: end.signal };
}
