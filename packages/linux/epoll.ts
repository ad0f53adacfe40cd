import { check, retry } from "./errno.ts";
import { libc } from "./libc.ts";

export const EPOLLIN = 0x001;
export const EPOLLOUT = 0x004;
export const EPOLLERR = 0x008;
export const EPOLLHUP = 0x010;
export const EPOLLRDHUP = 0x2000;

const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** `struct epoll_event` is packed on x86-64 only. */
const packed = process.arch === "x64";
const EVENT_BYTES = packed ? 12 : 16;
const DATA_OFFSET = packed ? 4 : 8;

/** A set of descriptors that are asked together for readiness (level-triggered). */
export class Epoll {
  #fd: number;
  readonly #event = new Uint8Array(EVENT_BYTES);
  readonly #ready: Uint8Array;
  readonly #view: DataView;
  readonly #limit: number;

  /** @param limit how many ready descriptors one {@linkcode wait} reports at most */
  constructor(limit = 64) {
    this.#limit = limit;
    this.#ready = new Uint8Array(limit * EVENT_BYTES);
    this.#view = new DataView(this.#ready.buffer);
    this.#fd = check(libc().calls.epoll_create1(EPOLL_CLOEXEC), "epoll_create1", "open epoll");
  }

  get fd(): number {
    return this.#fd;
  }

  /**
   * @param events EPOLLIN, EPOLLOUT; errors and hang-ups are always reported
   * @param token an unsigned 32-bit integer that {@linkcode wait} gives back; unlike a descriptor's number it need not
   * mean another thing after the descriptor was closed and its number used again
   */
  add(fd: number, events: number, token: number): void {
    this.#control(EPOLL_CTL_ADD, fd, events, token);
  }

  change(fd: number, events: number, token: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, token);
  }

  /** To call before the descriptor is closed. */
  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /**
   * Reports what is ready, without waiting unless told.
   *
   * @param visit called for each ready descriptor; may add and remove descriptors
   * @returns how many were ready
   */
  wait(visit: (token: number, events: number) => void, timeoutMs = 0): number {
    const count = check(
      retry(() => libc().calls.epoll_wait(this.#fd, this.#ready, this.#limit, timeoutMs)),
      "epoll_wait",
      "wait for descriptors",
    );
    for (let i = 0; i < count; i++) {
      const at = i * EVENT_BYTES;
      const events = this.#view.getUint32(at, true);
      visit(this.#view.getUint32(at + DATA_OFFSET, true), events);
    }
    return count;
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().calls.close(this.#fd);
    this.#fd = -1;
  }

  #control(operation: number, fd: number, events: number, token: number): void {
    const view = new DataView(this.#event.buffer);
    view.setUint32(0, events, true);
    view.setUint32(DATA_OFFSET, token, true);
    const result = libc().calls.epoll_ctl(this.#fd, operation, fd, this.#event);
    check(result, "epoll_ctl", `watch descriptor ${fd}`);
  }
}
