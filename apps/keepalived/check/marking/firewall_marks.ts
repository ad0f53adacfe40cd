import type { GlobalConfig } from "@keepalived/keepalived-config";
import { describeTable } from "@keepalived/netlink-nftables";
import type { Reactor } from "@keepalived/reactor";
import { ExitError } from "../../exit_status.ts";
import type { Log } from "../../log.ts";
import { isOfKernel, OwnTables } from "../../own_tables.ts";
import { insideNamespace } from "../ipvs/namespace.ts";
import type { Marking } from "./group_marks.ts";
import { markingTables, tablesOf } from "./marking_tables.ts";

/** What of a configuration says where marks are given. */
export type MarkingConfig = Pick<GlobalConfig, "firewall" | "netNamespaceIpvs">;

/** The nftables tables in which packets to the addresses of groups get their marks. */
export class FirewallMarks {
  readonly #log: Log;
  readonly #tables: OwnTables;
  #config: MarkingConfig | undefined;

  constructor(reactor: Reactor, log: Log) {
    this.#log = log;
    this.#tables = new OwnTables(
      reactor,
      (connect) => insideNamespace(this.#config?.netNamespaceIpvs, connect),
    );
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
    const first = this.#config === undefined;
    this.#config = config;
    const contents = markingTables(config.firewall, markings);
    const names = contents.map(({ table }) => describeTable(table));
    return await this.#attempt(async () => {
      if (first) {
        const known = tablesOf(config.firewall);
        await this.#tables.clear(known.filter((it) => !names.includes(describeTable(it))));
      }
      if (!await this.#tables.become(contents) || names.length === 0) return;
      this.#log("info", `nftables: packets for groups are marked in ${names.join(" and ")}`);
    });
  }

  /** Removes the tables. */
  async remove(): Promise<void> {
    const failure = await this.#attempt(() => this.#tables.become([]));
    if (failure === undefined) return;
    this.#log("warning", `nftables: cannot remove the tables of this daemon: ${failure}`);
  }

  async #attempt(change: () => Promise<unknown>): Promise<string | undefined> {
    try {
      await change();
      return undefined;
    } catch (error) {
      // The namespace may have gone meanwhile.
      if (isOfKernel(error) || error instanceof ExitError) return error.message;
      throw error;
    }
  }
}
