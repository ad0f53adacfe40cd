import { familyOf, type IpAddress, type IpFamily, isLinkLocal } from "@keepalived/ip-address";
import type { Address, Link, Notification } from "@keepalived/netlink-route";
import type { Log } from "../log.ts";

/** The identity of an address on a machine: `INDEX ADDRESS/LENGTH`. */
export function keyOf(address: Pick<Address, "index" | "address" | "prefixLength">): string {
  return `${address.index} ${address.address}/${address.prefixLength}`;
}

/** What happened to an interface. */
export type InterfaceChange =
  /** It came, went, or changed: state, MAC address, MTU, interface below or above. */
  | { readonly kind: "link"; readonly newMac?: boolean }
  | { readonly kind: "address"; readonly address: Address };

type Listener = (change: InterfaceChange) => void;

/**
 * What the kernel says of links and addresses, kept current by its notifications.
 *
 * The netlink reflector: everybody who wants to know about an interface asks here, nobody asks the kernel twice. Interfaces
 * go by their names, whether they exist or not; one that is renamed has gone, and another one has come.
 */
export class Interfaces {
  readonly #log: Log;
  readonly #links = new Map<number, Link>();
  readonly #indexes = new Map<string, number>();
  /** By index of the interface, then by {@linkcode keyOf}. */
  readonly #addresses = new Map<number, Map<string, Address>>();
  /** By name of the interface. */
  readonly #listeners = new Map<string, Set<Listener>>();

  constructor(log: Log = () => {}) {
    this.#log = log;
  }

