/** What descriptors of a host stand for. */

import { viewOf } from "./memory.ts";

export const EAGAIN = 11;
const EPOLLIN = 0x001;
const EPOLLOUT = 0x004;

/** Something that can be read, written, watched and closed. */
export type File = {
  readonly readable: () => boolean;
  readonly read?: (into: Uint8Array) => number;
  readonly write?: (bytes: Uint8Array) => number;
  readonly close?: () => void;
};

/** Of a timerfd. */
export class TimerFile implements File {
  readonly #host: Clocked;
  #atUs = Infinity;

  constructor(host: Clocked) {
    this.#host = host;
  }

  /** When it becomes readable. */
  get atUs(): number {
    return this.#atUs;
  }

  /** @param spec `struct itimerspec`, absolute */
  set(spec: Uint8Array): void {
    const view = viewOf(spec);
    const atUs = view.getUint32(16, true) * 1_000_000 + view.getUint32(24, true) / 1000;
    const { clockUs, mistakes } = this.#host;
    const isSlow = mistakes.has("slow-timers") && atUs > clockUs;
    this.#atUs = atUs === 0 ? Infinity : isSlow ? clockUs + 4 * (atUs - clockUs) : atUs;
    this.#host.armed(this.#atUs);
  }

  readable(): boolean {
    return this.#atUs <= this.#host.clockUs;
  }

  read(into: Uint8Array): number {
    if (!this.readable()) return -EAGAIN;
    this.#atUs = Infinity;
    into[0] = 1;
    return 8;
  }
}

/** What timers need of their host. */
export type Clocked = {
  readonly clockUs: number;
  readonly mistakes: ReadonlySet<string>;
  readonly armed: (atUs: number) => void;
};

/** Of an eventfd. */
export class EventFile implements File {
  #count = 0;

  readable(): boolean {
    return this.#count > 0;
  }

  read(): number {
    if (this.#count === 0) return -EAGAIN;
    this.#count = 0;
    return 8;
  }

  write(): number {
    this.#count++;
    return 8;
  }
}

/** One end of a pair of datagram sockets. */
export class PairFile implements File {
  readonly queue: Uint8Array[] = [];
  peer: PairFile | undefined;

  readable(): boolean {
    return this.queue.length > 0;
  }

  write(bytes: Uint8Array): number {
    this.peer?.queue.push(bytes.slice());
    return bytes.length;
  }
}

type Watched = { readonly file: File; events: number; token: number };

/** `struct epoll_event` is packed on x86-64 only. */
const packed = process.arch === "x64";
const EVENT_BYTES = packed ? 12 : 16;
const DATA_OFFSET = packed ? 4 : 8;

/** Of an epoll, level-triggered. */
export class EpollFile implements File {
  readonly #watched = new Map<number, Watched>();

  /** Adds or changes a descriptor; without an event takes it out. */
  control(fd: number, file: File, event: Uint8Array | undefined): void {
    if (event === undefined) return void this.#watched.delete(fd);
    const view = viewOf(event);
    const events = view.getUint32(0, true);
    const token = view.getUint32(DATA_OFFSET, true);
    this.#watched.set(fd, { file, events, token });
  }

  /** What the kernel does when a descriptor is closed. */
  forget(fd: number): void {
    this.#watched.delete(fd);
  }

  readable(): boolean {
    for (const watched of this.#watched.values()) if (stateOf(watched) !== 0) return true;
    return false;
  }

  /** Writes what is ready. @returns how many that are */
  wait(into: Uint8Array, limit: number): number {
    const view = viewOf(into);
    let count = 0;
    for (const watched of this.#watched.values()) {
      const state = stateOf(watched);
      if (state === 0 || count === limit) continue;
      view.setUint32(count * EVENT_BYTES, state, true);
      view.setUint32(count * EVENT_BYTES + DATA_OFFSET, watched.token, true);
      count++;
    }
    return count;
  }
}

function stateOf({ file, events }: Watched): number {
  return (file.readable() ? events & EPOLLIN : 0) | (events & EPOLLOUT);
}
