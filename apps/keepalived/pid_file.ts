import { chmodSync, mkdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { type FileLock, lockFile } from "@keepalived/linux";
import { ExitError, exitStatus } from "./exit_status.ts";
import type { Log } from "./log.ts";
import { pidFolder } from "./run_names.ts";

/**
 * This process's number in a file that stays locked while it lives, so that a second copy refuses to start.
 *
 * A disk that is full keeps nobody from working: it is said, and the file is empty or not there.
 *
 * @throws ExitError if another process holds the file, or if it cannot be opened for another reason
 */
export class PidFile {
  readonly #path: string;
  readonly #lock: FileLock | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    try {
      this.#lock = open(path);
      this.#lock.write(`${process.pid}\n`);
      chmodSync(path, 0o644); // Whatever the umask is: others are to find us.
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (error instanceof ExitError) throw error;
      const problem = `Cannot write the pid file ${path}: ${message}`;
      if (code !== "ENOSPC" && code !== "EDQUOT") throw new ExitError(exitStatus.fatal, problem);
      log("warning", problem);
    }
  }

  /** Removes the file and lets the lock go. */
  [Symbol.dispose](): void {
    if (this.#lock === undefined) return;
    try {
      unlinkSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}

/** @throws ExitError if another process holds it */
function open(path: string): FileLock {
  if (dirname(path) === pidFolder) mkdirSync(pidFolder, { recursive: true, mode: 0o755 });
  const lock = lockFile(path, 0o644);
  if (lock !== undefined) return lock;
  const problem = `daemon is already running: another process holds ${path}`;
  throw new ExitError(exitStatus.fatal, problem);
}
