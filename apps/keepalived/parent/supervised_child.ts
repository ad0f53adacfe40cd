import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { sendSignal, SIGKILL, SIGTERM } from "@keepalived/linux";
import { type Deadline, type Host, host, type Scheduler } from "@keepalived/reactor";
import { patchOf } from "@keepalived/reconcile";
import {
  isStuck,
  type ProcessEnd,
  watchdog,
  type WatchdogAction,
  type WatchdogConfig,
  type WatchdogEvent,
  type WatchdogState,
} from "@keepalived/watchdog";
import {
  type ChildMessage,
  type ConfigurationMessage,
  heartbeatUs,
  LineReader,
  type ParentMessage,
  type Question,
  type SessionReport,
} from "../control.ts";
import { exitStatus, permanentError } from "../exit_status.ts";
import type { Log } from "../log.ts";
import type { Delivery } from "../notify/delivery.ts";
import type { ChildSnapshot } from "../status/snapshot/parent_snapshot.ts";
import { Caretaker, type Program } from "./caretaker.ts";
import { Questions } from "./questions.ts";
import { Starvation } from "./starvation.ts";

export type SupervisedChildOptions = {
  /** What operators call it: `VRRP`. */
  readonly title: string;
  readonly program: Program;
  /** Whether somebody must look after what it leaves when it is killed. */
  readonly needsCaretaker: boolean;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly patience: Patience;
  /** The configuration to hand over, asked for at each start and reload. */
  readonly configuration: () => ConfigurationMessage;
  /** The child ended and is not restarted. @param status what the daemon is to end with */
  readonly onGiveUp: (status: number) => void;
  /** The child ended though nobody told it to. */
  readonly onCrash: () => void;
  /** The child runs a configuration that it was given. */
  readonly onReady: () => void;
  /** The child wants others told over the network. */
  readonly onDelivery: (delivery: Delivery) => void;
  /** The child says how BFD sessions are. */
  readonly onSessions?: (sessions: readonly SessionReport[]) => void;
  /** The child has ended, wanted or not. */
  readonly onEnded?: () => void;
};

/** What the command line and the configuration say about children that hang or end. */
export type Patience = Pick<WatchdogConfig, "graceUs" | "restartsAtMost">;

/** What is known of the process itself. */
export type ChildStatus = Pick<ChildSnapshot, "pid" | "startedAt" | "restarts">;

const second = 1_000_000;

/**
 * A process that gives no sign of life for five seconds is killed, a minute after its start at the earliest. One that
 * ends is restarted at once, then after 1, 2, 4 … 60 s until it has lived for a minute.
 */
const times = {
  intervalUs: heartbeatUs,
  threshold: 5,
  startThreshold: 60,
  settledUs: 60 * second,
  firstDelayUs: second,
  longestDelayUs: 60 * second,
  permanent: [exitStatus.fatal, exitStatus.configuration, exitStatus.missingPermission],
} as const;

/** What a process does not get of the processor excuses its silence for so many intervals, and no longer. */
const excusesAtMost = 25;

/** How long what an ended process said may take to be read. */
const lastWordsMs = 500;

