import { execFileSync } from "node:child_process";
import { CLONE_NEWNET, Descriptor, enterNamespace, O_RDONLY } from "@keepalived/linux";

let made = 0;

/** Two network namespaces joined by a cable. Disposing it removes them and all that is in them. */
export class Network {
  readonly a: string;
  readonly b: string;

  /** Makes the namespaces, each with an interface `eth0`: 192.0.2.1/24 and 2001:db8::1/64 in a, .2 and ::2 in b. */
  constructor() {
    const base = `kt${process.pid}-${made++}`;
    this.a = `${base}a`;
    this.b = `${base}b`;
    ip("netns", "add", this.a);
    ip("netns", "add", this.b);
    ip("-n", this.a, "link", "add", "eth0", "type", "veth", "peer", "eth0", "netns", this.b);
    for (const [name, host] of [[this.a, 1], [this.b, 2]] as const) {
      ip("-n", name, "link", "set", "lo", "up");
      ip("-n", name, "link", "set", "eth0", "up");
      ip("-n", name, "address", "add", `192.0.2.${host}/24`, "dev", "eth0");
      ip("-n", name, "address", "add", `2001:db8::${host}/64`, "dev", "eth0", "nodad");
      ip("-n", name, "address", "add", `fe80::${host}/64`, "dev", "eth0", "nodad");
    }
  }

  /** Runs `ip` in a namespace. */
  ip(name: string, ...words: readonly string[]): string {
    return ip("-n", name, ...words);
  }

  [Symbol.dispose](): void {
    ip("netns", "delete", this.a);
    ip("netns", "delete", this.b);
  }
}

/**
 * Calls a function with this thread in a namespace: a socket that it opens stays there.
 *
 * @throws SyscallError without the rights for it
 */
export function inside<T>(name: string, work: () => T): T {
  using home = Descriptor.open("/proc/thread-self/ns/net", O_RDONLY);
  enterNamespace(`/run/netns/${name}`, CLONE_NEWNET);
  try {
    return work();
  } finally {
    enterNamespace(`/proc/self/fd/${home.fd}`, CLONE_NEWNET);
  }
}

function ip(...words: readonly string[]): string {
  return execFileSync("ip", words, { encoding: "utf8" });
}
