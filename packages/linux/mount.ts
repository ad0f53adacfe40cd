import { cString } from "./buffers.ts";
import { check } from "./errno.ts";
import { libc } from "./libc.ts";
import { CLONE_NEWNS, leaveNamespace } from "./namespace.ts";

const MS_BIND = 0x1000;
const MS_REC = 0x4000;
const MS_SLAVE = 0x8_0000;

/**
 * Gives the calling thread, and processes that it starts, mounts of its own: what it mounts from now on nobody else sees,
 * and what others mount it still does. The command: `unshare --mount --propagation slave`.
 */
export function leaveMounts(): void {
  leaveNamespace(CLONE_NEWNS);
  const result = libc().calls.mount(null, cString("/"), null, MS_REC | MS_SLAVE, null);
  check(result, "mount", "keep mounts to ourselves");
}

/** Has a folder be seen in the place of another. The command: `mount --bind FOLDER PLACE`. */
export function bindMount(folder: string, place: string): void {
  const result = libc().calls.mount(cString(folder), cString(place), null, MS_BIND, null);
  check(result, "mount", `mount ${folder} at ${place}`);
}
