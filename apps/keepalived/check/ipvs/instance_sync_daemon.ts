import type { SyncRole } from "@keepalived/netlink-ipvs";
import type { Reactor } from "@keepalived/reactor";
import { ExitError } from "../../exit_status.ts";
import type { Log } from "../../log.ts";
import type { NotifyEvent } from "../../notify/event.ts";
import type { Ipvs } from "./client.ts";
import type { DirectorConfig } from "./director.ts";
import { kernelDaemon } from "./kernel_daemon.ts";
import type { SyncDaemons } from "./sync_daemons.ts";

/**
 * `lvs_sync_daemon` with an instance: the kernel tells other directors of connections while the instance is MASTER, and
 * hears of theirs otherwise.
 */
export class InstanceSyncDaemon {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #roles = new Map<string, SyncRole>();
  #config: DirectorConfig | undefined;
  #ipvs: Ipvs | undefined;
  #daemons: SyncDaemons | undefined;
  #opening: Promise<void> = Promise.resolve();

  constructor(reactor: Reactor, log: Log) {
    this.#reactor = reactor;
    this.#log = log;
  }

  /** Goes over to another configuration; nothing is opened as long as none asks for it. */
  configure(config: DirectorConfig): void {
    this.#config = config;
    if (config.lvs.syncDaemon?.instance === undefined || this.#daemons !== undefined) {
      return this.#apply();
    }
    this.#opening = this.#opening.then(() => this.#open(config)).then(() => this.#apply());
  }

  /** Takes what became of an instance. */
  notice(event: NotifyEvent): void {
    if (event.kind !== "instance-state") return;
    this.#roles.set(event.name, event.state === "active" ? "master" : "backup");
    this.#apply();
  }

  /** The kernel's sync daemon ends; done when it has answered. */
  async stop(): Promise<void> {
    await this.#opening;
    this.#daemons?.set([]);
    await this.#daemons?.idle();
    this.#ipvs?.[Symbol.dispose]();
  }

  async #open({ netNamespaceIpvs }: DirectorConfig): Promise<void> {
    if (this.#daemons !== undefined) return;
    // Few virtual routers need these.
    const { Ipvs } = await import("./client.ts");
    const { SyncDaemons } = await import("./sync_daemons.ts");
    try {
      this.#ipvs = await Ipvs.open(this.#reactor, { namespace: netNamespaceIpvs });
      this.#daemons = new SyncDaemons(this.#ipvs, this.#log);
    } catch (error) {
      // Virtual routers do without.
      if (!(error instanceof ExitError)) throw error;
      this.#log("error", `lvs_sync_daemon: ${error.message}`);
    }
  }

  #apply(): void {
    const daemon = this.#config?.lvs.syncDaemon;
    const role = this.#roles.get(daemon?.instance ?? "");
    this.#daemons?.set(
      daemon === undefined || role === undefined ? [] : [kernelDaemon(daemon, role)],
    );
  }
}
