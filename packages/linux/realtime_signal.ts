import { cString } from "./buffers.ts";
import { check, checkReady, SyscallError } from "./errno.ts";
import { libc } from "./libc.ts";

/** The first and the last real-time signal for programs: the C library keeps two for itself. */
export const SIGRTMIN = 34;
export const SIGRTMAX = 64;

const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const O_CLOEXEC = 0o2000000;
const F_GETFD = 1;
const EBADF = 9;
const EBUSY = 16;

/** `struct sigaction` of 64-bit Linux, with glibc and musl alike: handler, mask (128 bytes), flags, restorer. */
const SIGACTION_BYTES = 152;
const FLAGS_OFFSET = 136;
const SA_SIGINFO = 4;
const SA_ONSTACK = 0x0800_0000;
const SA_RESTART = 0x1000_0000;
const SIG_IGN = 1n;
const SIG_UNBLOCK = 1;
const SIGNAL_SET_BYTES = 128;

/**
 * A real-time signal of this process as a descriptor: readable from its arrival until `clear`.
 *
 * Neither runtime has names for these signals, and a signalfd would need them blocked in threads that are not ours. So
 * the handler is `eventfd_write` of the C library itself, which a signal may interrupt anything with: it is called with
 * the number of the signal, which is the descriptor that this opens, and the address of what is known of the signal,
 * which is the number that it adds.
 */
export class RealtimeSignal {
  readonly #signal: number;
  readonly #count = new Uint8Array(8);
  #open = true;

  /**
   * @param signal {@linkcode SIGRTMIN} to {@linkcode SIGRTMAX}
   * @throws SyscallError EBUSY if the descriptor of that number is in use
   */
  constructor(signal: number) {
    const { calls, symbol } = libc();
    this.#signal = signal;
    const doing = `receive signal ${signal}`;
    if (calls.fcntl(signal, F_GETFD, null) !== -EBADF) throw new SyscallError(doing, "dup3", EBUSY);
    const counter = check(calls.eventfd(0, EFD_NONBLOCK_CLOEXEC), "eventfd", doing);
    const moved = calls.dup3(counter, signal, O_CLOEXEC);
    calls.close(counter);
    check(moved, "dup3", doing);
    handle(signal, symbol(cString("eventfd_write")), SA_SIGINFO | SA_ONSTACK | SA_RESTART);
  }

  get fd(): number {
    return this.#signal;
  }

  /** Whether it came since the last call; several count as one. */
  clear(): boolean {
    const result = libc().calls.read(this.#signal, this.#count, 8);
    return checkReady(result, "read", "read an eventfd") !== undefined;
  }

  /** From now on the signal is ignored. */
  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    ignoreSignal(this.#signal);
    libc().calls.close(this.#signal);
  }
}

/** Has a signal do nothing, in place of ending the process. Programs that this one runs do not inherit it. */
export function ignoreSignal(signal: number): void {
  handle(signal, SIG_IGN, 0);
}

/**
 * Lets a signal through to this thread, and what waits of it.
 *
 * Node blocks SIGUSR1 in all threads from its start, and with `--disable-sigusr1` leaves it so, listeners or not.
 */
export function unblockSignal(signal: number): void {
  const set = new Uint8Array(SIGNAL_SET_BYTES);
  set[(signal - 1) >> 3] = 1 << ((signal - 1) & 7);
  const error = libc().calls.pthread_sigmask(SIG_UNBLOCK, set, null);
  check(-error, "pthread_sigmask", `let signal ${signal} through`);
}

function handle(signal: number, handler: bigint, flags: number): void {
  const action = new Uint8Array(SIGACTION_BYTES);
  const view = new DataView(action.buffer);
  view.setBigUint64(0, handler, true);
  view.setInt32(FLAGS_OFFSET, flags, true);
  check(libc().calls.sigaction(signal, action, null), "sigaction", `handle signal ${signal}`);
}
