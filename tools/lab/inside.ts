import { Descriptor, enterNamespace, O_RDONLY } from "@keepalived/linux";
import type { Host } from "./network.ts";

/** Runs something, such as opening a socket, with this thread in the network namespace of a host. */
export function insideOf<T>(host: Host, action: () => T): T {
  using _inside = stayInside(host);
  return action();
}

/** This thread is in the network namespace of a host until disposed. */
export function stayInside(host: Host): Disposable {
  // Opened before: afterwards the same path means the other namespace.
  const home = Descriptor.open("/proc/thread-self/ns/net", O_RDONLY);
  enterNamespace(`/proc/${host.pid}/ns/net`);
  return {
    [Symbol.dispose]() {
      enterNamespace(`/proc/thread-self/fd/${home.fd}`);
      home[Symbol.dispose]();
    },
  };
}