/** A child process under the watch of its own watchdog. */
export class SupervisedChild {
  readonly #options: SupervisedChildOptions;
  readonly #host: Host<WatchdogConfig, WatchdogState, WatchdogEvent>;
  #process: ChildProcess | undefined;
  readonly #questions: Questions;
  /** The number of the process that runs, or ran last. */
  #pid: number | undefined;
  #starts = 0;
  /** Unix time in seconds. */
  #startedAt = 0;
  /** When the last sign of life was heard. */
  #heardUs = 0;
  /** Whether the process that runs has taken a configuration. */
  #hasWorked = false;
  #goneSinceUs: number | undefined;
  /** Looks each interval whether the process is let run. */
  readonly #look: Deadline;
  #starvation: Starvation | undefined;
  #excuses = 0;
  /** What the process was told and does not run yet. */
  readonly #sent: ConfigurationMessage[] = [];
  /** What it runs, or the one before it ran that was killed; undefined: nothing can be left of it. */
  #ran: ConfigurationMessage | undefined;
  #caretaker: Caretaker | undefined;
  #onStopped: () => void = () => {};
  /** Done when all is read that the process said, which may be after its end. */
  #heard: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisedChildOptions) {
    this.#options = options;
    this.#questions = new Questions(options.title);
    this.#look = options.scheduler.deadline(() => this.#excuse());
    this.#host = host<WatchdogConfig, WatchdogState, WatchdogEvent, WatchdogAction>(watchdog, {
      name: `watchdog of ${options.title}`,
      config: { ...times, ...options.patience },
      seed: 0,
      scheduler: options.scheduler,
      perform: (action) => this.#perform(action),
    });
  }

  /** Starts it, and at once if it waits for a restart. */
  start(): void {
    this.#host.send({ kind: "start" });
  }

  /** Hands over the current configuration. */
  configure(patience: Patience): void {
    this.#host.configure({ ...times, ...patience });
    if (this.#process === undefined) return;
    const message = this.#options.configuration();
    const told = this.#sent.at(-1) ?? this.#ran;
    const change = patchOf(told?.config, message.config);
    this.#sent.push(message);
    this.#send({
      kind: "reconfiguration",
      sessions: message.sessions,
      ...(change === undefined ? {} : { change }),
    });
  }

  /** Tells the child how BFD sessions are, if it runs: if not, its configuration will. */
  tellSessions(sessions: readonly SessionReport[]): void {
    if (sessions.length > 0) this.#send({ kind: "sessions", sessions });
  }

  /** Asks the child. @returns its answer in JSON @throws Error if it does not answer */
  ask(question: Question): Promise<string> {
    if (this.#process === undefined) {
      return Promise.reject(new Error(`The ${this.#options.title} process does not run`));
    }
    return this.#questions.ask((id) => this.#send({ kind: "question", id, question }));
  }

  /** Asks the child to end, and ends it by force after a time; done when it has gone. */
  async stop(): Promise<void> {
    if (this.#host.state.kind !== "off") {
      const stopped = new Promise<void>((resolve) => this.#onStopped = resolve);
      this.#host.send({ kind: "stop" });
      await stopped;
      await Promise.race([this.#heard, new Promise((resolve) => setTimeout(resolve, lastWordsMs))]);
    }
    this.#lookAfter();
    await this.#caretaker?.clear(this.#host.config.graceUs);
  }

  /** The process that runs, if one does, and how often it was started again. */
  get status(): ChildStatus {
    const restarts = Math.max(0, this.#starts - 1);
    if (this.#process === undefined || this.#pid === undefined) return { restarts };
    return { pid: this.#pid, startedAt: this.#startedAt, restarts };
  }

  /** Whether it was killed for its silence and does not go. */
  isStuck(): boolean {
    const { config, state } = this.#host;
    return isStuck(config, state, this.#options.scheduler.nowUs());
  }

  #perform(action: WatchdogAction): void {
    const { title, log, onCrash, onGiveUp } = this.#options;
    const named = `${title} child process(${this.#pid})`;
    switch (action.kind) {
      case "start":
        return this.#start();
      case "terminate":
        return this.#signal(SIGTERM);
      case "kill":
        log(
          "error",
          action.reason === "hung"
            ? `${named} gave no sign of life for ${action.afterUs / second} s: killing it`
            : `${named} did not stop in time: killing it`,
        );
        return this.#signal(SIGKILL);
      case "restart":
        this.#report(action.end);
        log("error", `${named} died: Respawning`);
        onCrash();
        if (action.delayUs === 0) return;
        if (action.delayUs > second) this.#lookAfter();
        return log(
          "error",
          `Restart of ${title} process delayed ${
            action.delayUs / second
          } seconds to limit respawn rate`,
        );
      case "give-up": {
        this.#report(action.end);
        onCrash();
        if (action.reason === "restarts") {
          log("error", `${named} died: Exiting`);
          return onGiveUp(exitStatus.fatal);
        }
        return onGiveUp(action.end.kind === "exited" ? action.end.status : exitStatus.fatal);
      }
      case "stopped":
        return this.#onStopped();
      default:
        return action satisfies never;
    }
  }

  /** Not with the runtime's own means: on Deno a process takes one signal only, and its exit status is lost then. */
  #signal(signal: number): void {
    if (this.#pid !== undefined) sendSignal(this.#pid, signal);
  }

  #report(end: ProcessEnd): void {
    const { title, log } = this.#options;
    const pid = `pid ${this.#pid}`;
    switch (end.kind) {
      case "exited": {
        const error = permanentError(end.status);
        return error === undefined
          ? log("error", `${pid} exited with status ${end.status}`)
          : log("error", `${pid} exited with permanent error ${error}. Terminating`);
      }
      case "killed": {
        const number = constants.signals[end.signal as NodeJS.Signals];
        return log("error", `${pid} exited due to signal ${number} (${end.signal})`);
      }
      case "not-started":
        return log("error", `Cannot start the ${title} process: ${end.reason}`);
    }
  }

  /** A peer may take over what a process left: then it must go. */
  #lookAfter(): void {
    const { needsCaretaker, program } = this.#options;
    if (this.#ran === undefined || !needsCaretaker) return;
    this.#caretaker ??= new Caretaker(program, this.#ran);
  }

  #start(): void {
    const { title, log, program } = this.#options;
    this.#caretaker?.dismiss();
    this.#caretaker = undefined;
    const { command, args, env } = program;
    const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "inherit"], env });
    this.#process = child;
    this.#pid = child.pid;
    this.#starvation = child.pid === undefined ? undefined : new Starvation(child.pid);
    this.#excuses = 0;
    this.#look.setAt(this.#options.scheduler.nowUs() + heartbeatUs);
    this.#starts++;
    this.#startedAt = Date.now() / 1000;
    if (child.pid !== undefined) log("info", `Starting ${title} child process, pid=${child.pid}`);
    // What a child said and nobody read before it ended is not the next one's.
    const lines = new LineReader((line) => {
      if (this.#process === child) this.#take(line);
      else this.#takeLastWords(line);
    });
    child.stdout?.on("data", (bytes: Uint8Array) => lines.push(bytes));
    this.#heard = new Promise((resolve) => {
      child.stdout?.once("close", resolve);
      child.once("error", resolve);
    });
    // A child that dies while it is written to is told by its exit.
    child.stdin?.on("error", () => {});
    child.once(
      "error",
      ({ message }) => this.#ended({ kind: "not-started", reason: message }),
    );
    child.once("exit", (status, signal) =>
      this.#ended(
        signal === null ? { kind: "exited", status: status ?? 0 } : { kind: "killed", signal },
      ));
    const message = { ...this.#options.configuration(), ...this.#predecessor() };
    this.#sent.push(message);
    this.#send(message);
  }

  /** What a successor is to know of who was there before. */
  #predecessor(): Pick<ConfigurationMessage, "goneSinceUs" | "former"> {
    if (this.#goneSinceUs === undefined) return {};
    const former = this.#ran?.config;
    const hasChanged = former !== undefined && former !== this.#options.configuration().config;
    return { goneSinceUs: this.#goneSinceUs, ...(hasChanged ? { former } : {}) };
  }

  /** Until when the work was done, if it ever was. */
  #lastWorkUs(): number | undefined {
    if (!this.#hasWorked) return this.#goneSinceUs;
    this.#hasWorked = false;
    const nowUs = this.#options.scheduler.nowUs();
    // Whoever was silent had stopped working before it was killed.
    const wasSilent = nowUs - this.#heardUs > heartbeatUs * 3 / 2;
    return wasSilent ? this.#heardUs : nowUs;
  }

  /**
   * Killing a process that the machine does not let run would make it worse: to start another one takes more, and meanwhile
   * nobody looks after the addresses that are left.
   */
  #excuse(): void {
    if (this.#process === undefined) return;
    const nowUs = this.#options.scheduler.nowUs();
    this.#look.setAt(nowUs + heartbeatUs);
    const wasStarved = this.#starvation?.since(nowUs) ?? false;
    if (!wasStarved || nowUs - this.#heardUs < heartbeatUs) return;
    if (this.#excuses++ >= excusesAtMost) return;
    if (this.#excuses === 3) {
      const named = `${this.#options.title} child process(${this.#pid})`;
      this.#options.log("warning", `${named} waits for a processor: this machine is overloaded`);
    }
    this.#host.send({ kind: "starved" });
  }

  #ended(end: ProcessEnd): void {
    this.#look.setAt(undefined);
    this.#goneSinceUs = this.#lastWorkUs();
    this.#process = undefined;
    this.#sent.length = 0;
    // Then it has cleared everything away itself.
    if (end.kind === "exited" && end.status === exitStatus.ok) this.#ran = undefined;
    this.#questions.drop();
    this.#options.onEnded?.();
    this.#host.send({ kind: "ended", end });
  }

  #send(message: ParentMessage): void {
    this.#process?.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** Of what a child says at its end only deliveries are of use. */
  #takeLastWords(line: string): void {
    if (!line.startsWith('{"kind":"delivery"')) return;
    const message = JSON.parse(line) as ChildMessage;
    if (message.kind === "delivery") this.#options.onDelivery(message.delivery);
  }

  #take(line: string): void {
    if (this.#questions.take(line)) return;
    const message = JSON.parse(line) as ChildMessage;
    switch (message.kind) {
      case "alive":
        this.#heardUs = this.#options.scheduler.nowUs();
        this.#excuses = 0;
        return this.#host.send({ kind: "kick" });
      case "configured":
        this.#hasWorked = true;
        this.#ran = this.#sent.shift() ?? this.#ran;
        return this.#options.onReady();
      case "delivery":
        return this.#options.onDelivery(message.delivery);
      case "sessions":
        return this.#options.onSessions?.(message.sessions);
      case "answer":
        return this.#questions.expect(message);
    }
  }
}
