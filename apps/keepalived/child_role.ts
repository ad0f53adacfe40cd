import process from "node:process";
import type { Config, ProcessConfig } from "@keepalived/keepalived-config";
import {
  type Capability,
  Descriptor,
  dieWithParent,
  effectiveCapabilities,
  ignoreSignal,
  setProcessName,
  setUmask,
  SIGRTMAX,
  SIGRTMIN,
} from "@keepalived/linux";
import { type Deadline, Reactor, type Recorder } from "@keepalived/reactor";
import { patched } from "@keepalived/reconcile";
import {
  type ChildMessage,
  type ConfigurationMessage,
  type Detail,
  heartbeatUs,
  LineReader,
  type ParentMessage,
  type Question,
  type ReconfigurationMessage,
  type RoleOptions,
  type ServerName,
  type ServerOrder,
  type SessionReport,
} from "./control.ts";
import { cpuUsage } from "./cpu_usage.ts";
import { ExitError, exitStatus } from "./exit_status.ts";
import { LineWriter } from "./line_writer.ts";
import type { Deliver, Delivery } from "./notify/delivery.ts";
import { type Log, openLog, withEndLogged } from "./log.ts";
import { logOptionsOf } from "./log/settings.ts";
import { PidFile } from "./pid_file.ts";
import { openRecording } from "./recording.ts";
import { settleRights } from "./rights.ts";
import { Scheduling } from "./scheduling.ts";
import type { Predecessor } from "./predecessor.ts";
import type { Moment } from "./status/snapshot/moment.ts";
import type { ProcessSnapshot } from "./status/snapshot/process_snapshot.ts";

/** What a child process does with its configuration. */
export type RoleProcess = {
  /**
   * Done when the first configuration runs.
   *
   * @param predecessor the process whose place this one takes
   */
  readonly start: (config: Config, predecessor?: Predecessor) => Promise<void>;
  /** Takes nobody's place, and only looks after what a process left. Absent: nothing needs to be looked after. */
  readonly lookAfter?: (config: Config) => Promise<void>;
  /** Goes over to another one; what is equal in both is not touched. */
  readonly configure: (config: Config) => Promise<void>;
  /** Gives everything back; done when that is done. */
  readonly stop: () => Promise<void>;
  /** All that operators may ask, as plain JSON data. @param self the process itself */
  readonly snapshot: (self: ProcessSnapshot, moment: Moment, detail: Detail) => Promise<unknown>;
  /** Begins to count from 0 again. */
  readonly clearCounters: () => void;
  /** Gives its work away and stays away, also after {@linkcode RoleProcess.start}; or comes back. */
  readonly setMaintenance: (on: boolean) => void;
  /**
   * Real servers are as these orders say from now on, also after {@linkcode RoleProcess.start}. Absent: it has none.
   *
   * @returns those that the last order is about
   */
  readonly setOrders?: (orders: readonly ServerOrder[]) => readonly ServerName[];
  /** How BFD sessions are now; those that are not named stay as they are. Also before {@linkcode RoleProcess.start}. */
  readonly setSessions?: (sessions: readonly SessionReport[]) => void;
};

/** What a child may have the parent do with what it says. */
export type Telling = {
  /** Tells others over the network. */
  readonly deliver: Deliver;
  /** Tells the other children how BFD sessions are. */
  readonly report: (sessions: readonly SessionReport[]) => void;
};

/** What makes one child process different from another. */
export type ChildRole = {
  /** Name in syslog. */
  readonly ident: string;
  /** What the process is called if the configuration wants names. */
  readonly processName: string;
  /** What it does: `run VRRP`. */
  readonly task: string;
  /** What it needs a right for, by capability. */
  readonly rights: readonly (readonly [capability: Capability, purpose: string])[];
  readonly scheduling: (config: Config) => {
    readonly process: ProcessConfig;
    /** From how late on timers are worth a line in the log, microseconds. */
    readonly lateUs: number;
  };
  readonly open: (
    reactor: Reactor,
    log: Log,
    options: RoleOptions,
    tell: Telling,
  ) => RoleProcess;
};

/**
 * A child: takes its configuration from the parent, does its work on one event loop, and gives everything back when it
 * is told to stop or when the parent is gone.
 */
