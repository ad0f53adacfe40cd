import { Descriptor, enterNamespace, O_RDONLY } from "@keepalived/linux";
import type { Host } from "./network.ts";

/** Runs something, such as opening a socket, with this thread in the network namespace of a host. */
export function insideOf<T>(host: Host, action: () => T): T {
  // Opened before: afterwards the same path means the other namespace.
  using home = Descriptor.open("/proc/thread-self/ns/net", O_RDONLY);
  enterNamespace(`/proc/${host.pid}/ns/net`);
  try {
    return action();
  } finally {
    enterNamespace(`/proc/thread-self/fd/${home.fd}`);
  }
}