  /** Calls back after each change of an interface, until disposed. What changes nothing that is kept here is no change. */
  watch(name: string, listener: Listener): Disposable {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0 && this.#listeners.get(name) === listeners) {
          this.#listeners.delete(name);
        }
      },
    };
  }

  /** The same for an address, wherever it comes and goes. */
  watchAddress(address: IpAddress, listener: Listener): Disposable {
    // No name of an interface has a space.
    return this.watch(`address ${address}`, listener);
  }

  /** Takes one notification, and tells those who watch the interface. */
  apply(notification: Notification): void {
    const { kind } = notification;
    if (kind === "link-changed") return this.#setLink(notification.link);
    if (kind === "link-removed") return this.#removeLink(notification.link.index);
    if (kind === "address-added") return this.#addAddress(notification.address);
    if (kind === "address-removed") return this.#removeAddress(notification.address);
  }

  /** Takes what the kernel has in place of all that was known, and tells everybody to look anew. */
  reset(present: readonly Notification[]): void {
    const listeners = new Map(this.#listeners);
    this.#listeners.clear();
    for (const table of [this.#links, this.#indexes, this.#addresses]) table.clear();
    for (const notification of present) this.apply(notification);
    for (const [name, all] of listeners) this.#listeners.set(name, all);
    for (const name of listeners.keys()) this.#tell(name, { kind: "link" });
  }

  link(name: string): Link | undefined {
    const index = this.#indexes.get(name);
    return index === undefined ? undefined : this.#links.get(index);
  }

  links(): Iterable<Link> {
    return this.#links.values();
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

  /** The VRF that an interface belongs to. */
  vrfOf(name: string): Link | undefined {
    const index = this.link(name)?.master;
    const master = index === undefined ? undefined : this.#links.get(index);
    return master?.kind === "vrf" ? master : undefined;
  }

  /** All addresses of an interface, oldest first. */
  addresses(name: string): readonly Address[] {
    const index = this.#indexes.get(name);
    return index === undefined ? [] : [...this.#addresses.get(index)?.values() ?? []];
  }

  /** The addresses of all interfaces. */
  allAddresses(): readonly Address[] {
    return [...this.#addresses.values()].flatMap((all) => [...all.values()]);
  }

  /** Whether an address is there. @param key see {@linkcode keyOf} */
  hasAddress(key: string): boolean {
    return this.#addresses.get(Number.parseInt(key, 10))?.has(key) === true;
  }

  /** Whether any interface has an address that can be used. */
  holds(address: IpAddress): boolean {
    return [...this.#addresses.values()].some((all) =>
      [...all.values()].some((one) => one.address === address && isUsable(one))
    );
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
      familyOf(address) === family && !virtual.has(address) && isUsable({ flags }) &&
      (family === 4 || isLinkLocal(address))
    )?.address;
  }

  #setLink(link: Link): void {
    const before = this.#links.get(link.index);
    if (before !== undefined && sameLink(before, link)) return;
    const renamed = before !== undefined && before.name !== link.name ? before.name : undefined;
    const ran = this.isRunning(link.name);
    if (renamed !== undefined) this.#indexes.delete(renamed);
    this.#links.set(link.index, link);
    this.#indexes.set(link.name, link.index);
    if (renamed !== undefined) {
      this.#say(renamed, `Interface ${renamed} is now named ${link.name}`);
      this.#tell(renamed, { kind: "link" });
    }
    const runs = this.isRunning(link.name);
    if (runs !== ran) this.#say(link.name, `Netlink reports ${link.name} ${runs ? "up" : "down"}`);
    const newMac = before?.name === link.name && before.mac !== link.mac;
    this.#tell(link.name, newMac ? { kind: "link", newMac } : { kind: "link" });
  }

  #removeLink(index: number): void {
    const link = this.#links.get(index);
    if (link === undefined) return;
    this.#links.delete(index);
    this.#addresses.delete(index);
    if (this.#indexes.get(link.name) !== index) return;
    this.#indexes.delete(link.name);
    this.#say(link.name, `Interface ${link.name} deleted`);
    this.#tell(link.name, { kind: "link" });
  }

  #addAddress(address: Address): void {
    const known = this.#addresses.get(address.index) ?? new Map<string, Address>();
    this.#addresses.set(address.index, known.set(keyOf(address), address));
    this.#tellOfAddress(address);
  }

  #removeAddress(address: Address): void {
    if (this.#addresses.get(address.index)?.delete(keyOf(address)) === true) {
      this.#tellOfAddress(address);
    }
  }

  #tellOfAddress(address: Address): void {
    const name = this.nameOf(address.index);
    const change = { kind: "address", address } as const;
    if (name !== undefined) this.#tell(name, change);
    this.#tell(`address ${address.address}`, change);
  }

  #tell(name: string, change: InterfaceChange): void {
    // A copy: who hears of a change may come or go.
    for (const listener of [...this.#listeners.get(name) ?? []]) listener(change);
  }

  /** Only of interfaces that somebody watches. */
  #say(name: string, text: string): void {
    if (this.#listeners.has(name)) this.#log("info", text);
  }
}

/** Whether a link is a macvlan or ipvlan on another one. */
export function isOn(link: Link, base: Link): boolean {
  if (link.kind !== "macvlan" && link.kind !== "ipvlan") return false;
  // What is made on another one of its kind, the kernel puts beside it.
  const below = base.kind === link.kind && base.parent !== undefined
    ? base
    : { parent: base.index, parentNamespace: undefined };
  return link.parent === below.parent && link.parentNamespace === below.parentNamespace;
}

/** IPv6 addresses are not usable before duplicate address detection has passed. */
function isUsable({ flags }: Pick<Address, "flags">): boolean {
  return flags.tentative !== true && flags.dadFailed !== true;
}

/** What of a link matters to anybody here; its counters and queues change more often. */
const kept = ["name", "mtu", "mac", "operState", "master", "group", "parent", "kind"] as const;

function sameLink(one: Link, other: Link): boolean {
  return kept.every((field) => one[field] === other[field]) &&
    one.parentNamespace === other.parentNamespace &&
    one.flags.up === other.flags.up && one.flags.running === other.flags.running;
}
