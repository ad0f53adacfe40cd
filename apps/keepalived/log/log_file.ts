import { closeSync, fstatSync, openSync, statSync, write, writeSync } from "node:fs";
import process from "node:process";
import { Backlog } from "./backlog.ts";

const mostWaitingChars = 1_048_576;
/** How long lines are gathered, unless each is to be written at once. */
const gatherMs = 500;
const retryMs = 1000;
/** How long the end of the process waits for a write that is under way. */
const lastWriteMs = 100;

export type LogFileOptions = {
  readonly path: string;
  /** Write each line at once. */
  readonly flush: boolean;
  /** A line that says how many were lost. */
  readonly note: (lostLines: number) => string;
  /** Told why nothing can be written, once, and undefined when it can be again. */
  readonly onTrouble: (reason: string | undefined) => void;
};

/**
 * A file at the end of which lines are written, one write at a time and never waited for: a disk may be full, or slow.
 * A file that was moved away, by logrotate for instance, is made anew.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #waiting: Backlog;
  #file: { readonly fd: number; readonly inode: number } | undefined;
  /** What is not known to be in the file yet; `endsAt` is how long that will be, if the system writes it just now. */
  #writing: { readonly bytes: Uint8Array; readonly endsAt?: number } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trouble = false;
  readonly #onExit = () => this.#writeRest();

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#waiting = new Backlog(mostWaitingChars, options.note);
    process.on("exit", this.#onExit);
    this.#try(() => this.#open());
  }

  write(line: string): void {
    this.#waiting.push(line);
    if (this.#writing === undefined) this.#later(this.#options.flush ? 0 : gatherMs);
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#onExit);
    this.#writeRest();
    this.#close();
  }

  #later(ms: number): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const { bytes } = this.#writing ??
        { bytes: new TextEncoder().encode(this.#waiting.takeAll().join("")) };
      this.#write(bytes);
    }, ms);
    this.#timer.unref?.();
  }

  #write(bytes: Uint8Array): void {
    this.#writing = { bytes };
    const fd = this.#try(() => this.#open());
    if (fd === undefined) return this.#later(retryMs);
    this.#writing = { bytes, endsAt: fstatSync(fd).size + bytes.length };
    write(fd, bytes, (error, count) => {
      if (this.#writing?.bytes !== bytes) return; // The end of the process has seen to it.
      this.#tell(error?.message);
      this.#writing = error !== null || count < bytes.length
        ? { bytes: bytes.subarray(error !== null ? 0 : count) }
        : undefined;
      if (error !== null) this.#later(retryMs);
      else if (this.#writing !== undefined) this.#write(this.#writing.bytes);
      else if (!this.#waiting.isEmpty) this.#later(this.#options.flush ? 0 : gatherMs);
    });
  }

  /** The descriptor of the file that has the name now. */
  #open(): number {
    const { path } = this.#options;
    const inode = statSync(path, { throwIfNoEntry: false })?.ino;
    if (this.#file !== undefined && this.#file.inode === inode) return this.#file.fd;
    this.#close();
    const fd = openSync(path, "a", 0o644);
    this.#file = { fd, inode: statSync(path).ino };
    return fd;
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file.fd);
    this.#file = undefined;
  }

  #try<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.#tell((error as Error).message);
      return undefined;
    }
  }

  #tell(reason: string | undefined): void {
    const trouble = reason !== undefined;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#options.onTrouble(
      trouble ? `Cannot write the log file ${this.#options.path}: ${reason}` : undefined,
    );
  }

  /** There is no turn of the event loop any more. */
  #writeRest(): void {
    clearTimeout(this.#timer);
    const fd = this.#try(() => this.#open());
    if (fd === undefined) return;
    const { bytes, endsAt } = this.#writing ?? { bytes: new Uint8Array() };
    this.#writing = undefined;
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let ms = 0; ms < lastWriteMs && fstatSync(fd).size < (endsAt ?? 0); ms++) {
      Atomics.wait(pause, 0, 0, 1);
    }
    const rest = new TextEncoder().encode(this.#waiting.takeAll().join(""));
    for (const part of endsAt === undefined ? [bytes, rest] : [rest]) {
      if (part.length > 0) this.#try(() => writeSync(fd, part));
    }
  }
}
