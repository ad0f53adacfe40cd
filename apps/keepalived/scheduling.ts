import process from "node:process";
import type { GlobalConfig, ProcessConfig } from "@keepalived/keepalived-config";
import {
  lockMemory,
  setAffinity,
  setLimits,
  setNice,
  setOrdinary,
  setRealtime,
  SyscallError,
  unlockMemory,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import type { Log } from "./log.ts";

/** What the configuration says of the scheduling of one process. */
export type SchedulingConfig = {
  readonly process: ProcessConfig;
  readonly global: Pick<GlobalConfig, "maxAutoPriority" | "minAutoPriorityDelayUs">;
  /** From how late on timers are worth a line in the log, microseconds. */
  readonly lateUs: number;
};

/** How late timers were. */
export type LatenessCounters = {
  /** How often later than the limit. */
  readonly late: number;
  readonly latestUs: number;
};

/**
 * Least time that a real-time thread may run without a pause before the kernel warns, and from then until it ends the
 * process. The start, or a collection of garbage, takes longer than the 10 ms that a program in C can keep.
 */
const warningUs = 500_000;
const runawayUs = 5_000_000;

/** Lines about lateness come no closer together. */
const quietUs = 10_000_000;

/** Priority, processors and memory of this process as configured, and what is done when its timers are late. */
export class Scheduling {
  readonly #reactor: Reactor;
  readonly #log: Log;
  #process: Omit<ProcessConfig, "name" | "rlimitRttimeUs"> = {
    nice: 0,
    noSwap: false,
    realTimePriority: 0,
    cpuAffinity: [],
  };
  /** The priority of the moment: that of the configuration, or one that it was raised to. */
  #priority = 0;
  readonly #onLimit = () =>
    this.#log(
      "warning",
      "A real-time thread runs without a pause: the kernel will end the process (vrrp_rlimit_rttime)",
    );
  #late = 0;
  #latestUs = 0;
  /** Since the last line about lateness. */
  #unsaid = { count: 0, latestUs: 0 };
  #quietUntilUs = 0;

  constructor(reactor: Reactor, log: Log) {
    this.#reactor = reactor;
    this.#log = log;
  }

  get counters(): LatenessCounters {
    return { late: this.#late, latestUs: this.#latestUs };
  }

  /** Goes over to a configuration. What the system refuses is said and left. */
  configure(config: SchedulingConfig): void {
    const before = this.#process;
    const next = config.process;
    this.#process = next;
    if (next.nice !== before.nice) {
      this.#try(() => setNice(next.nice === 0 ? undefined : next.nice));
    }
    if (next.cpuAffinity.join() !== before.cpuAffinity.join()) {
      this.#try(() => setAffinity(next.cpuAffinity.length === 0 ? undefined : next.cpuAffinity));
    }
    if (next.noSwap !== before.noSwap) {
      this.#try(() => next.noSwap ? lockMemory() : unlockMemory());
    }
    if (next.realTimePriority !== before.realTimePriority) {
      this.#setPriority(next.realTimePriority, next.rlimitRttimeUs);
    } else if (this.#priority > 0) this.#limit(next.rlimitRttimeUs);
    const { maxAutoPriority, minAutoPriorityDelayUs } = config.global;
    const limitUs = maxAutoPriority > 0
      ? Math.min(config.lateUs, minAutoPriorityDelayUs)
      : config.lateUs;
    this.#reactor.watchLateness(limitUs, (lateUs) => {
      if (lateUs >= config.lateUs) this.#count(lateUs);
      if (lateUs < minAutoPriorityDelayUs || this.#priority >= maxAutoPriority) return;
      this.#setPriority(this.#priority + 1, next.rlimitRttimeUs);
      const now = `real-time priority is now ${this.#priority || "off"}`;
      this.#log("warning", `Timers came ${text(lateUs)} late: ${now}`);
    });
  }

  [Symbol.dispose](): void {
    process.off("SIGXCPU", this.#onLimit);
  }

  #setPriority(priority: number, limitUs: number): void {
    const done = this.#try(() => priority === 0 ? setOrdinary() : setRealtime(priority));
    if (done) this.#priority = priority;
    if (this.#priority > 0) this.#limit(limitUs);
  }

  /** Without a listener the kernel's warning would end the process. */
  #limit(limitUs: number): void {
    if (process.listenerCount("SIGXCPU") === 0) process.on("SIGXCPU", this.#onLimit);
    const soft = Math.max(limitUs, warningUs);
    this.#try(() => setLimits("realtimeUs", { soft, hard: soft + runawayUs }));
  }

  #count(lateUs: number): void {
    this.#late++;
    this.#latestUs = Math.max(this.#latestUs, lateUs);
    const { count, latestUs } = this.#unsaid;
    const now = this.#reactor.nowUs();
    if (now < this.#quietUntilUs) {
      this.#unsaid = { count: count + 1, latestUs: Math.max(latestUs, lateUs) };
      return;
    }
    const more = count === 0 ? "" : ` (${count} more since the last line, up to ${text(latestUs)})`;
    this.#log("warning", `Timers came ${text(lateUs)} late${more}`);
    this.#unsaid = { count: 0, latestUs: 0 };
    this.#quietUntilUs = now + quietUs;
  }

  /** Whether the system agreed. */
  #try(change: () => unknown): boolean {
    try {
      change();
      return true;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#log("warning", error.message);
      return false;
    }
  }
}

function text(us: number): string {
  return us < 1_000_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}
