import { Descriptor, enterNamespace, leaveNamespace, O_RDONLY } from "@keepalived/linux";
import process from "node:process";

const own = "/proc/thread-self/ns/net";

/** A network namespace that lives as long as this. */
export class Namespace implements Disposable {
  readonly #descriptor: Descriptor;

  private constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
  }

  /** A new one, in which nothing is up. */
  static create(): Namespace {
    using home = Descriptor.open(own, O_RDONLY);
    leaveNamespace();
    try {
      return new Namespace(Descriptor.open(own, O_RDONLY));
    } finally {
      enterNamespace(`/proc/thread-self/fd/${home.fd}`);
    }
  }

  /** One that has a name, for `ip netns`. */
  static named(name: string): Namespace {
    return new Namespace(Descriptor.open(`/run/netns/${name}`, O_RDONLY));
  }

  /** That of a process. */
  static of(pid: number): Namespace {
    return new Namespace(Descriptor.open(`/proc/${pid}/ns/net`, O_RDONLY));
  }

  /** Where others find it. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#descriptor.fd}`;
  }

  /** Opens something with this thread inside. */
  inside<T>(open: () => T): T {
    using home = Descriptor.open(own, O_RDONLY);
    enterNamespace(this.path);
    try {
      return open();
    } finally {
      enterNamespace(`/proc/thread-self/fd/${home.fd}`);
    }
  }

  [Symbol.dispose](): void {
    this.#descriptor[Symbol.dispose]();
  }
}
