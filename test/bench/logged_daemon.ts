import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { crash } from "../../tools/lab/processes.ts";
import type { Contender } from "./contenders.ts";
import { workFolder } from "./work_folder.ts";

/** A daemon in the foreground, with the times at which it logged. */
export class LoggedDaemon {
  /** Milliseconds of `performance.now()`. */
  readonly startedMs: number = performance.now();
  readonly log: { readonly atMs: number; readonly text: string }[] = [];
  readonly #process: ChildProcess;
  readonly #file: string;
  readonly #ended: Promise<unknown>;

  /** Only the checkers, without VRRP. @param options such as `--no-ipvs` */
  constructor(contender: Contender, configuration: string, options: readonly string[] = []) {
    const folder = mkdtempSync(join(workFolder(), "daemon-"));
    const file = (name: string) => join(folder, name);
    this.#file = file("conf");
    writeFileSync(this.#file, configuration);
    const files = ["-f", this.#file, "-p", file("pid"), "-c", file("checkers"), "-r", file("vrrp")];
    this.#process = spawn(contender.program, ["-nlGC", ...options, ...files], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...contender.environment },
    });
    this.#ended = once(this.#process, "close");
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on("line", (text) => {
        this.log.push({ atMs: performance.now(), text });
      });
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** When it first logs a line, from an index on. @throws Error with the end of its log if it does not */
  async says(
    pattern: RegExp,
    { from = 0, withinMs = 120_000 }: { readonly from?: number; readonly withinMs?: number } = {},
  ): Promise<number> {
    const limit = performance.now() + withinMs;
    for (;;) {
      const line = this.log.slice(from).find(({ text }) => pattern.test(text));
      if (line !== undefined) return line.atMs;
      if (performance.now() > limit || this.#process.exitCode !== null) {
        const tail = this.log.slice(-10).map(({ text }) => text).join("\n");
        throw new Error(`The daemon does not log ${pattern}:\n${tail}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Has it read another configuration. @returns milliseconds until it says that it is done */
  async reload(configuration: string): Promise<number> {
    writeFileSync(`${this.#file}.new`, configuration);
    renameSync(`${this.#file}.new`, this.#file);
    const from = this.log.length;
    const startMs = performance.now();
    process.kill(this.pid, "SIGHUP");
    return await this.says(/Reload complete/, { from }) - startMs;
  }

  /** @returns milliseconds until it is gone */
  async stop(): Promise<number> {
    const startMs = performance.now();
    process.kill(this.pid, "SIGTERM");
    await this.#ended;
    return performance.now() - startMs;
  }

  async crash(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) crash(this.pid);
    await this.#ended;
  }
}
