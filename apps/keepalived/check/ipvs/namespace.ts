import { Descriptor, enterNamespace, O_RDONLY, SyscallError } from "@keepalived/linux";
import { ExitError, exitStatus } from "../../exit_status.ts";

/**
 * Opens something in the network namespace whose IPVS it is about.
 *
 * @param namespace empty: that of process 1; undefined: that of this process
 * @throws ExitError if there is no such namespace, or it is not for us
 */
export function insideNamespace<T>(namespace: string | undefined, open: () => T): T {
  if (namespace === undefined) return open();
  // Opened before: afterwards the same path means the other namespace.
  using home = Descriptor.open("/proc/thread-self/ns/net", O_RDONLY);
  enter(namespace);
  try {
    return open();
  } finally {
    enterNamespace(`/proc/thread-self/fd/${home.fd}`);
  }
}

function enter(namespace: string): void {
  try {
    enterNamespace(namespace === "" ? "/proc/1/ns/net" : `/run/netns/${namespace}`);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new ExitError(
      exitStatus.fatal,
      `Cannot use the IPVS of net_namespace_ipvs ${namespace}: ${error.message}`,
    );
  }
}
