import { Descriptor, O_RDONLY } from "./descriptor.ts";
import { check } from "./errno.ts";
import { libc } from "./libc.ts";

export const CLONE_NEWNS = 0x0002_0000;
export const CLONE_NEWNET = 0x4000_0000;

/**
 * Moves the calling thread, and so what we open from now on, to another namespace.
 *
 * The runtime's own sockets move as well if it opens them on this thread.
 *
 * @param path "/run/netns/blue", "/proc/1/ns/net"
 * @param type CLONE_NEWNET and the like: the kind that the path must be, 0 for any
 */
export function enterNamespace(path: string, type: number = CLONE_NEWNET): void {
  using namespace = Descriptor.open(path, O_RDONLY);
  check(libc().calls.setns(namespace.fd, type), "setns", `enter namespace ${path}`);
}

/** Moves the calling thread to a new namespace of its own. @param flags CLONE_NEWNET and the like */
export function leaveNamespace(flags: number = CLONE_NEWNET): void {
  check(libc().calls.unshare(flags), "unshare", "open a namespace");
}
