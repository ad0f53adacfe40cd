import { cString, readInt32 } from "./buffers.ts";
import { check, checkReady, EEXIST, retry } from "./errno.ts";
import { libc } from "./libc.ts";

export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_CREAT = 0o100;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_CLOEXEC = 0o2000000;

const FIONCLEX = 0x5450;
const FIOCLEX = 0x5451;
const FIONBIO = 0x5421;

/** A descriptor for bytes: a pipe, a FIFO, a device. Failures throw `SyscallError`; "not now" is undefined. */
export class Descriptor {
  #fd: number;

  /** Takes over an open descriptor. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Opens a path; O_NONBLOCK and O_CLOEXEC are added to the flags. */
  static open(path: string, flags: number, mode = 0o600): Descriptor {
    const all = flags | O_NONBLOCK | O_CLOEXEC;
    const fd = retry(() => libc().calls.open(cString(path), all, mode));
    return new Descriptor(check(fd, "open", `open ${path}`));
  }

  /** Takes over a descriptor that the parent process left open: from now on it does not block, nor outlive an exec. */
  static inherited(fd: number): Descriptor {
    const descriptor = new Descriptor(fd);
    check(
      libc().calls.ioctl(fd, FIONBIO, Uint8Array.of(1, 0, 0, 0)),
      "ioctl",
      `use inherited descriptor ${fd}`,
    );
    descriptor.setInherited(false);
    return descriptor;
  }

  get fd(): number {
    return this.#fd;
  }

  /** @returns how many bytes were read, 0 at the end; undefined if none wait */
  read(into: Uint8Array): number | undefined {
    const result = retry(() => libc().calls.read(this.#fd, into, into.length));
    return checkReady(result, "read", `read from descriptor ${this.#fd}`);
  }

  /** @returns how many bytes were written; undefined if there is no room now */
  write(bytes: Uint8Array): number | undefined {
    const result = retry(() => libc().calls.write(this.#fd, bytes, bytes.length));
    return checkReady(result, "write", `write to descriptor ${this.#fd}`);
  }

  /** Whether a child process gets it, under the same number. */
  setInherited(on: boolean): void {
    check(
      libc().calls.ioctl(this.#fd, on ? FIONCLEX : FIOCLEX, null),
      "ioctl",
      `change inheritance of descriptor ${this.#fd}`,
    );
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().calls.close(this.#fd);
    this.#fd = -1;
  }
}

const SYS_close_range = 436;
const CLOSE_RANGE_CLOEXEC = 4;

/** From now on no program that this process runs gets what it has open but the standard streams. Linux before 5.11 cannot. */
export function closeOnExec(): void {
  libc().calls.syscall(SYS_close_range, 3, -1, CLOSE_RANGE_CLOEXEC);
}

/** A pipe: what is written to one end is read from the other. */
export function openPipe(): { readonly reader: Descriptor; readonly writer: Descriptor } {
  const fds = new Uint8Array(8);
  check(libc().calls.pipe2(fds, O_NONBLOCK | O_CLOEXEC), "pipe2", "open a pipe");
  return { reader: new Descriptor(readInt32(fds)), writer: new Descriptor(readInt32(fds, 4)) };
}

/** Makes a named pipe; the process's umask takes permissions away. @returns false if there is something at the path already */
export function makeFifo(path: string, mode = 0o600): boolean {
  const result = libc().calls.mkfifo(cString(path), mode);
  if (result === -EEXIST) return false;
  check(result, "mkfifo", `make FIFO ${path}`);
  return true;
}
