import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import process from "node:process";

/** One endless loop of ordinary priority for each processor, until disposed, or for a time if nobody does that. */
export class Load {
  readonly #children: readonly ChildProcess[];

  constructor(limitMs: number) {
    const program = `const end = Date.now() + ${limitMs}; while (Date.now() < end);`;
    this.#children = Array.from(
      { length: availableParallelism() },
      () => spawn(process.execPath, ["--eval", program], { stdio: "ignore" }),
    );
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}
