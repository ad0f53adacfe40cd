import { unlinkSync } from "node:fs";
import process from "node:process";
import { type FileLock, lockFile } from "@keepalived/linux";
import { ExitError, exitStatus } from "./exit_status.ts";
import type { Options } from "./options.ts";

/** Where each process writes its pid unless the command line says otherwise. */
const defaults = {
  pidFile: "/run/keepalived.pid",
  vrrpPidFile: "/run/keepalived_vrrp.pid",
  checkersPidFile: "/run/keepalived_checkers.pid",
  bfdPidFile: "/run/keepalived_bfd.pid",
} as const;

/** The pid file of one of our processes. */
export type PidFileKey = keyof typeof defaults;

/** The pid file of a process, from the command line or by default. */
export function pidFileOf(options: Options, key: PidFileKey): string {
  return options.value(key) ?? defaults[key];
}

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
