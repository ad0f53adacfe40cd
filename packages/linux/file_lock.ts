import { Descriptor, O_APPEND, O_CREAT, O_RDWR } from "./descriptor.ts";
import { check, EACCES, EAGAIN } from "./errno.ts";
import { libc } from "./libc.ts";

const F_OFD_SETLK = 37;
const F_WRLCK = 1;
/** `struct flock` of 64-bit Linux: type, whence (2 bytes each), start, length (8 each), process. */
const FLOCK_BYTES = 32;

/** A file that this process alone holds, until disposed or the process ends: a pid file. */
export class FileLock {
  readonly #file: Descriptor;

  /** Takes over the descriptor that holds the lock. */
  constructor(file: Descriptor) {
    this.#file = file;
  }

  /** Replaces the content of the file. */
  write(text: string): void {
    const { calls } = libc();
    check(calls.ftruncate(this.#file.fd, 0), "ftruncate", "empty a locked file");
    this.#file.write(new TextEncoder().encode(text));
  }

  /** Gives the lock up; the file stays. */
  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

/**
 * Opens a file, makes it if it is missing, and locks it.
 *
 * @returns undefined if another process holds the lock
 */
export function lockFile(path: string, mode = 0o644): FileLock | undefined {
  const file = Descriptor.open(path, O_RDWR | O_CREAT | O_APPEND, mode);
  const request = new Uint8Array(FLOCK_BYTES);
  request[0] = F_WRLCK;
  const result = libc().calls.fcntl(file.fd, F_OFD_SETLK, request);
  if (result < 0) file[Symbol.dispose]();
  if (result === -EAGAIN || result === -EACCES) return undefined;
  check(result, "fcntl", `lock ${path}`);
  return new FileLock(file);
}
