import { NETLINK_NETFILTER, SyscallError } from "@keepalived/linux";
import {
  describeTable,
  printTable,
  removeTable,
  replaceTable,
  type Table,
  transaction,
} from "@keepalived/netlink-nftables";
import { NetlinkConnection, NetlinkError, type Reactor } from "@keepalived/reactor";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import type { Log } from "../../log.ts";
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

/** Room for a transaction with the addresses of thousands of virtual routers. */
const sendBufferBytes = 16 << 20;

/**
 * What a kernel answers that has no nf_tables, not for the family, or not the expressions that rules are made of; without
 * nfnetlink there is no socket at all.
 */
const unsupported: ReadonlySet<string> = new Set([
  "EOPNOTSUPP",
  "EAFNOSUPPORT",
  "ENOENT",
  "EPROTONOSUPPORT",
]);

/**
 * The nftables tables that keep traffic from the addresses of virtual routers with `no_accept`, and that keep devices with
 * a virtual MAC address quiet.
 *
 * They do not follow the states of virtual routers: without the address there is nothing to refuse, and a takeover need
 * not wait for them. They are replaced as a whole, at once, and only if they change.
 */
export class Firewall {
  readonly #options: FirewallOptions;
  #config: FirewallConfig | undefined;
  /** Tables that were made, which the end or another configuration removes. */
  #made: readonly Table[] = [];
  /** The text of what the kernel has; undefined: not known. */
  #applied: string | undefined;
  #watches: readonly Disposable[] = [];
  #localIgmp: Disposable | undefined;

  constructor(options: FirewallOptions) {
    this.#options = options;
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
    const changes = this.#made.flatMap(removeTable);
    this.#made = [];
    if (changes.length > 0) await this.#change(changes, (error) => this.#sayNotRemoved(error));
  }

  /** Tables that an earlier run may have left and that nothing is put in place of. */
  async #clearEarlier(config: FirewallConfig): Promise<void> {
    const wanted = this.#wanted(config).map(({ table }) => table.family);
    const left = tablesOf(config.global.firewall).filter(({ family }) => !wanted.includes(family));
    if (left.length === 0) return;
    await this.#change(left.flatMap(removeTable), (error) => {
      // Where there is no nftables nothing can be left of it.
      if (!unsupported.has(error.code)) this.#sayNotRemoved(error);
    });
  }

  async #apply(config: FirewallConfig): Promise<void> {
    const asked = new Set<string>();
    const contents = this.#wanted(config, asked);
    this.#watch(asked);
    const text = contents.map(printTable).join("");
    if (text === this.#applied || text === "" && this.#made.length === 0) return;
    const tables = contents.map(({ table }) => table);
    const families = tables.map(({ family }) => family);
    const made = this.#made;
    const gone = made.filter(({ family }) => !families.includes(family));
    const changes = [...gone.flatMap(removeTable), ...contents.flatMap(replaceTable)];
    this.#made = tables;
    this.#applied = text;
    await this.#change(changes, (error) => {
      if (this.#applied === text) {
        this.#applied = undefined;
        this.#made = made;
      }
      if (tables.length === 0) this.#sayNotRemoved(error);
      else this.#sayNotMade(config, error);
    });
    if (this.#applied !== text) return;
    const names = tables.map(describeTable).join(" and ");
    const what = tables.length === 0 ? "no rules are needed any more" : `rules are in ${names}`;
    this.#options.log("info", `nftables: ${what}`);
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

  /** The kernel carries a transaction out before the call that sends it returns; here it is waited for its answer. */
  async #change(
    changes: readonly NetlinkRequest[],
    onFailure: (error: NetlinkError | SyscallError) => void,
  ): Promise<void> {
    try {
      using connection = new NetlinkConnection(this.#options.reactor, {
        protocol: NETLINK_NETFILTER,
        sendBufferBytes,
      });
      await connection.transact(transaction(changes));
    } catch (error) {
      if (!(error instanceof NetlinkError || error instanceof SyscallError)) throw error;
      onFailure(error);
    }
  }

  #sayNotRemoved({ message }: Error): void {
    this.#options.log("warning", `nftables: cannot remove the tables of this daemon: ${message}`);
  }

  #sayNotMade(config: FirewallConfig, error: NetlinkError | SyscallError): void {
    const why = unsupported.has(error.code)
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
