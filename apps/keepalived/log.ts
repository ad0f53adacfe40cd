import { writeConsole } from "./console.ts";
import { ExitError } from "./exit_status.ts";
import type { Entry, Severity } from "./log/entry.ts";
import { lineOf, type LogFormat, syslogLineOf } from "./log/format.ts";
import { LogFile } from "./log/log_file.ts";
import { RateLimit } from "./log/rate_limit.ts";
import { Syslog } from "./log/syslog.ts";

export type { Severity } from "./log/entry.ts";

/** Writes one line for operators. */
export type Log = (severity: Severity, text: string) => void;

/** A log until it is disposed. */
export type OpenLog = Log & Disposable;

export type LogOptions = {
  /** Name in syslog: `Keepalived`, `Keepalived_vrrp`. */
  readonly ident: string;
  /** Whether to write to standard error. */
  readonly console: boolean;
  /** Whether to write to syslog. */
  readonly syslog: boolean;
  /** Where the log daemon listens, and as whom it is told: number of the syslog facility, "daemon" if absent. */
  readonly syslogPath?: string;
  readonly facility?: number;
  /** A file to write to as well; with `flush` each line at once. */
  readonly file?: { readonly path: string; readonly flush: boolean };
  /** How lines look on standard error and in the file. */
  readonly format?: LogFormat;
};

const FACILITY_DAEMON = 3;
const sweepMs = 1000;

/**
 * Opens the log. No output is ever waited for; what one cannot take now is tried again for a while.
 *
 * Where syslog is asked for and takes nothing, standard error takes its place, so that no line is lost unseen. Warnings
 * and errors that repeat themselves too often are counted instead.
 */
export function openLog(options: LogOptions): OpenLog {
  const outputs = new Outputs(options);
  const limit = new RateLimit();
  let sweeping: ReturnType<typeof setInterval> | undefined;
  const sweep = () => {
    for (const entry of limit.sweep(new Date())) outputs.write(entry);
    if (!limit.isIdle) return;
    clearInterval(sweeping);
    sweeping = undefined;
  };
  const log: Log = (severity, text) => {
    const entry = { at: new Date(), severity, text };
    if (limit.admits(entry)) outputs.write(entry);
    if (limit.isIdle || sweeping !== undefined) return;
    sweeping = setInterval(sweep, sweepMs);
    sweeping.unref?.();
  };
  return Object.assign(log, {
    [Symbol.dispose]() {
      clearInterval(sweeping);
      outputs[Symbol.dispose]();
    },
  });
}

class Outputs {
  readonly #ident: string;
  readonly #format: LogFormat;
  readonly #console: boolean;
  readonly #facility: number;
  readonly #file: LogFile | undefined;
  readonly #syslog: Syslog | undefined;

  constructor(options: LogOptions) {
    const { ident, format = "text", facility = FACILITY_DAEMON, file } = options;
    this.#ident = ident;
    this.#format = format;
    this.#console = options.console;
    this.#facility = facility;
    // What is said of one output goes to the others, as soon as there are these.
    const trouble = (what: string, isBack: string) => (reason: string | undefined) =>
      queueMicrotask(() => {
        const text = reason === undefined ? isBack : reason;
        this.write(entryOf(reason === undefined ? "notice" : "warning", text), what);
      });
    if (file !== undefined) {
      const note = (lost: number) => lineOf(lostEntry(lost), format, ident);
      const isBack = `The log file ${file.path} can be written again`;
      this.#file = new LogFile({ ...file, note, onTrouble: trouble("file", isBack) });
    }
    if (options.syslog) {
      const note = (lost: number) => syslogLineOf(lostEntry(lost), facility, ident);
      this.#syslog = new Syslog(
        options.syslogPath ?? "/dev/log",
        note,
        trouble("syslog", "syslog takes lines again"),
      );
    }
  }

  /** @param except the output that this is about */
  write(entry: Entry, except?: string): void {
    if (except !== "syslog") {
      this.#syslog?.write(syslogLineOf(entry, this.#facility, this.#ident));
    }
    const line = lineOf(entry, this.#format, this.#ident);
    // Also for the line with which that was found out.
    const isStandIn = this.#syslog?.works === false;
    if (this.#console || isStandIn) writeConsole(line);
    if (except !== "file") this.#file?.write(line);
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
    this.#syslog?.[Symbol.dispose]();
  }
}

function entryOf(severity: Severity, text: string): Entry {
  return { at: new Date(), severity, text };
}

function lostEntry(lost: number): Entry {
  return entryOf("warning", `${lost} lines of the log were lost`);
}

/**
 * Runs the work of a role; the sentence with which it ends, if it ends so, goes to the log as well.
 *
 * @param console whether the log writes to standard error
 */
export async function withEndLogged<T>(
  log: Log,
  console: () => boolean,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExitError) {
      log("error", error.message);
      error.told = console();
    }
    throw error;
  }
}
