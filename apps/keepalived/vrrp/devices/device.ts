import type { IpFamily, IpPrefix, MacAddress } from "@keepalived/ip-address";
import type { Ipv4Settings, IpvlanScope } from "@keepalived/netlink-route";

/** An interface that the daemon makes for virtual routers, on one that is there. */
export type Device = Macvlan | Ipvlan;

type Made = {
  readonly name: string;
  /** The interface below. */
  readonly base: string;
  /** Families of the virtual routers that share it; of an ipvlan just one. */
  readonly families: readonly IpFamily[];
  /** Interface group; absent: that of the interface below. */
  readonly group?: number;
  /** Whether to ask the kernel about it once it is made, instead of waiting to be told. */
  readonly ask: boolean;
};

/** `use_vmac`: has the MAC address of virtual routers (RFC 9568 §7.3), and their addresses. */
export type Macvlan = Made & { readonly kind: "macvlan"; readonly mac: MacAddress };

/** `use_ipvlan`: has the MAC address of the interface below, and an address that advertisements come from. */
export type Ipvlan = Made & {
  readonly kind: "ipvlan";
  readonly virtualRouterId: number;
  readonly scope: IpvlanScope;
  readonly address?: IpPrefix;
};

/** What makes a device the same one, whatever its name: the kernel has no two macvlans with one MAC on an interface. */
export function identityOf(device: Omit<Macvlan, "name"> | Omit<Ipvlan, "name">): string {
  if (device.kind === "macvlan") return `${device.base} ${device.mac}`;
  const { base, families, virtualRouterId, scope } = device;
  return `${base} IPv${families} ${virtualRouterId} ${scope}`;
}

/**
 * Settings of a device for IPv4. It answers ARP for its own addresses only, so not for those of the interface below, also
 * if it is for IPv6; and takes packets whose sender is reached another way, or lives on this host.
 */
export function settingsOf(device: Device): Ipv4Settings | undefined {
  if (device.kind === "ipvlan") return undefined;
  if (!device.families.includes(4)) return { arp_ignore: 1 };
  return { arp_ignore: 1, rp_filter: 0, accept_local: 1, promote_secondaries: 1 };
}

/**
 * Settings of an interface below a device with IPv4 addresses: it does not answer for those, and does not use them when it
 * asks, or the neighbours that it asks would learn its own MAC address for them.
 */
export const baseSettings = { arp_ignore: 1, arp_filter: 1, arp_announce: 2 } as const;

/** Whether the interface below needs {@linkcode baseSettings}. */
export function sharesArp({ kind, families }: Device): boolean {
  return kind === "macvlan" && families.includes(4);
}
