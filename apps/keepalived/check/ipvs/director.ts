import type { GlobalConfig, LvsGlobal } from "@keepalived/keepalived-config";
import { flush, type SyncRole } from "@keepalived/netlink-ipvs";
import { NetlinkError, type Reactor } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { Ipvs } from "./client.ts";
import { kernelDaemon } from "./kernel_daemon.ts";
import { SyncDaemons } from "./sync_daemons.ts";
import { Table } from "./table.ts";
import { ConnectionTimeouts } from "./timeouts.ts";

/** What a director has of a configuration. */
export type DirectorConfig = Pick<GlobalConfig, "netNamespaceIpvs" | "lvs">;

/** What becomes of the kernel's table at the end: it is removed as the configuration says, or stays. */
export type Ending = "release" | "keep";

/** Everything of the kernel's IPVS that the checker process has a say in. */
export class Director implements Disposable {
  /** Which services and destinations the kernel is to have. */
  readonly table: Table;
  readonly #ipvs: Ipvs;
  readonly #log: Log;
  readonly #timeouts: ConnectionTimeouts;
  readonly #daemons: SyncDaemons;
  #lvs: LvsGlobal;

  private constructor(reactor: Reactor, log: Log, ipvs: Ipvs, lvs: LvsGlobal) {
    this.#ipvs = ipvs;
    this.#log = log;
    this.#lvs = lvs;
    this.table = new Table({ ipvs, scheduler: reactor, log });
    this.#timeouts = new ConnectionTimeouts(ipvs, log);
    this.#daemons = new SyncDaemons(ipvs, log);
  }

  /** Finds the kernel's IPVS and makes it ready. @throws ExitError (as a rejection) if there is none for us */
  static async open(reactor: Reactor, log: Log, config: DirectorConfig): Promise<Director> {
    const ipvs = await Ipvs.open(reactor, {
      namespace: config.netNamespaceIpvs,
      receiveBufferBytes: config.lvs.commandBuffer.bytes,
    });
    log("info", `IPVS: version ${ipvs.version}`);
    const director = new Director(reactor, log, ipvs, config.lvs);
    if (config.lvs.flush) await director.#flush();
    await director.configure(config);
    return director;
  }

  /** Goes over to another configuration. What virtual servers want is the table's affair. */
  async configure({ lvs }: DirectorConfig): Promise<void> {
    this.#lvs = lvs;
    const { syncDaemon } = lvs;
    // One that follows an instance is the VRRP process's affair.
    const roles: readonly SyncRole[] = syncDaemon?.instance === undefined
      ? ["master", "backup"]
      : [];
    this.#daemons.set(
      syncDaemon === undefined ? [] : roles.map((role) => kernelDaemon(syncDaemon, role)),
    );
    await Promise.all([this.#timeouts.configure(lvs.timeoutsS), this.#daemons.idle()]);
  }

  /** Gives everything back, and waits for the kernel. */
  async stop(ending: Ending): Promise<void> {
    if (ending === "release" && this.#lvs.flushOnStop !== "all") {
      this.table.clear();
      await this.table.idle();
    }
    this.table[Symbol.dispose]();
    if (ending === "release" && this.#lvs.flushOnStop === "all") await this.#flush();
    this.#daemons.set([]);
    await Promise.all([this.#timeouts.configure({}), this.#daemons.idle()]);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.table[Symbol.dispose]();
    this.#ipvs[Symbol.dispose]();
  }

  async #flush(): Promise<void> {
    try {
      await this.#ipvs.request(flush());
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      this.#log("error", `IPVS: ${error.message}`);
    }
  }
}
