import { familyOf } from "@keepalived/ip-address";
import {
  decodeAddress,
  encodeAddress,
  encodeLink,
  type Link,
  multicastGroups,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from "@keepalived/netlink-route";
import type { Address } from "@keepalived/netlink-route";

const EPERM = 1;
const ENODEV = 19;
const EADDRNOTAVAIL = 99;
const EOPNOTSUPP = 95;

/** A message for those who listen to a group. */
export type Told = { readonly group: number; readonly type: number; readonly body: Uint8Array };

/** What a request of rtnetlink comes to. */
export type Outcome =
  | { readonly errno: number }
  | { readonly type: number; readonly bodies: readonly Uint8Array[] };

/** Links and addresses of one host, and what rtnetlink does with them. */
export class Tables {
  readonly links: Map<number, Link> = new Map();
  /** By {@linkcode keyOf}, oldest first. */
  readonly addresses: Map<string, Address> = new Map();
  /** Requests that are answered as if they were done, by type: a kernel with a mistake. */
  readonly ignored: Set<number> = new Set();
  /** Requests that are refused, by type. */
  readonly refused: Set<number> = new Set();
  readonly #tell: (told: Told) => void;

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  linkNamed(name: string): Link | undefined {
    return [...this.links.values()].find((link) => link.name === name);
  }

  setLink(link: Link): void {
    this.links.set(link.index, link);
    this.#tell({ group: multicastGroups.link, type: RTM_NEWLINK, body: encodeLink(link) });
  }

  /** The interface is pulled out, and its addresses with it. */
  removeLink(index: number): void {
    const link = this.links.get(index);
    if (link === undefined) return;
    for (const address of [...this.addresses.values()]) {
      if (address.index === index) this.removeAddress(address);
    }
    this.links.delete(index);
    this.#tell({ group: multicastGroups.link, type: RTM_DELLINK, body: encodeLink(link) });
  }

  addAddress(address: Address): void {
    this.addresses.set(keyOf(address), address);
    this.#tellOf(address, RTM_NEWADDR);
  }

  /** @returns whether it was there */
  removeAddress(address: Pick<Address, "index" | "address" | "prefixLength">): boolean {
    const known = this.addresses.get(keyOf(address));
    if (known === undefined) return false;
    this.addresses.delete(keyOf(address));
    this.#tellOf(known, RTM_DELADDR);
    return true;
  }

  holds(address: string): boolean {
    return this.addresses.values().some((it) => it.address === address);
  }

  request(type: number, body: Uint8Array): Outcome {
    if (this.ignored.has(type)) return { errno: 0 };
    if (this.refused.has(type)) return { errno: EPERM };
    switch (type) {
      case RTM_GETLINK:
        return { type: RTM_NEWLINK, bodies: [...this.links.values()].map(encodeLink) };
      case RTM_GETADDR:
        return { type: RTM_NEWADDR, bodies: [...this.addresses.values()].map(encodeAddress) };
      case RTM_NEWADDR:
      case RTM_DELADDR:
        return { errno: this.#change(type, body) };
      default:
        return { errno: EOPNOTSUPP };
    }
  }

  #change(type: number, body: Uint8Array): number {
    const decoded = decodeAddress(body);
    if (!decoded.ok) throw new RangeError(`No address: ${decoded.error.fault}`);
    const address = decoded.value;
    if (!this.links.has(address.index)) return ENODEV;
    if (type === RTM_NEWADDR) {
      this.addAddress(address);
      return 0;
    }
    return this.removeAddress(address) ? 0 : EADDRNOTAVAIL;
  }

  #tellOf(address: Address, type: number): void {
    const { ipv4Address, ipv6Address } = multicastGroups;
    const group = familyOf(address.address) === 4 ? ipv4Address : ipv6Address;
    this.#tell({ group, type, body: encodeAddress(address) });
  }
}

function keyOf(
  { index, address, prefixLength }: Pick<Address, "index" | "address" | "prefixLength">,
): string {
  return `${index} ${address}/${prefixLength}`;
}
