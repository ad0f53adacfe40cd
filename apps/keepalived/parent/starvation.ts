import { readFileSync } from "node:fs";

/** Whether a process wants to run and is not let: it waits for a processor most of the time. */
export class Starvation {
  readonly #path: string;
  #atUs: number | undefined;
  #waitedUs = 0;

  /** @param path of its `schedstat`, whose second number is how many nanoseconds its first thread has waited */
  constructor(pid: number, path: string = `/proc/${pid}/schedstat`) {
    this.#path = path;
  }

  /** Whether it was so since the last call. A process that sleeps, or is stopped, does not wait for a processor. */
  since(nowUs: number): boolean {
    const [beforeUs, waitedUs] = [this.#waitedUs, this.#read()];
    const elapsedUs = nowUs - (this.#atUs ?? nowUs);
    [this.#atUs, this.#waitedUs] = [nowUs, waitedUs];
    return elapsedUs > 0 && waitedUs - beforeUs > elapsedUs / 2;
  }

  #read(): number {
    try {
      return Number(readFileSync(this.#path, "utf8").split(" ")[1]) / 1000;
    } catch {
      return this.#waitedUs; // It has gone, or this kernel does not count.
    }
  }
}
