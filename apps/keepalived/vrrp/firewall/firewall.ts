import type { SyscallError } from "@keepalived/linux";
import { describeTable } from "@keepalived/netlink-nftables";
import type { NetlinkError, Reactor } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import { isOfKernel, isUnsupported, OwnTables } from "../../own_tables.ts";
import type { Interfaces } from "../interfaces.ts";
import { iptablesNote } from "./iptables.ts";
import { disableLocalIgmp } from "./local_igmp.ts";
import { tablesOf, wantedTables } from "./tables.ts";
import { type FirewallConfig, refusing } from "./wanted.ts";

export type FirewallOptions = {
  readonly reactor: Reactor;
  readonly interfaces: Interfaces;
  readonly log: Log;
};

/**
 * The nftables tables that keep traffic from the addresses of virtual routers with `no_accept`, and that keep devices with
 * a virtual MAC address quiet.
 *
 * They do not follow the states of virtual routers: without the address there is nothing to refuse, and a takeover need
 * not wait for them.
 */
export class Firewall {
  readonly #options: FirewallOptions;
  readonly #tables: OwnTables;
  #config: FirewallConfig | undefined;
  #watches: readonly Disposable[] = [];
  #localIgmp: Disposable | undefined;

  constructor(options: FirewallOptions) {
    this.#options = options;
    this.#tables = new OwnTables(options.reactor);
  }

  /**
   * Makes the tables what the configuration wants; the first time also removes what an earlier run left.
   *
   * A failure is logged and not more: the addresses then answer, as without `no_accept`.
   */
  async configure(config: FirewallConfig): Promise<void> {
    const first = this.#config === undefined;
    this.#config = config;
    const note = iptablesNote(config.global.firewall);
    if (note !== undefined) this.#options.log("warning", note);
    if (first) {
      if (config.global.disableLocalIgmp) this.#localIgmp = disableLocalIgmp(this.#options.log);
      await this.#clearEarlier(config);
    }
    await this.#apply(config);
  }

  /** Removes the tables. */
  async remove(): Promise<void> {
    this.#unwatch();
    this.#localIgmp?.[Symbol.dispose]();
    await this.#attempt(() => this.#tables.become([]), (error) => this.#sayNotRemoved(error));
  }

  /** Tables that an earlier run may have left and that nothing is put in place of. */
  async #clearEarlier(config: FirewallConfig): Promise<void> {
    const wanted = this.#wanted(config).map(({ table }) => table.family);
    const left = tablesOf(config.global.firewall).filter(({ family }) => !wanted.includes(family));
    await this.#attempt(() => this.#tables.clear(left), (error) => this.#sayNotRemoved(error));
  }

  async #apply(config: FirewallConfig): Promise<void> {
    const asked = new Set<string>();
    const contents = this.#wanted(config, asked);
    this.#watch(asked);
    const names = contents.map(({ table }) => describeTable(table)).join(" and ");
    await this.#attempt(async () => {
      if (!await this.#tables.become(contents)) return;
      const what = names === "" ? "no rules are needed any more" : `rules are in ${names}`;
      this.#options.log("info", `nftables: ${what}`);
    }, (error) => {
      if (names === "") this.#sayNotRemoved(error);
      else this.#sayNotMade(config, error);
    });
  }

  /** @param asked gets the names of interfaces whose numbers are in the tables */
  #wanted(config: FirewallConfig, asked: Set<string> = new Set()) {
    return wantedTables(config, (name) => {
      asked.add(name);
      return this.#options.interfaces.link(name)?.index;
    });
  }

  /** An interface that comes back has another number. */
  #watch(names: ReadonlySet<string>): void {
    const { interfaces } = this.#options;
    this.#unwatch();
    this.#watches = [...names].map((name) => {
      const index = interfaces.link(name)?.index;
      return interfaces.watch(name, () => {
        const changed = interfaces.link(name)?.index !== index;
        if (changed && this.#config !== undefined) void this.#apply(this.#config);
      });
    });
  }

  #unwatch(): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
    this.#watches = [];
  }

  async #attempt(
    change: () => Promise<unknown>,
    onFailure: (error: NetlinkError | SyscallError) => void,
  ): Promise<void> {
    try {
      await change();
    } catch (error) {
      if (!isOfKernel(error)) throw error;
      onFailure(error);
    }
  }

  #sayNotRemoved({ message }: Error): void {
    this.#options.log("warning", `nftables: cannot remove the tables of this daemon: ${message}`);
  }

  #sayNotMade(config: FirewallConfig, error: NetlinkError | SyscallError): void {
    const why = isUnsupported(error)
      ? `this kernel lacks what the rules need (nf_tables, nft_dup): ${error.message}`
      : error.message;
    const open = refusing(config.instances).map(({ name }) => name);
    const loud = config.devices.filter(({ kind }) => kind === "macvlan").map(({ name }) => name);
    const consequences = [
      ...open.length > 0 ? [`the addresses of ${open.join(", ")} accept traffic as MASTER`] : [],
      ...loud.length > 0 ? [`IGMP and MLD leave ${loud.join(", ")}`] : [],
    ];
    this.#options.log(
      "error",
      `nftables: cannot make the rules, so ${consequences.join(" and ")}: ${why}`,
    );
  }
}
