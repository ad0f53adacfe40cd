import { check, checkReady } from "./errno.ts";
import { libc } from "./libc.ts";

const NONBLOCK_CLOEXEC = 0o2004000;
const one = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/** An eventfd: readable from `signal` until `clear`. */
export class EventCounter {
  #fd: number;
  readonly #count = new Uint8Array(8);

  constructor() {
    this.#fd = check(libc().calls.eventfd(0, NONBLOCK_CLOEXEC), "eventfd", "open an eventfd");
  }

  get fd(): number {
    return this.#fd;
  }

  signal(): void {
    checkReady(libc().calls.write(this.#fd, one, 8), "write", "signal an eventfd");
  }

  /** Whether it was signalled since the last call. */
  clear(): boolean {
    const result = libc().calls.read(this.#fd, this.#count, 8);
    return checkReady(result, "read", "read an eventfd") !== undefined;
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().calls.close(this.#fd);
    this.#fd = -1;
  }
}
