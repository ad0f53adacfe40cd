import { readFileSync } from "node:fs";
import process from "node:process";
import {
  adoptOrphans,
  endOfProcess,
  sendSignal,
  SIGKILL,
  SIGTERM,
  SyscallError,
} from "@keepalived/linux";
import type { Scheduler } from "@keepalived/reactor";
import type { Log } from "../log.ts";

/** How long scripts have to end by themselves, as with a time-out. */
const graceUs = 2_000_000;
const sweepUs = 60_000_000;

/**
 * The processes that descendants of ours leave behind come to us.
 *
 * Scripts of a child that was killed are ended: nobody counts their time any more, and the successor starts its own.
 * What a script has put into the background goes on; when it ends it is collected.
 */
export class Orphans {
  readonly #scheduler: Scheduler;
  readonly #log: Log;
  readonly #session: number;
  /** What was put into the background, as far as it was seen. */
  #background: ReadonlySet<number> = new Set();
  /** Ended and not collected a while ago: the runtime would have done it, if it had started them. */
  #dead: ReadonlySet<number> = new Set();
  readonly #timers = new Set<Disposable>();

  constructor({ scheduler, log }: { readonly scheduler: Scheduler; readonly log: Log }) {
    this.#scheduler = scheduler;
    this.#log = log;
    this.#session = statusOf(process.pid)?.session ?? 0;
    adoptOrphans();
    this.#in(sweepUs, () => this.#sweep());
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) timer[Symbol.dispose]();
  }

  /** Ends the scripts that a child had running when it was killed: they are ours since then. */
  endScripts(): void {
    // Only what we start leads a group of its own in our session.
    const scripts = children().filter((pid) => {
      const { group, session } = statusOf(pid) ?? {};
      return group === pid && session === this.#session && !this.#background.has(pid);
    });
    if (scripts.length === 0) return;
    this.#log("notice", `Ending the scripts that it has left: pid ${scripts.join(", ")}`);
    for (const pid of scripts) this.#signal(pid, SIGTERM);
    this.#in(graceUs, () => {
      // Not collected until now: nobody else can have the number of the group.
      for (const pid of scripts) {
        this.#signal(pid, SIGKILL);
        if (statusOf(pid)?.state === "Z") endOfProcess(pid);
      }
    });
  }

  #signal(pid: number, signal: number): void {
    try {
      sendSignal(-pid, signal);
    } catch (error) {
      // Without CAP_KILL those of other users are out of reach.
      if (!(error instanceof SyscallError)) throw error;
      this.#log("warning", error.message);
    }
  }

  #sweep(): void {
    const all = children();
    const dead = all.filter((pid) => statusOf(pid)?.state === "Z");
    for (const pid of dead) if (this.#dead.has(pid)) endOfProcess(pid);
    this.#dead = new Set(dead);
    this.#background = new Set(all);
    this.#in(sweepUs, () => this.#sweep());
  }

  #in(us: number, act: () => void): void {
    const timer = this.#scheduler.deadline(() => {
      this.#timers.delete(timer);
      timer[Symbol.dispose]();
      act();
    });
    timer.setAt(this.#scheduler.nowUs() + us);
    this.#timers.add(timer);
  }
}

/** Children of the first thread, which all orphans become. */
function children(): readonly number[] {
  try {
    const list = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
    return list.split(" ").filter(Boolean).map(Number);
  } catch {
    return []; // A kernel without CONFIG_PROC_CHILDREN does not say.
  }
}

type ProcessStatus = {
  readonly state: string;
  readonly group: number;
  readonly session: number;
};

function statusOf(pid: number): ProcessStatus | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name before may have blanks and brackets of its own.
    const [state = "", , group, session] = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state, group: Number(group), session: Number(session) };
  } catch {
    return undefined; // It has gone.
  }
}
