import { type Descriptor, SyscallError } from "@keepalived/linux";
import type { Reactor, Watch } from "@keepalived/reactor";

/** Writes lines to a descriptor, in order and whole, and never waits: what does not fit now follows later. */
export class LineWriter {
  readonly #reactor: Pick<Reactor, "watch">;
  readonly #descriptor: Descriptor;
  readonly #waiting: Uint8Array[] = [];
  #watch: Watch | undefined;

  constructor(reactor: Pick<Reactor, "watch">, descriptor: Descriptor) {
    this.#reactor = reactor;
    this.#descriptor = descriptor;
  }

  /** Whether lines wait for room. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** How many do. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param line without its end */
  write(line: string): void {
    this.#waiting.push(new TextEncoder().encode(`${line}\n`));
    if (this.#watch === undefined) this.#flush();
  }

  [Symbol.dispose](): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
    this.#waiting.length = 0;
  }

  #flush(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const written = this.#writeSome(next);
      if (written === undefined) {
        this.#watch ??= this.#reactor.watch(this.#descriptor.fd, "write", () => this.#flush());
        return;
      }
      if (written === next.length) this.#waiting.shift();
      else this.#waiting[0] = next.subarray(written);
    }
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }

  #writeSome(bytes: Uint8Array): number | undefined {
    try {
      return this.#descriptor.write(bytes);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      // Whoever reads has gone; its other traces tell what that means.
      return bytes.length;
    }
  }
}
