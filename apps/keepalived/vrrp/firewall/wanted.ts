import { familyOf, type IpAddress, isLinkLocal } from "@keepalived/ip-address";
import type { VirtualAddress } from "@keepalived/keepalived-config";
import type { Device } from "../devices/device.ts";
import type { PlacedConfig, PlacedInstance } from "../devices/placement.ts";

/** What of a configuration concerns the firewall. */
export type FirewallConfig = Pick<
  PlacedConfig,
  "global" | "instances" | "devices" | "staticAddresses"
>;

/** An address and the interface that it is on. */
export type Place = { readonly address: IpAddress; readonly interface: string };

/** What the firewall is to do for one family. */
export type Wanted = {
  /** Addresses of virtual routers that packets may only pass through, not be meant for. */
  readonly blocked: readonly IpAddress[];
  /** The same for link-local addresses, which mean something on their interface only. */
  readonly blockedLinkLocal: readonly Place[];
  /** Devices with a virtual MAC address, and the interfaces below them. */
  readonly vmacs: readonly { readonly name: string; readonly base: string }[];
  /** Link-local addresses that belong on such a device, others being those of the interface below. */
  readonly vmacLinkLocal: readonly Place[];
};

/** Instances whose addresses are kept from traffic: `no_accept`, unless they own their addresses. */
export function refusing(instances: readonly PlacedInstance[]): readonly PlacedInstance[] {
  return instances.filter(({ accept, priority }) => !accept && priority !== 255);
}

/** What the firewall is to do for a family, each thing once and in an order that is not that of the file. */
export function wanted(config: FirewallConfig, family: 4 | 6): Wanted {
  const ofFamily = (all: readonly VirtualAddress[]) =>
    all.filter(({ address }) => familyOf(address) === family);
  const blocked = ofFamily(refusing(config.instances).flatMap(addressesOf));
  const vmacs = config.devices.filter((it) => isVmac(it) && it.families.includes(family));
  const names = new Set(vmacs.map(({ name }) => name));
  const known = ofFamily([...config.instances.flatMap(addressesOf), ...config.staticAddresses]);
  return {
    blocked: addresses(blocked.filter((it) => family === 4 || !isLinkLocal(it.address))),
    blockedLinkLocal: places(blocked.filter((it) => family === 6 && isLinkLocal(it.address))),
    vmacs: vmacs.map(({ name, base }) => ({ name, base })).sort((a, b) => a.name < b.name ? -1 : 1),
    vmacLinkLocal: places(
      known.filter((it) => isLinkLocal(it.address) && names.has(it.interface)),
    ),
  };
}

function addressesOf({ addresses, excludedAddresses }: PlacedInstance): readonly VirtualAddress[] {
  return [...addresses, ...excludedAddresses];
}

function isVmac({ kind }: Device): boolean {
  return kind === "macvlan";
}

function addresses(all: readonly VirtualAddress[]): readonly IpAddress[] {
  return [...new Set(all.map(({ address }) => address))].sort();
}

function places(all: readonly VirtualAddress[]): readonly Place[] {
  const unique = new Map(all.map((it) => [`${it.interface} ${it.address}`, it]));
  return [...unique.keys()].sort().flatMap((key) => {
    const place = unique.get(key);
    return place === undefined ? [] : [{ address: place.address, interface: place.interface }];
  });
}
