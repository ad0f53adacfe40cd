import { type ChildProcess, spawn } from "node:child_process";
import { sendSignal, SIGKILL } from "@keepalived/linux";
import type { ConfigurationMessage } from "../control.ts";

/** How to run a program. */
export type Program = {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
};

/** A process that looks after what another one left that was killed, until that one's successor is there. */
export class Caretaker {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #hasEnded = false;

  constructor({ command, args, env }: Program, message: ConfigurationMessage) {
    const child = this.#process = spawn(command, [...args], {
      stdio: ["pipe", "pipe", "inherit"],
      env,
    });
    // Its signs of life mean nothing.
    child.stdout?.resume();
    child.stdin?.on("error", () => {});
    child.stdin?.write(`${JSON.stringify({ ...message, isCaretaker: true })}\n`);
    this.#ended = new Promise((resolve) => {
      const end = () => {
        this.#hasEnded = true;
        resolve();
      };
      child.once("exit", end);
      child.once("error", end);
    });
  }

  /** Ends it, and what it looks after stays: somebody else does now. */
  dismiss(): void {
    const { pid } = this.#process;
    if (!this.#hasEnded && pid !== undefined) sendSignal(pid, SIGKILL);
  }

  /** Has it clear everything away; done when it has ended. */
  async clear(withinUs: number): Promise<void> {
    this.#process.stdin?.end();
    const timer = setTimeout(() => this.dismiss(), withinUs / 1000);
    await this.#ended;
    clearTimeout(timer);
  }
}
