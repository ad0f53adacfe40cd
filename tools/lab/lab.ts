import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Reactor } from "@keepalived/reactor";
import { Daemon, type DaemonOptions, patienceMs } from "./daemon.ts";
import { type Host, type HostOptions, Network } from "./network.ts";
import { Wire } from "./wire.ts";

/** A network with what a test needs on it: daemons, a look at the wire, a folder. Disposing it leaves nothing. */
export class Lab {
  readonly network: Network;
  readonly reactor: Reactor = new Reactor();
  /** What the bridge sees, which is all multicast and broadcast; or what each port of it sees its host send. */
  readonly wire: Wire;
  readonly folder: string = mkdtempSync(join(tmpdir(), "keepalived-lab-"));
  readonly #loop: Promise<void>;
  readonly #daemons: Daemon[] = [];

  private constructor(network: Network, watch: string | readonly string[]) {
    this.network = network;
    this.wire = new Wire(this.reactor, network.bridge, watch);
    this.#loop = this.reactor.run();
  }

  static async create(
    hosts: readonly HostOptions[],
    { watch = "bridge" }: { readonly watch?: "bridge" | "ports" } = {},
  ): Promise<Lab> {
    const network = await Network.create(hosts);
    return new Lab(network, watch === "bridge" ? "br0" : hosts.map(({ name }) => name));
  }

  host(name: string): Host {
    return this.network.host(name);
  }

  /** Starts a daemon on the host of its name, or on another. */
  start(options: Omit<DaemonOptions, "folder">, on: string = options.name): Daemon {
    const daemon = new Daemon(this.host(on), { folder: this.folder, ...options });
    this.#daemons.push(daemon);
    return daemon;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons) await daemon.crash();
    this.wire[Symbol.dispose]();
    this.reactor.stop();
    await this.#loop;
    this.reactor[Symbol.dispose]();
    await this.network.dispose();
    rmSync(this.folder, { recursive: true });
  }
}

/** Waits for a condition, asked every 50 ms. @throws Error if it does not hold in time */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs: number = patienceMs,
): Promise<void> {
  const limit = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > limit) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(50);
  }
}

/** Waits. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
