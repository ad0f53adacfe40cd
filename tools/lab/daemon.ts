import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Host } from "./network.ts";
import { crash } from "./processes.ts";

/**
 * `ours`: what KEEPALIVED_PROGRAM names, or bin/keepalived of this tree on the runtime that KEEPALIVED_RUNTIME names. `c`:
 * the installed keepalived.
 */
export type Implementation = "ours" | "c";

const programs: Readonly<Record<Implementation, string>> = {
  ours: process.env["KEEPALIVED_PROGRAM"] ??
    fileURLToPath(new URL("../../bin/keepalived", import.meta.url)),
  c: "/usr/sbin/keepalived",
};

/** How long tests wait for what is to come: only what never comes takes longer, however busy the machine is. */
export const patienceMs = 30_000;

export type DaemonOptions = {
  readonly implementation?: Implementation;
  /** Path of another program in its place. */
  readonly program?: string;
  /** For its files: configuration and pid files. One folder can serve many daemons with different names. */
  readonly folder: string;
  readonly name: string;
  readonly config: string;
  /** Replaces the usual `-nlGD`; several words are told apart by spaces. */
  readonly flags?: string;
  /** Words before the program, such as `setpriv` and its options. */
  readonly wrapper?: readonly string[];
};

/** A keepalived in the foreground on a host, with its log. */
export class Daemon {
  readonly name: string;
  readonly log: string[] = [];
  readonly configFile: string;
  readonly pidFile: string;
  readonly vrrpPidFile: string;
  readonly checkersPidFile: string;
  readonly bfdPidFile: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<number | string>;
  readonly #closed: Promise<unknown>;

  constructor(host: Host, options: DaemonOptions) {
    const { implementation = "ours", folder, name, flags = "-nlGD", wrapper = [] } = options;
    const { program = programs[implementation] } = options;
    this.name = name;
    this.configFile = join(folder, `${name}.conf`);
    this.pidFile = join(folder, `${name}.pid`);
    this.vrrpPidFile = join(folder, `${name}_vrrp.pid`);
    this.checkersPidFile = join(folder, `${name}_checkers.pid`);
    this.bfdPidFile = join(folder, `${name}_bfd.pid`);
    this.configure(options.config);
    const pidFiles = [
      ...["-p", this.pidFile, "-r", this.vrrpPidFile],
      ...["-c", this.checkersPidFile, "-b", this.bfdPidFile],
    ];
    const words = [...flags.split(" "), "-f", this.configFile, ...pidFiles];
    this.#process = host.start([...wrapper, program, ...words]);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (line) => this.log.push(line));
    }
    this.#exited = once(this.#process, "exit").then(([code, signal]) => code ?? signal);
    this.#closed = once(this.#process, "close");
  }

  /** Number of the parent process. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Its exit status, or the signal that ended it, once it and all that share its output are gone. */
  async end(withinMs: number = patienceMs): Promise<number | string> {
    // "close" and not only "exit": by then the whole log has been read.
    await within(withinMs, `${this.name} has ended and its output is closed`, this.#closed);
    return await this.#exited;
  }

  /** The same as soon as it has ended, whoever else still has its output. */
  async exit(withinMs: number = patienceMs): Promise<number | string> {
    return await within(withinMs, `${this.name} has ended`, this.#exited);
  }

  /** Writes its configuration file; a running daemon reads it at SIGHUP. */
  configure(config: string): void {
    // At once, as editors do: a daemon that reads just now must not see half of it.
    writeFileSync(`${this.configFile}.new`, config);
    renameSync(`${this.configFile}.new`, this.configFile);
  }

  signal(signal: NodeJS.Signals): void {
    // Not ChildProcess.kill(): after it, Deno reports the signal instead of the exit status.
    process.kill(this.pid, signal);
  }

  /** SIGTERM, and the exit status. */
  async stop(): Promise<number | string> {
    if (this.#isRunning) this.signal("SIGTERM");
    return await this.end();
  }

  /** Ends all its processes at once, as a power failure would. */
  async crash(): Promise<void> {
    if (this.#isRunning) crash(this.pid);
    await this.exit();
  }

  /** Waits for a line of the log, among those from an index on. @throws Error with the log's end if none comes */
  async says(pattern: RegExp, options: { withinMs?: number; from?: number } = {}): Promise<string> {
    const { withinMs = patienceMs, from = 0 } = options;
    const limit = performance.now() + withinMs;
    let ended = false;
    this.#closed.then(() => ended = true);
    for (;;) {
      const last = ended || performance.now() > limit;
      const line = this.log.slice(from).find((line) => pattern.test(line));
      if (line !== undefined) return line;
      if (last) {
        const how = ended ? "before it ended" : `within ${withinMs} ms`;
        const tail = this.log.slice(-20).join("\n  ");
        throw new Error(`${this.name} did not log ${pattern} ${how}:\n  ${tail}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Lines of the log so far that match. */
  lines(pattern: RegExp): readonly string[] {
    return this.log.filter((line) => pattern.test(line));
  }

  get #isRunning(): boolean {
    const { exitCode, signalCode } = this.#process;
    return exitCode === null && signalCode === null;
  }
}

/** Waits for a promise. @throws Error if it takes longer */
async function within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
