import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  bindMount,
  CLONE_NEWNET,
  enterNamespace,
  EPERM,
  leaveMounts,
  SyscallError,
} from "@keepalived/linux";
import { ExitError, exitStatus } from "./exit_status.ts";
import { pidFolder } from "./run_names.ts";

/**
 * Moves this thread, and with it all processes that it starts, into a network namespace.
 *
 * @param name as `ip netns` has it
 * @throws ExitError if there is none of that name, or it may not
 */
export function enterNetworkNamespace(name: string): void {
  attempt(name, () => enterNamespace(join("/run/netns", name), CLONE_NEWNET));
}

/**
 * Has a daemon in a network namespace see a folder of its own where its pid files and socket are, so that others in
 * other namespaces have the same names.
 */
export function isolateRunFolder(name: string): void {
  const own = join(pidFolder, name);
  attempt(name, () => {
    mkdirSync(own, { recursive: true, mode: 0o755 });
    leaveMounts();
    bindMount(own, pidFolder);
  });
}

function attempt(name: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    const { message, errno } = error as SyscallError;
    const status = errno === EPERM ? exitStatus.missingPermission : exitStatus.fatal;
    throw new ExitError(status, `Unable to set network namespace ${name} - exiting: ${message}`);
  }
}
