import { type ChildProcess, spawn } from "node:child_process";
import {
  type ChildMessage,
  type ConfigurationMessage,
  LineReader,
  type ParentMessage,
  type Question,
} from "../control.ts";
import { permanentError } from "../exit_status.ts";
import type { Log } from "../log.ts";
import { Questions } from "./questions.ts";
import { environmentOf, type Role, selfCommand } from "../self.ts";

export type SupervisedChildOptions = {
  readonly role: Role;
  /** What operators call it: `VRRP`. */
  readonly title: string;
  readonly log: Log;
  /** The configuration to hand over, asked for at each start and reload. */
  readonly configuration: () => ConfigurationMessage;
  /** The child ended with a status that a restart would not mend. */
  readonly onPermanent: (status: number) => void;
  /** The child runs a configuration that it was given. */
  readonly onReady: () => void;
};

/** A child that lived so long is restarted at once. */
const settledMs = 60_000;
const longestDelayMs = 60_000;

/**
 * A child process that is restarted when it ends: at once, then after 1, 2, 4 … 60 s until it has lived for a minute.
 */
export class SupervisedChild {
  readonly #options: SupervisedChildOptions;
  #process: ChildProcess | undefined;
  #startedAtMs = 0;
  #delayMs = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;
  #stopping = false;
  readonly #questions: Questions;

  constructor(options: SupervisedChildOptions) {
    this.#options = options;
    this.#questions = new Questions(options.title);
  }

  start(): void {
    const { role, title, log } = this.#options;
    const { command, args } = selfCommand();
    const child = spawn(command, [...args], {
      stdio: ["pipe", "pipe", "inherit"],
      env: environmentOf(role),
    });
    this.#process = child;
    this.#startedAtMs = performance.now();
    log("info", `Starting ${title} child process, pid=${child.pid}`);
    // What a child said and nobody read before it ended is not the next one's.
    const lines = new LineReader((line) => {
      if (this.#process === child) this.#take(line);
    });
    child.stdout?.on("data", (bytes: Uint8Array) => lines.push(bytes));
    // A child that dies while it is written to is told by its exit.
    child.stdin?.on("error", () => {});
    child.once(
      "error",
      (error) => log("error", `Cannot start the ${title} process: ${error.message}`),
    );
    child.once("exit", (code, signal) => this.#onExit(child, code, signal));
    this.configure();
  }

  /** Hands over the current configuration. */
  configure(): void {
    this.#send(this.#options.configuration());
  }

  /** Asks the child. @returns its answer in JSON @throws Error if it does not answer */
  ask(question: Question): Promise<string> {
    if (this.#process === undefined) {
      return Promise.reject(new Error(`The ${this.#options.title} process does not run`));
    }
    return this.#questions.ask((id) => this.#send({ kind: "question", id, question }));
  }

  #send(message: ParentMessage): void {
    this.#process?.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #take(line: string): void {
    if (this.#questions.take(line)) return;
    const message = JSON.parse(line) as ChildMessage;
    if (message.kind === "configured") this.#options.onReady();
    else this.#questions.expect(message);
  }

  /** Asks the child to end, and ends it by force after a time. */
  async stop(waitMs: number): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#process;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    const force = setTimeout(() => {
      this.#options.log(
        "warning",
        `${this.#options.title} process did not stop in time, killing it`,
      );
      child.kill("SIGKILL");
    }, waitMs);
    await ended;
    clearTimeout(force);
  }

  #onExit(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#process === child) this.#process = undefined;
    this.#questions.drop();
    if (this.#stopping) return;
    const { title, log } = this.#options;
    const permanent = permanentError(code);
    if (permanent !== undefined) {
      log("error", `pid ${child.pid} exited with permanent error ${permanent}. Terminating`);
      this.#options.onPermanent(code ?? 1);
      return;
    }
    const livedMs = performance.now() - this.#startedAtMs;
    if (livedMs >= settledMs) this.#delayMs = 0;
    const how = signal === null ? `with status ${code}` : `due to signal ${signal}`;
    const when = this.#delayMs === 0 ? "" : ` in ${this.#delayMs / 1000} s`;
    log("error", `${title} process (${child.pid}) exited ${how}: restarting${when}`);
    this.#restart = setTimeout(() => this.start(), this.#delayMs);
    this.#delayMs = Math.min(longestDelayMs, Math.max(1000, this.#delayMs * 2));
  }
}
