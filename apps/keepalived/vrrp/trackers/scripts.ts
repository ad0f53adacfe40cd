import { existsSync } from "node:fs";
import type { GlobalConfig, VrrpScriptConfig } from "@keepalived/keepalived-config";
import { type Host, host, type Reactor } from "@keepalived/reactor";
import {
  script,
  type ScriptAction,
  type ScriptConfig,
  type ScriptEvent,
  type ScriptState,
  type Verdict,
} from "@keepalived/tracking";
import type { Log } from "../../log.ts";
import {
  type Program,
  type ProgramEnd,
  programOf,
  type RunningProgram,
  runProgram,
} from "../../program.ts";

/** What a script does, and did. */
export type ScriptStatus = {
  readonly kind: "script";
  readonly name: string;
  readonly verdict: Verdict;
  readonly running: boolean;
  /** Results in a row that speak against the verdict. */
  readonly against: number;
  /** Runs that have ended. */
  readonly runs: number;
  /** How the last of them ended, and when (monotonic clock). */
  readonly last?: { readonly end: ProgramEnd; readonly atUs: number };
};

type Surroundings = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** How often `-D` was given. */
  readonly detail: number;
  /** Told when the verdict on a script changes. */
  readonly onChange: (name: string) => void;
};

/** Runs the tracked scripts, each at its interval. */
export class Scripts {
  readonly #surroundings: Surroundings;
  readonly #scripts = new Map<string, TrackedScript>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Runs these scripts from now on. One that does the same as before, as the same user, keeps its verdict. */
  configure(configs: readonly VrrpScriptConfig[], global: GlobalConfig["scripts"]): void {
    const before = new Map(this.#scripts);
    this.#scripts.clear();
    for (const config of configs) {
      const { name } = config;
      const task = taskOf(config, global);
      const running = before.get(name);
      if (running !== undefined && sameTask(task, running.task)) {
        before.delete(name);
        running.configure(config, task);
        this.#scripts.set(name, running);
      } else this.#scripts.set(name, new TrackedScript(config, task, this.#surroundings));
    }
    for (const ended of before.values()) ended[Symbol.dispose]();
  }

  verdict(name: string): Verdict {
    return this.#scripts.get(name)?.verdict ?? "unknown";
  }

  status(): readonly ScriptStatus[] {
    return [...this.#scripts.values()].map((one) => one.status());
  }

  [Symbol.dispose](): void {
    for (const one of this.#scripts.values()) one[Symbol.dispose]();
    this.#scripts.clear();
  }
}

/** What a script does, and as whom. */
type Task =
  | { readonly kind: "exists"; readonly path: string }
  | { readonly kind: "program"; readonly program: Program };

function taskOf(
  { check, user, group, timeoutUs }: VrrpScriptConfig,
  global: GlobalConfig["scripts"],
): Task {
  if (check.kind === "file") return { kind: "exists", path: check.path };
  const command = {
    argv: check.argv,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
  return { kind: "program", program: { ...programOf(command, global), timeoutUs } };
}

/** The same command and user; how long it may run does not count. */
function sameTask(a: Task, b: Task): boolean {
  const text = (task: Task) =>
    JSON.stringify(task, (key, value) => key === "timeoutUs" ? undefined : value);
  return text(a) === text(b);
}

/** One script that runs. */
class TrackedScript {
  readonly #name: string;
  readonly #surroundings: Surroundings;
  readonly #host: Host<ScriptConfig, ScriptState, ScriptEvent>;
  #task: Task;
  #program: RunningProgram | undefined;
  #runs = 0;
  #last: { readonly end: ProgramEnd; readonly atUs: number } | undefined;
  /** Whether it was said since the last verdict that runs are left out. */
  #saidSkipped = false;

  constructor(config: VrrpScriptConfig, task: Task, surroundings: Surroundings) {
    this.#name = config.name;
    this.#task = task;
    this.#surroundings = surroundings;
    this.#host = host(script, {
      name: `script ${config.name}`,
      config: machineConfig(config),
      seed: 0,
      scheduler: surroundings.reactor,
      perform: (action) => this.#perform(action),
    });
  }

  get task(): Task {
    return this.#task;
  }

  get verdict(): Verdict {
    return this.#host.state.verdict;
  }

  configure(config: VrrpScriptConfig, task: Task): void {
    this.#task = task;
    this.#host.configure(machineConfig(config));
    if (this.verdict === "unknown") return;
    const how = this.verdict === "good" ? "successful" : "unsuccessful";
    this.#surroundings.log("info", `VRRP_Script(${this.#name}) considered ${how} on reload`);
  }

  status(): ScriptStatus {
    const { verdict, running, against } = this.#host.state;
    return {
      kind: "script",
      name: this.#name,
      verdict,
      running,
      against,
      runs: this.#runs,
      ...(this.#last === undefined ? {} : { last: this.#last }),
    };
  }

  [Symbol.dispose](): void {
    this.#host[Symbol.dispose]();
    this.#program?.stop();
    this.#program = undefined;
  }

  #perform(action: ScriptAction): void {
    const { log, onChange } = this.#surroundings;
    switch (action.kind) {
      case "run":
        return this.#run();
      case "skipped":
        if (!this.#saidSkipped) {
          log("info", `Track script ${this.#name} is already running, expect idle - skipping run`);
        }
        this.#saidSkipped = true;
        return;
      case "verdict":
        this.#saidSkipped = false;
        log("info", `VRRP_Script(${this.#name}) ${describeEnd(this.#last?.end)}`);
        return onChange(this.#name);
      default:
        return action satisfies never;
    }
  }

  #run(): void {
    const { reactor } = this.#surroundings;
    if (this.#task.kind === "exists") {
      const status = existsSync(this.#task.path) ? 0 : 1;
      return this.#ended({ kind: "exit", status });
    }
    const program = runProgram(reactor, this.#task.program, (end) => {
      if (this.#program === program) this.#ended(end);
    });
    this.#program = program;
  }

  #ended(end: ProgramEnd): void {
    const { reactor, log, detail } = this.#surroundings;
    this.#program = undefined;
    const before = this.#last?.end;
    this.#last = { end, atUs: reactor.nowUs() };
    this.#runs++;
    if (detail > 0 && end.kind === "exit") {
      const known = before?.kind === "exit" ? before.status : 0;
      if (end.status !== known) {
        log("info", `Script \`${this.#name}\` now returning ${end.status}`);
      }
    }
    this.#host.send({ kind: "ended", success: end.kind === "exit" && end.status === 0 });
  }
}

function machineConfig({ intervalUs, rise, fall, initFail }: VrrpScriptConfig): ScriptConfig {
  return { intervalUs, rise, fall, initFail };
}

/** How a run ended, as the end of a sentence about the script. */
export function describeEnd(end: ProgramEnd | undefined): string {
  switch (end?.kind) {
    case undefined:
      return "has no result";
    case "exit":
      return end.status === 0 ? "succeeded" : `failed (exited with status ${end.status})`;
    case "signal":
      return `failed (due to signal ${end.signal})`;
    case "timeout":
      return "timed_out";
    case "not-started":
      return `failed (not started: ${end.message})`;
  }
}
