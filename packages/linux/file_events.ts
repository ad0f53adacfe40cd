import { cString, parseCString } from "./buffers.ts";
import { check, checkReady, EINVAL } from "./errno.ts";
import { libc } from "./libc.ts";

const NONBLOCK_CLOEXEC = 0o2004000;

const IN_CLOSE_WRITE = 0x0000_0008;
const IN_MOVED_FROM = 0x0000_0040;
const IN_MOVED_TO = 0x0000_0080;
const IN_CREATE = 0x0000_0100;
const IN_DELETE = 0x0000_0200;
const IN_DELETE_SELF = 0x0000_0400;
const IN_MOVE_SELF = 0x0000_0800;
const IN_UNMOUNT = 0x0000_2000;
const IN_Q_OVERFLOW = 0x0000_4000;
const IN_IGNORED = 0x0000_8000;
const IN_ONLYDIR = 0x0100_0000;

const watched = IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE |
  IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

/** `struct inotify_event` without its name, which takes up to 256 bytes. */
const EVENT_BYTES = 16;
const BUFFER_BYTES = 16_384;

/** What happened in a watched folder. */
export type FileEvent =
  /** A file was closed after writing. */
  | { readonly kind: "written"; readonly folder: number; readonly name: string }
  /** Created, or moved here in place of what had the name before. A created one may still be empty. */
  | { readonly kind: "appeared"; readonly folder: number; readonly name: string }
  | { readonly kind: "gone"; readonly folder: number; readonly name: string }
  /** The folder itself was removed, moved or unmounted: end the watch, it is no longer at its place. */
  | { readonly kind: "folder-gone"; readonly folder: number }
  /** The kernel had no room and dropped events: look at everything again. */
  | { readonly kind: "overrun" };

/** Watches folders for changes of the files in them (inotify). Readable when something happened. */
export class FileEvents {
  #fd: number;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);

  constructor() {
    const result = libc().calls.inotify_init1(NONBLOCK_CLOEXEC);
    this.#fd = check(result, "inotify_init1", "watch files");
  }

  get fd(): number {
    return this.#fd;
  }

  /**
   * @returns the number that events of this folder carry, the same one for the same folder
   * @throws SyscallError ENOENT, ENOTDIR; ENOSPC if this user watches as many folders as may be
   */
  watch(folder: string): number {
    const result = libc().calls.inotify_add_watch(this.#fd, cString(folder), watched);
    return check(result, "inotify_add_watch", `watch folder ${folder}`);
  }

  /** Ends the watch of a folder, which may have gone already. */
  unwatch(folder: number): void {
    const result = libc().calls.inotify_rm_watch(this.#fd, folder);
    if (result !== -EINVAL) check(result, "inotify_rm_watch", "end the watch of a folder");
  }

  /** Reads once. Empty if nothing happened. */
  read(): readonly FileEvent[] {
    const result = libc().calls.read(this.#fd, this.#buffer, this.#buffer.length);
    const length = checkReady(result, "read", "read what happened to files") ?? 0;
    return decodeFileEvents(this.#buffer.subarray(0, length));
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().calls.close(this.#fd);
    this.#fd = -1;
  }
}

/** The events in the bytes of one read of an inotify descriptor. */
export function decodeFileEvents(bytes: Uint8Array): readonly FileEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const events: FileEvent[] = [];
  for (let offset = 0; offset + EVENT_BYTES <= bytes.length;) {
    const folder = view.getInt32(offset, true);
    const mask = view.getUint32(offset + 4, true);
    const end = offset + EVENT_BYTES + view.getUint32(offset + 12, true);
    const name = parseCString(bytes.subarray(offset + EVENT_BYTES, end));
    const event = eventOf(mask, folder, name);
    if (event !== undefined) events.push(event);
    offset = end;
  }
  return events;
}

function eventOf(mask: number, folder: number, name: string): FileEvent | undefined {
  if ((mask & IN_Q_OVERFLOW) !== 0) return { kind: "overrun" };
  if ((mask & IN_IGNORED) !== 0) return undefined;
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) !== 0) {
    return { kind: "folder-gone", folder };
  }
  if ((mask & IN_CLOSE_WRITE) !== 0) return { kind: "written", folder, name };
  if ((mask & (IN_CREATE | IN_MOVED_TO)) !== 0) return { kind: "appeared", folder, name };
  return { kind: "gone", folder, name };
}
