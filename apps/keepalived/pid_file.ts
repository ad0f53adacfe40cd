import { chmodSync, mkdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { type FileLock, lockFile } from "@keepalived/linux";
import { ExitError, exitStatus } from "./exit_status.ts";
import { pidFolder } from "./run_names.ts";

/**
 * This process's number in a file that stays locked while it lives, so that a second copy refuses to start.
 *
 * @throws ExitError if another process holds the file, or if it cannot be written
 */
export class PidFile {
  readonly #path: string;
  readonly #lock: FileLock;

  constructor(path: string) {
    this.#path = path;
    let lock: FileLock | undefined;
    try {
      if (dirname(path) === pidFolder) mkdirSync(pidFolder, { recursive: true, mode: 0o755 });
      lock = lockFile(path, 0o644);
    } catch (error) {
      throw new ExitError(
        exitStatus.fatal,
        `Cannot write the pid file ${path}: ${(error as Error).message}`,
      );
    }
    if (lock === undefined) {
      throw new ExitError(
        exitStatus.fatal,
        `daemon is already running: another process holds ${path}`,
      );
    }
    lock.write(`${process.pid}\n`);
    chmodSync(path, 0o644); // Whatever the umask is: others are to find us.
    this.#lock = lock;
  }

  /** Removes the file and lets the lock go. */
  [Symbol.dispose](): void {
    try {
      unlinkSync(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    } finally {
      this.#lock[Symbol.dispose]();
    }
  }
}
