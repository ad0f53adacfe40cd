import { familyOf, type IpAddress, type IpFamily, isLinkLocal } from "@keepalived/ip-address";
import type { Address, Link, Notification } from "@keepalived/netlink-route";

/** The identity of an address on a machine: `INDEX ADDRESS/LENGTH`. */
export function keyOf(address: Pick<Address, "index" | "address" | "prefixLength">): string {
  return `${address.index} ${address.address}/${address.prefixLength}`;
}

/**
 * What the kernel says of links and addresses, kept current by its notifications.
 *
 * The netlink reflector: everybody who wants to know about an interface asks here, nobody asks the kernel twice.
 */
export class Interfaces {
  readonly #links = new Map<number, Link>();
  readonly #indexes = new Map<string, number>();
  /** By index of the interface, then by {@linkcode keyOf}. */
  readonly #addresses = new Map<number, Map<string, Address>>();

  /** Takes one notification. Returns the name of the interface that it is about, or undefined if nothing changed. */
  apply(notification: Notification): string | undefined {
    switch (notification.kind) {
      case "link-changed":
        return this.#setLink(notification.link);
      case "link-removed":
        return this.#removeLink(notification.link);
      case "address-added":
      case "address-removed":
        return this.#changeAddress(notification.address, notification.kind === "address-added");
      default:
        return undefined;
    }
  }

  /** Forgets everything, before the kernel is asked anew. */
  clear(): void {
    this.#links.clear();
    this.#indexes.clear();
    this.#addresses.clear();
  }

  link(name: string): Link | undefined {
    const index = this.#indexes.get(name);
    return index === undefined ? undefined : this.#links.get(index);
  }

  nameOf(index: number): string | undefined {
    return this.#links.get(index)?.name;
  }

  /** The interface below a macvlan or ipvlan; otherwise the interface itself. */
  baseOf(name: string): string {
    const link = this.link(name);
    if (link?.parent === undefined || link.parentNamespace !== undefined) return name;
    if (link.kind !== "macvlan" && link.kind !== "ipvlan") return name;
    return this.nameOf(link.parent) ?? name;
  }

  /** All addresses of an interface, oldest first. */
  addresses(name: string): readonly Address[] {
    const index = this.#indexes.get(name);
    return index === undefined ? [] : [...this.#addresses.get(index)?.values() ?? []];
  }

  /** Whether an address is there. @param key see {@linkcode keyOf} */
  hasAddress(key: string): boolean {
    return this.#addresses.get(Number.parseInt(key, 10))?.has(key) === true;
  }

  /** Whether an interface can carry packets now: it exists, is up, and has a carrier. */
  isRunning(name: string): boolean {
    const flags = this.link(name)?.flags;
    return flags?.up === true && flags.running === true;
  }

  /**
   * The address that advertisements of a virtual router carry as their source: the first usable one of the interface,
   * for IPv6 the first link-local one (RFC 9568 §5.1.2.1).
   *
   * @param virtual addresses that belong to virtual routers, and so are no router's own
   */
  sourceAddress(
    name: string,
    family: IpFamily,
    virtual: ReadonlySet<IpAddress>,
  ): IpAddress | undefined {
    return this.addresses(name).find(({ address, flags }) =>
      familyOf(address) === family && !virtual.has(address) && flags.tentative !== true &&
      flags.dadFailed !== true && (family === 4 || isLinkLocal(address))
    )?.address;
  }

  #setLink(link: Link): string | undefined {
    const before = this.#links.get(link.index);
    if (before !== undefined && before.name !== link.name) this.#indexes.delete(before.name);
    this.#links.set(link.index, link);
    this.#indexes.set(link.name, link.index);
    return link.name;
  }

  #removeLink(link: Link): string | undefined {
    const name = this.#links.get(link.index)?.name;
    if (name === undefined) return undefined;
    this.#links.delete(link.index);
    this.#addresses.delete(link.index);
    if (this.#indexes.get(name) === link.index) this.#indexes.delete(name);
    return name;
  }

  #changeAddress(address: Address, present: boolean): string | undefined {
    const key = keyOf(address);
    const known = this.#addresses.get(address.index) ?? new Map<string, Address>();
    if (present) known.set(key, address);
    else known.delete(key);
    this.#addresses.set(address.index, known);
    return this.nameOf(address.index);
  }
}
