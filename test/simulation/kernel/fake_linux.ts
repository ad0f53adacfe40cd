import type { Calls, Libc } from "@keepalived/linux/libc";
import { EAGAIN, EpollFile, EventFile, type File, PairFile, TimerFile } from "./descriptors.ts";
import type { Host } from "./host.ts";
import { Memory, viewOf } from "./memory.ts";
import { NetlinkFile } from "./netlink_file.ts";
import { FrameFile, RawFile } from "./packet_files.ts";

const EBADF = 9;
const EPROTONOSUPPORT = 93;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const AF_PACKET = 17;
const EPOLL_CTL_DEL = 2;
const SO_TYPE = 3;
const SO_RCVBUF = 8;
const SOCK_DGRAM = 2;

/**
 * A C library over hosts in memory: what the daemon calls instead of Linux.
 *
 * A host is whoever {@linkcode FakeLinux.current} says; each has descriptors, a clock and tables of its own. Has what the
 * VRRP process calls: anything else throws.
 */
export class FakeLinux {
  /** Whose process runs now. */
  current: Host | undefined;
  readonly libc: Libc;
  readonly #memory = new Memory();
  /** Numbers are never used again: one that was closed means nothing for good. */
  #nextFd = 100;

  constructor() {
    const known: Partial<Calls> = this.#calls();
    const calls = new Proxy(known, {
      get: (_, name) => known[name as keyof Calls] ?? unknown(String(name)),
    }) as Calls;
    this.libc = {
      name: "koffi",
      calls,
      addressOf: (bytes) => this.#memory.addressOf(bytes),
      symbol: () => unknown("dlsym")(),
      waitReadable: (fd, callback) => {
        const host = this.#host();
        const waiting = { epoll: this.#file(fd), callback };
        host.waiting = waiting;
        return {
          [Symbol.dispose]: () => {
            if (host.waiting === waiting) host.waiting = undefined;
          },
        };
      },
    };
  }

  #calls(): Partial<Calls> {
    const open = (file: File) => this.#open(file);
    const file = (fd: number) => this.#host().files.get(fd);
    return {
      clock_gettime: (_, time) => {
        // Modules read the clock before any host is there.
        const us = this.current?.readClock() ?? 0;
        const view = viewOf(time ?? new Uint8Array(16));
        view.setUint32(0, Math.floor(us / 1_000_000), true);
        view.setUint32(8, (us % 1_000_000) * 1000, true);
        return 0;
      },
      close: (fd) => {
        if (file(fd) === undefined) return -EBADF;
        this.#host().closeFile(fd);
        return 0;
      },
      epoll_create1: () => open(new EpollFile()),
      epoll_ctl: (epoll, operation, fd, event) => {
        const [set, watched] = [file(epoll), file(fd)];
        if (!(set instanceof EpollFile) || watched === undefined) return -EBADF;
        set.control(fd, watched, operation === EPOLL_CTL_DEL ? undefined : event ?? undefined);
        return 0;
      },
      epoll_wait: (epoll, events, count) => {
        const set = file(epoll);
        return set instanceof EpollFile && events !== null ? set.wait(events, count) : -EBADF;
      },
      eventfd: () => open(new EventFile()),
      timerfd_create: () => open(new TimerFile(this.#host())),
      timerfd_settime: (fd, _, spec) => {
        const timer = file(fd);
        if (!(timer instanceof TimerFile) || spec === null) return -EBADF;
        timer.set(spec);
        return 0;
      },
      read: (fd, into) => file(fd)?.read?.(into ?? new Uint8Array()) ?? -EBADF,
      write: (fd, bytes) => file(fd)?.write?.(bytes ?? new Uint8Array()) ?? -EBADF,
      socketpair: (_, __, ___, fds) => {
        const [a, b] = [new PairFile(), new PairFile()];
        a.peer = b;
        b.peer = a;
        const view = viewOf(fds ?? new Uint8Array(8));
        view.setInt32(0, open(a), true);
        view.setInt32(4, open(b), true);
        return 0;
      },
      socket: (domain, _, protocol) => this.#socket(domain, protocol),
      bind: () => 0,
      setsockopt: (fd, level, option, value) => {
        const socket = file(fd);
        const bytes = value ?? new Uint8Array();
        if (socket instanceof RawFile) return socket.setOption(level, option, bytes);
        if (socket instanceof NetlinkFile && bytes.length === 4) {
          socket.setOption(level, option, viewOf(bytes).getInt32(0, true));
        }
        return 0;
      },
      getsockopt: (_, __, option, value, length) => {
        const answer = option === SO_TYPE ? SOCK_DGRAM : option === SO_RCVBUF ? 1 << 24 : 0;
        viewOf(value ?? new Uint8Array(4)).setInt32(0, answer, true);
        viewOf(length ?? new Uint8Array(4)).setInt32(0, 4, true);
        return 0;
      },
      sendto: (fd, bytes, _, __, name) => {
        const socket = file(fd);
        if (bytes === null) return -EBADF;
        if (socket instanceof NetlinkFile) return socket.send(bytes);
        if (socket instanceof FrameFile && name !== null) return socket.send(bytes, name);
        return socket?.write?.(bytes) ?? -EBADF;
      },
      sendmsg: (fd, header) => {
        const socket = file(fd);
        if (!(socket instanceof RawFile) || header === null) return -EBADF;
        return socket.send(this.#memory.message(header));
      },
      recvmsg: (fd, header) => {
        const socket = file(fd);
        if (header === null) return -EBADF;
        const into = this.#memory.message(header);
        if (socket instanceof RawFile || socket instanceof NetlinkFile) return socket.receive(into);
        if (!(socket instanceof PairFile)) return -EBADF;
        const bytes = socket.queue.shift();
        return bytes === undefined ? -EAGAIN : into.receive(bytes, new Uint8Array());
      },
      if_nametoindex: (name) => {
        const text = new TextDecoder().decode(name?.subarray(0, -1));
        return this.#host().tables.linkNamed(text)?.index ?? 0;
      },
    };
  }

  #socket(domain: number, protocol: number): number {
    const host = this.#host();
    switch (domain) {
      case AF_INET:
        return this.#open(new RawFile(host, this.#memory, 4, protocol));
      case AF_INET6:
        return this.#open(new RawFile(host, this.#memory, 6, protocol));
      case AF_PACKET:
        return this.#open(new FrameFile(host));
      case AF_NETLINK:
        return protocol === 0 ? this.#open(new NetlinkFile(host.tables)) : -EPROTONOSUPPORT;
      default:
        return -EPROTONOSUPPORT;
    }
  }

  #open(file: File): number {
    const fd = this.#nextFd++;
    this.#host().files.set(fd, file);
    return fd;
  }

  #file(fd: number): File {
    const file = this.#host().files.get(fd);
    if (file === undefined) throw new RangeError(`No descriptor ${fd}`);
    return file;
  }

  #host(): Host {
    if (this.current === undefined) throw new RangeError("A call while no process runs");
    return this.current;
  }
}

function unknown(name: string): () => never {
  return () => {
    throw new RangeError(`This kernel has no ${name}`);
  };
}
