import { NETLINK_NETFILTER, SyscallError } from "@keepalived/linux";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import {
  describeTable,
  printTable,
  removeTable,
  replaceTable,
  type Table,
  transaction,
} from "@keepalived/netlink-nftables";
import { NetlinkConnection, NetlinkError, type Reactor } from "@keepalived/reactor";
import { ExitError } from "../../exit_status.ts";
import type { Log } from "../../log.ts";
import { insideNamespace } from "../ipvs/namespace.ts";
import type { Marking } from "./group_marks.ts";
import { markingTables, tablesOf } from "./marking_tables.ts";

/** What of a configuration says where marks are given. */
export type MarkingConfig = Pick<GlobalConfig, "firewall" | "netNamespaceIpvs">;

/** Room for a transaction with the addresses of large groups. */
const sendBufferBytes = 16 << 20;

/**
 * The nftables tables in which packets to the addresses of groups get their marks.
 *
 * They are replaced as a whole, at once, and only if they change.
 */
export class FirewallMarks {
  readonly #reactor: Reactor;
  readonly #log: Log;
  #config: MarkingConfig | undefined;
  /** Tables that were made, or may be there from an earlier run. */
  #made: readonly Table[] = [];
  /** The text of what the kernel has; undefined: not known. */
  #applied: string | undefined;

  constructor(reactor: Reactor, log: Log) {
    this.#reactor = reactor;
    this.#log = log;
  }

  /**
   * Makes the tables what is wanted; the first time also removes what an earlier run left.
   *
   * @returns undefined, or why that cannot be: then the kernel has what it had
   */
  async configure(
    config: MarkingConfig,
    markings: readonly Marking[],
  ): Promise<string | undefined> {
    if (this.#config === undefined) this.#made = tablesOf(config.firewall);
    this.#config = config;
    const contents = markingTables(config.firewall, markings);
    const text = contents.map(printTable).join("");
    const tables = contents.map(({ table }) => table);
    const wanted = tables.map(describeTable);
    const gone = this.#made.filter((it) => !wanted.includes(describeTable(it)));
    if (text === this.#applied && gone.length === 0) return undefined;
    const failure = await this.#change([
      ...gone.flatMap(removeTable),
      ...contents.flatMap(replaceTable),
    ]);
    if (failure !== undefined) return failure;
    this.#made = tables;
    this.#applied = text;
    if (tables.length > 0) {
      this.#log("info", `nftables: packets for groups are marked in ${wanted.join(" and ")}`);
    }
    return undefined;
  }

  /** Removes the tables. */
  async remove(): Promise<void> {
    if (this.#applied === undefined || this.#made.length === 0) return;
    const failure = await this.#change(this.#made.flatMap(removeTable));
    this.#made = [];
    if (failure === undefined) return;
    this.#log("warning", `nftables: cannot remove the tables of this daemon: ${failure}`);
  }

  async #change(changes: readonly NetlinkRequest[]): Promise<string | undefined> {
    if (changes.length === 0) return undefined;
    try {
      const namespace = this.#config?.netNamespaceIpvs;
      using connection = insideNamespace(
        namespace,
        () =>
          new NetlinkConnection(this.#reactor, { protocol: NETLINK_NETFILTER, sendBufferBytes }),
      );
      await connection.transact(transaction(changes));
      return undefined;
    } catch (error) {
      // The namespace may have gone meanwhile.
      const isOfSystem = error instanceof NetlinkError || error instanceof SyscallError ||
        error instanceof ExitError;
      if (!isOfSystem) throw error;
      return error.message;
    }
  }
}
