import { libc } from "./libc.ts";

/**
 * Calls back whenever a descriptor has something to read (level-triggered), until disposed: the runtime's own way of
 * waiting, made for the one epoll descriptor of a process.
 *
 * Keeps the process alive. A callback may come without need. What it throws ends the process.
 */
export function waitReadable(fd: number, callback: () => void): Disposable {
  return libc().waitReadable(fd, callback);
}
