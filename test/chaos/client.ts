import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Host } from "../../tools/lab/network.ts";

/** Somebody who asks an address twenty times a second, and counts the answers. */
export class Client {
  readonly #ping: ChildProcess;
  readonly #answeredMs: number[] = [];
  readonly #closed: Promise<unknown>;
  #answers = 0;
  #asked = 0;

  constructor(host: Host, address: string) {
    this.#ping = host.start(["ping", "-n", "-i", "0.05", address]);
    const { stdout } = this.#ping;
    if (stdout === null) throw new TypeError("ping has no output");
    createInterface({ input: stdout }).on("line", (line) => {
      if (/bytes from .* time=/.test(line)) {
        this.#answers++;
        this.#answeredMs.push(performance.now());
      }
      const counts = /^(\d+) packets transmitted/.exec(line);
      if (counts !== null) this.#asked = Number(counts[1]);
    });
    this.#closed = once(this.#ping, "close");
  }

  get answers(): number {
    return this.#answers;
  }

  /** How many answers came since a time of `performance.now()`. */
  answersSince(ms: number): number {
    return this.#answeredMs.filter((atMs) => atMs >= ms).length;
  }

  /** The longest time without an answer since a time, milliseconds. Forgets what was before. */
  longestSilence(sinceMs: number): number {
    const first = this.#answeredMs.findIndex((atMs) => atMs >= sinceMs);
    this.#answeredMs.splice(0, first < 0 ? this.#answeredMs.length : first);
    const times = [sinceMs, ...this.#answeredMs, performance.now()];
    return Math.max(...times.slice(1).map((atMs, i) => atMs - (times[i] ?? atMs)));
  }

  /** @returns how often it asked, and how often it was answered */
  async stop(): Promise<{ readonly asked: number; readonly answered: number }> {
    // Not ChildProcess.kill(): ping is to say what it has counted.
    if (this.#ping.exitCode === null) process.kill(this.#ping.pid ?? 0, "SIGINT");
    await this.#closed;
    return { asked: this.#asked, answered: this.#answers };
  }
}