export async function runChild(role: ChildRole): Promise<number> {
  if (!dieWithParent(process.ppid)) return exitStatus.ok;
  settleRights();
  using reactor = new Reactor();
  using child = new RunningChild(role, reactor);
  process.on("SIGTERM", () => child.stop());
  // The parent forwards these itself: a terminal sends them to the whole process group.
  for (const signal of ["SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2"]) process.on(signal, () => {});
  // Those that want dumps are the parent's too, and would end this process.
  for (const signal of [SIGRTMIN + 2, SIGRTMAX - 1]) ignoreSignal(signal);
  await child.run();
  return exitStatus.ok;
}

/** Lines that may wait for the parent when one more is to be delivered. */
const deliveriesAtMost = 1000;

/** Bytes taken from the parent's channel at once. */
const portionBytes = 65_536;

class RunningChild {
  readonly #role: ChildRole;
  readonly #reactor: Reactor;
  readonly #input = Descriptor.inherited(0);
  readonly #output: LineWriter;
  readonly #buffer = new Uint8Array(portionBytes);
  readonly #lines: LineReader;
  readonly #watch: Disposable;
  readonly #heart: Deadline;
  #process: RoleProcess | undefined;
  /** What the parent told last. */
  #config: Config | undefined;
  #pidFile: PidFile | undefined;
  #scheduling: Scheduling | undefined;
  #recording: Disposable & Recorder | undefined;
  #log: Log | undefined;
  #console = false;
  #lostDeliveries = 0;
  #isDetailed = false;
  #stopping = false;

  constructor(role: ChildRole, reactor: Reactor) {
    this.#role = role;
    this.#reactor = reactor;
    this.#output = new LineWriter(reactor, Descriptor.inherited(1));
    this.#lines = new LineReader((line) => this.#take(JSON.parse(line) as ParentMessage));
    this.#watch = reactor.watch(this.#input.fd, "read", () => this.#read());
    this.#heart = reactor.deadline(() => this.#beat());
    this.#heart.setAt(reactor.nowUs());
  }

  async run(): Promise<void> {
    const log: Log = (severity, text) => this.#log?.(severity, text);
    await withEndLogged(log, () => this.#console, () => this.#reactor.run());
  }

  /** Gives everything back, and ends the loop then. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    const stopped = this.#process?.stop() ?? Promise.resolve();
    void stopped.finally(() => {
      this.#log?.("info", `Stopped${this.#usage()}`);
      this.#reactor.stop();
    });
  }

  #usage(): string {
    if (!this.#isDetailed) return "";
    const { user, system } = cpuUsage();
    return ` - used ${user} user time, ${system} system time`;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#output[Symbol.dispose]();
    this.#heart[Symbol.dispose]();
    this.#pidFile?.[Symbol.dispose]();
    this.#scheduling?.[Symbol.dispose]();
    this.#recording?.[Symbol.dispose]();
  }

  #read(): void {
    const count = this.#input.read(this.#buffer);
    if (count === undefined) return;
    if (count > 0) return this.#lines.push(this.#buffer.subarray(0, count));
    this.#watch[Symbol.dispose]();
    this.stop(); // The parent is gone.
  }

  #take(message: ParentMessage): void {
    if (message.kind === "question") return void this.#answer(message.id, message.question);
    if (message.kind === "sessions") return this.#process?.setSessions?.(message.sessions);
    if (message.kind === "configuration") return this.#start(message);
    this.#configure(message);
  }

  #configure({ change, sessions }: ReconfigurationMessage): void {
    if (this.#process === undefined) return;
    const config = this.#config = patched(this.#config, change) as Config;
    this.#process.setSessions?.(sessions);
    setUmask(config.global.umask);
    this.#schedule(config);
    this.#tellWhen(this.#process.configure(config));
  }

  #start(message: ConfigurationMessage): void {
    const { config, options, maintenance, orders, sessions, isCaretaker = false } = message;
    this.#config = config;
    const { ident, processName, open } = this.#role;
    const named = config.global.processNames ? processName : "keepalived";
    setProcessName(this.#role.scheduling(config).process.name ?? named);
    const log = openLog(logOptionsOf(options.log, ident, ident.replace(/^Keepalived/, "")));
    this.#log = log;
    this.#console = options.log.console;
    this.#isDetailed = options.detail > 0;
    requireRights(this.#role);
    if (isCaretaker) {
      const nobody = { deliver: () => {}, report: () => {} };
      this.#process = open(this.#reactor, log, options, nobody);
      return void this.#process.lookAfter?.(config);
    }
    this.#pidFile = new PidFile(options.pidFile, log);
    this.#scheduling = new Scheduling(this.#reactor, log);
    this.#schedule(config);
    if (options.record !== undefined) {
      this.#reactor.recorder = this.#recording = openRecording(options.record, log);
    }
    this.#process = open(this.#reactor, log, options, {
      deliver: (delivery) => this.#deliver(delivery),
      report: (sessions) => this.#tell({ kind: "sessions", sessions }),
    });
    this.#process.setMaintenance(maintenance);
    this.#process.setOrders?.(orders);
    this.#process.setSessions?.(sessions);
    this.#tellWhen(startOf(this.#process, message));
  }

  /** Nothing but a turn of the event loop brings it about: who hangs is silent. */
  #beat(): void {
    this.#heart.setAt(this.#reactor.nowUs() + heartbeatUs);
    // A parent that hangs need not be told again and again.
    if (!this.#output.isBusy) this.#tell({ kind: "alive" });
  }

  #schedule(config: Config): void {
    this.#scheduling?.configure({ ...this.#role.scheduling(config), global: config.global });
  }

