import { NETLINK_NETFILTER, SyscallError } from "@keepalived/linux";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import {
  changeTables,
  removeTable,
  replaceTable,
  type Table,
  type TableContent,
  transaction,
} from "@keepalived/netlink-nftables";
import { NetlinkConnection, NetlinkError, type Reactor } from "@keepalived/reactor";

/** Room for a transaction with the addresses of thousands of virtual routers or of large groups. */
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

/** Whether a failure says that this kernel lacks what tables are made of. */
export function isUnsupported(error: unknown): boolean {
  return isOfKernel(error) && unsupported.has(error.code);
}

/** Whether a failure is the kernel's answer to a change of tables. */
export function isOfKernel(error: unknown): error is NetlinkError | SyscallError {
  return error instanceof NetlinkError || error instanceof SyscallError;
}

/**
 * The nftables tables that one part of the daemon makes. What changes of them changes at once, and the rest is not touched.
 *
 * Every method throws NetlinkError or SyscallError if the kernel refuses, and what `inPlace` throws; the kernel then has
 * what it had, and the next call tries again.
 */
export class OwnTables {
  readonly #reactor: Reactor;
  readonly #inPlace: (connect: () => NetlinkConnection) => NetlinkConnection;
  #made: readonly TableContent[] = [];
  /** Whether the kernel may have others, as a change was refused. */
  #isUnsure = false;

  /** @param inPlace connects in another network namespace; default: in that of the process */
  constructor(
    reactor: Reactor,
    inPlace: (connect: () => NetlinkConnection) => NetlinkConnection = (connect) => connect(),
  ) {
    this.#reactor = reactor;
    this.#inPlace = inPlace;
  }

  /** Removes tables that an earlier run may have left. Where there is no nftables nothing can be left of it. */
  async clear(tables: readonly Table[]): Promise<void> {
    try {
      await this.#change(tables.flatMap(removeTable));
    } catch (error) {
      if (!isUnsupported(error)) throw error;
    }
  }

  /**
   * Makes these the tables; others that were made go.
   *
   * @returns whether anything had to change
   */
  async become(contents: readonly TableContent[]): Promise<boolean> {
    const made = this.#made;
    const changes = this.#isUnsure ? undefined : changeTables(made, contents);
    if (changes?.length === 0) return false;
    // What is asked for meanwhile is compared with this.
    this.#made = contents;
    try {
      if (changes === undefined || !await this.#isTaken(changes)) await this.#makeAnew(made);
    } catch (error) {
      if (this.#made === contents) this.#made = made;
      this.#isUnsure = true;
      throw error;
    }
    this.#isUnsure = false;
    return true;
  }

  /** Whether the kernel has what the changes start from: somebody may have removed it. */
  async #isTaken(changes: readonly NetlinkRequest[]): Promise<boolean> {
    try {
      await this.#change(changes);
      return true;
    } catch (error) {
      if (!isOfKernel(error)) throw error;
      return false;
    }
  }

  /** @param former tables that may be there and are not wanted any more */
  async #makeAnew(former: readonly TableContent[]): Promise<void> {
    await this.#change([
      ...former.flatMap(({ table }) => removeTable(table)),
      ...this.#made.flatMap(replaceTable),
    ]);
  }

  /** The kernel carries a transaction out before the call that sends it returns; here it is waited for its answer. */
  async #change(changes: readonly NetlinkRequest[]): Promise<void> {
    if (changes.length === 0) return;
    using connection = this.#inPlace(() =>
      new NetlinkConnection(this.#reactor, { protocol: NETLINK_NETFILTER, sendBufferBytes })
    );
    await connection.transact(transaction(changes));
  }
}
