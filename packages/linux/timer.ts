import { check, checkReady } from "./errno.ts";
import { libc } from "./libc.ts";

const CLOCK_MONOTONIC = 1;
const TFD_TIMER_ABSTIME = 1;
const NONBLOCK_CLOEXEC = 0o2004000;

/** A timerfd: readable once its time has come. */
export class Timer {
  #fd: number;
  /** `struct itimerspec`: interval, then value, each as seconds and nanoseconds of 8 bytes. */
  readonly #spec = new Uint8Array(32);
  readonly #view = new DataView(this.#spec.buffer);
  readonly #count = new Uint8Array(8);

  constructor() {
    const result = libc().calls.timerfd_create(CLOCK_MONOTONIC, NONBLOCK_CLOEXEC);
    this.#fd = check(result, "timerfd_create", "open a timer");
  }

  get fd(): number {
    return this.#fd;
  }

  /** @param atUs a time of `nowUs()`; one that is past fires at once; undefined: never */
  setAt(atUs: number | undefined): void {
    const at = atUs === undefined ? 0 : Math.max(1, Math.ceil(atUs));
    this.#view.setUint32(16, Math.floor(at / 1_000_000), true);
    this.#view.setUint32(24, (at % 1_000_000) * 1000, true);
    const result = libc().calls.timerfd_settime(this.#fd, TFD_TIMER_ABSTIME, this.#spec, null);
    check(result, "timerfd_settime", "set a timer");
  }

  /** Whether the time has come since the last call or setting: resets readiness. */
  clear(): boolean {
    const result = libc().calls.read(this.#fd, this.#count, 8);
    return checkReady(result, "read", "read a timer") !== undefined;
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().calls.close(this.#fd);
    this.#fd = -1;
  }
}