  /** Tells the parent once a configuration runs. If it cannot, that is the end. */
  #tellWhen(configured: Promise<void>): void {
    configured.then(
      () => this.#tell({ kind: "configured" }),
      (error) =>
        this.#reactor.post(() => {
          throw error;
        }),
    );
  }

  /** Questions come after the configuration. Whatever goes wrong with one, the work goes on. */
  async #answer(id: number, question: Question): Promise<void> {
    let answer: string;
    let ok = true;
    try {
      answer = JSON.stringify(await this.#answerTo(question) ?? null);
    } catch (error) {
      ok = false;
      answer = JSON.stringify(`Cannot answer: ${(error as Error).message}`);
      this.#log?.("error", `Internal error, '${question.what}' asked: ${(error as Error).stack}`);
    }
    this.#tell({ kind: "answer", id, ok });
    this.#output.write(answer);
  }

  async #answerTo(question: Question): Promise<unknown> {
    switch (question.what) {
      case "snapshot": {
        // Most processes are never asked.
        const { processSnapshot } = await import("./status/snapshot/process_of.ts");
        const moment = { nowUs: this.#reactor.nowUs(), unixMs: Date.now() };
        const self = processSnapshot(this.#scheduling?.counters);
        return await this.#process?.snapshot(self, moment, question.detail);
      }
      case "clear-counters":
        return this.#process?.clearCounters();
      case "maintenance":
        return this.#process?.setMaintenance(question.on);
      case "orders":
        return this.#process?.setOrders?.(question.orders) ?? [];
    }
  }

  /** A parent that does not keep up loses what is not urgent. */
  #deliver(delivery: Delivery): void {
    if (this.#output.waiting < deliveriesAtMost) return this.#tell({ kind: "delivery", delivery });
    if (this.#lostDeliveries++ === 0) {
      this.#log?.("warning", "The parent takes no mails and webhooks: they are lost");
    }
  }

  #tell(message: ChildMessage): void {
    this.#output.write(JSON.stringify(message));
  }
}

/** What a predecessor ran is found and known that way; then it is changed like by any reload. */
function startOf(
  process: RoleProcess,
  { config, former, goneSinceUs }: ConfigurationMessage,
): Promise<void> {
  if (goneSinceUs === undefined) return process.start(config);
  if (former === undefined) return process.start(config, { goneSinceUs });
  return process.start(former, { goneSinceUs, next: config }).then(() => process.configure(config));
}

function requireRights({ task, rights }: ChildRole): void {
  const held = effectiveCapabilities();
  const missing = rights.filter(([capability]) => !held.has(capability));
  if (missing.length === 0) return;
  const names = missing.map(([capability, purpose]) => `${capability} (${purpose})`).join(" and ");
  throw new ExitError(
    exitStatus.missingPermission,
    `Cannot ${task}: this process lacks ${names}; run it as root or grant the capability`,
  );
}
