import { EADDRNOTAVAIL, ENODEV } from "@keepalived/linux";
import { type Address, deleteAddress, replaceAddress } from "@keepalived/netlink-route";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import type { NetlinkConnection, NetlinkError } from "@keepalived/reactor";
import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import type { Log } from "../log.ts";
import { type Interfaces, keyOf } from "./interfaces.ts";

/** Protocol number that marks addresses as ours (`ip address show` prints `proto keepalived`). */
const PROTOCOL_KEEPALIVED = 18;

/** Who wants an address, by identity: its name may change. */
export type Owner = { readonly config: { readonly name: string } };

/**
 * The virtual addresses that this process holds on interfaces.
 *
 * Knows which of the kernel's notifications answer its own requests, so that a removal by somebody else is seen.
 */
export class KernelAddresses {
  readonly #connection: NetlinkConnection;
  readonly #interfaces: Interfaces;
  readonly #log: Log;
  /** Addresses that are held now, and the virtual routers that want them: two while one moves in a reload. */
  readonly #held = new Map<string, Set<Owner>>();
  /** Removals that were asked for and not yet notified. */
  readonly #removals = new Map<string, number>();
  #unanswered = 0;
  #onIdle: (() => void)[] = [];

  constructor(connection: NetlinkConnection, interfaces: Interfaces, log: Log) {
    this.#connection = connection;
    this.#interfaces = interfaces;
    this.#log = log;
  }

  /** Puts addresses on their interfaces in one batch. A failure is logged with the kernel's words. */
  add(owner: Owner, addresses: readonly VirtualAddress[]): void {
    const { name } = owner.config;
    const wanted = addresses.flatMap((address) => this.#kernelAddress(name, address));
    for (const address of wanted) {
      const key = keyOf(address);
      this.#held.set(key, (this.#held.get(key) ?? new Set()).add(owner));
    }
    this.#send(wanted.map((address) => replaceAddress(address)), (i, error) => {
      const address = wanted[i];
      if (address !== undefined) this.#held.delete(keyOf(address));
      this.#log("error", `(${name}) ${error.message}`);
    });
  }

  /**
   * Takes addresses off their interfaces in one batch, but for those that another virtual router wants by now. One that is
   * gone already is no failure.
   */
  remove(owner: Owner, addresses: readonly VirtualAddress[]): void {
    const { name } = owner.config;
    const unwanted = addresses.flatMap((address) => this.#kernelAddress(name, address))
      .filter((address) => this.#letGo(owner, keyOf(address)));
    for (const address of unwanted) {
      const key = keyOf(address);
      this.#removals.set(key, (this.#removals.get(key) ?? 0) + 1);
    }
    this.#send(unwanted.map((address) => deleteAddress(address)), (i, error) => {
      const address = unwanted[i];
      if (address !== undefined) this.#takeRemoval(keyOf(address));
      if (error.errno === EADDRNOTAVAIL || error.errno === ENODEV) return;
      this.#log("error", `(${name}) ${error.message}`);
    });
  }

  /** Done when the kernel has answered everything that was asked. */
  async idle(): Promise<void> {
    if (this.#unanswered === 0) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /**
   * Whether a notified removal took an address that we hold and did not remove ourselves.
   *
   * Asks once for each notification: it also counts off our own removals.
   */
  isLoss(address: Address): boolean {
    const key = keyOf(address);
    if (this.#takeRemoval(key)) return false;
    return this.#held.has(key);
  }

  /** Virtual routers of which an address has gone, by what the interfaces have; asked after the kernel was read anew. */
  ownersOfMissing(): ReadonlySet<Owner> {
    const missing = [...this.#held].filter(([key]) => !this.#interfaces.hasAddress(key));
    return new Set(missing.flatMap(([, owners]) => [...owners]));
  }

  /** An address of ours that an earlier run left behind, recognised by its protocol number where the kernel has one. */
  isLeftOver(address: VirtualAddress): boolean {
    return this.#interfaces.addresses(address.interface).some((present) =>
      present.address === address.address && present.prefixLength === address.prefixLength &&
      present.protocol === PROTOCOL_KEEPALIVED
    );
  }

  /** @returns whether nobody wants the address any more */
  #letGo(owner: Owner, key: string): boolean {
    const wantedBy = this.#held.get(key);
    wantedBy?.delete(owner);
    if (wantedBy !== undefined && wantedBy.size > 0) return false;
    this.#held.delete(key);
    return true;
  }

  #send(
    requests: readonly NetlinkRequest[],
    onFailure: (index: number, error: NetlinkError) => void,
  ): void {
    this.#unanswered++;
    this.#connection.send(requests, (results) => {
      this.#unanswered--;
      for (const [i, result] of results.entries()) {
        if (!result.ok) onFailure(i, result.error);
      }
      if (this.#unanswered > 0) return;
      for (const resolve of this.#onIdle.splice(0)) resolve();
    });
  }

  #takeRemoval(key: string): boolean {
    const count = this.#removals.get(key) ?? 0;
    if (count <= 1) this.#removals.delete(key);
    else this.#removals.set(key, count - 1);
    return count > 0;
  }

  #kernelAddress(name: string, address: VirtualAddress): readonly Address[] {
    const link = this.#interfaces.link(address.interface);
    if (link === undefined) {
      this.#log("warning", `(${name}) no interface ${address.interface} for ${address.address}`);
      return [];
    }
    const { prefixLength, scope, label, broadcast, peer, preferredLifetimeS, noDad } = address;
    return [{
      index: link.index,
      address: address.address,
      prefixLength,
      scope,
      flags: noDad === true ? { noDad: true } : {},
      protocol: PROTOCOL_KEEPALIVED,
      ...(label === undefined ? {} : { label }),
      ...(broadcast === undefined ? {} : { broadcast }),
      ...(peer === undefined ? {} : { peer }),
      ...(preferredLifetimeS === undefined ? {} : { preferredLifetimeS }),
    }];
  }
}
