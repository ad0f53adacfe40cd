import { compareIp, familyOf, type IpAddress } from "@keepalived/ip-address";
import type { ServiceMember } from "@keepalived/keepalived-config";
import {
  decodeNotification,
  listAddresses,
  multicastGroups,
  type Notification,
} from "@keepalived/netlink-route";
import { NetlinkConnection, NetlinkError, type Reactor } from "@keepalived/reactor";
import type { NetlinkMessage } from "@keepalived/netlink-codec";
import type { Log } from "../log.ts";

export type LocalAddressesOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  /** 0: what the kernel gives. */
  readonly receiveBufferBytes: number;
  /** Told after each change. */
  readonly onChange: () => void;
};

const retryUs = 1_000_000;

/** Which addresses this host has, whatever the interface, kept current by the kernel's notifications. */
export class LocalAddresses implements Disposable {
  readonly #reactor: Reactor;
  readonly #log: Log;
  readonly #onChange: () => void;
  readonly #netlink: NetlinkConnection;
  /** By index of the interface, address and prefix length. */
  #present = new Map<string, IpAddress>();
  /** Notifications that came while the table is read, to be taken after it. */
  #early: Notification[] | undefined;
  /** Nothing was lost since the table was asked for. */
  #isCurrent = false;

  private constructor({ reactor, log, receiveBufferBytes, onChange }: LocalAddressesOptions) {
    this.#reactor = reactor;
    this.#log = log;
    this.#onChange = onChange;
    const { ipv4Address, ipv6Address } = multicastGroups;
    this.#netlink = new NetlinkConnection(reactor, {
      groups: [ipv4Address, ipv6Address],
      ...receiveBufferBytes > 0 && { receiveBufferBytes },
      onNotification: (message) => this.#notice(message),
      onOverrun: () => void this.#read().then(onChange),
    });
  }

  /** Reads the addresses that there are. */
  static async open(options: LocalAddressesOptions): Promise<LocalAddresses> {
    const addresses = new LocalAddresses(options);
    await addresses.#read();
    return addresses;
  }

  /** The first address of this host that is among those of a service; undefined if it has none. */
  find(members: readonly ServiceMember[]): IpAddress | undefined {
    for (const address of this.#present.values()) {
      if (members.some((member) => isAmong(address, member))) return address;
    }
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#netlink[Symbol.dispose]();
  }

  /** Reads the kernel's table, again and again until nothing was lost meanwhile. */
  async #read(): Promise<void> {
    this.#isCurrent = false;
    if (this.#early !== undefined) return; // The one who reads sees that it is to be done again.
    do {
      this.#isCurrent = true;
      this.#early = [];
      const present = await this.#dump();
      this.#present = new Map();
      for (const notification of [...present, ...this.#early]) this.#take(notification);
    } while (!this.#isCurrent);
    this.#early = undefined;
  }

  async #dump(): Promise<readonly Notification[]> {
    for (;;) {
      try {
        const messages = await this.#netlink.request(listAddresses());
        return messages.flatMap((message) => this.#decode(message));
      } catch (error) {
        if (!(error instanceof NetlinkError)) throw error;
        this.#log("warning", `Netlink: ${error.message}; trying again`);
        await new Promise<void>((resolve) => {
          this.#reactor.at(this.#reactor.nowUs() + retryUs, resolve);
        });
      }
    }
  }

  #notice(message: NetlinkMessage): void {
    for (const notification of this.#decode(message)) {
      if (this.#early !== undefined) this.#early.push(notification);
      else if (this.#take(notification)) this.#onChange();
    }
  }

  /** @returns whether it is news */
  #take(notification: Notification): boolean {
    if (notification.kind === "address-added") {
      const { index, address, prefixLength } = notification.address;
      const key = `${index} ${address}/${prefixLength}`;
      const isNew = !this.#present.has(key);
      this.#present.set(key, address);
      return isNew;
    }
    if (notification.kind !== "address-removed") return false;
    const { index, address, prefixLength } = notification.address;
    return this.#present.delete(`${index} ${address}/${prefixLength}`);
  }

  #decode(message: NetlinkMessage): readonly Notification[] {
    const decoded = decodeNotification(message);
    if (decoded.ok) return [decoded.value];
    this.#log("warning", `Netlink: cannot read a notification: ${decoded.error.fault}`);
    return [];
  }
}

/** Whether an address is one of those of a member. */
export function isAmong(address: IpAddress, member: ServiceMember): boolean {
  return member.kind === "addresses" && familyOf(address) === familyOf(member.first) &&
    compareIp(member.first, address) <= 0 && compareIp(address, member.last) <= 0;
}
