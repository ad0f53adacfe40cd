import { familyOf, type IpFamily } from "@keepalived/ip-address";
import type { Config, VirtualAddress, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { virtualMac } from "@keepalived/vrrp-codec";
import { type Device, identityOf, type Ipvlan, type Macvlan } from "./device.ts";
import { nameDevices, type Nameless } from "./device_names.ts";

/** Where a virtual router is that has a device of its own. */
export type Placement = {
  /** Its macvlan or ipvlan, which must be up like the interface below. */
  readonly device: string;
  /** Where advertisements go out and come in. */
  readonly channel: string;
  /** Interfaces whose addresses can be the source of advertisements, the best first. */
  readonly sources: readonly string[];
};

/** An instance whose addresses are on the interfaces that have them while it is MASTER. */
export type PlacedInstance = VrrpInstanceConfig & {
  /** Absent: all is on its interface. */
  readonly placement?: Placement;
};

/** A configuration whose devices have names. */
export type PlacedConfig = Omit<Config, "instances"> & {
  readonly instances: readonly PlacedInstance[];
  readonly devices: readonly Device[];
};

export type PlaceOptions = {
  /** The devices of the configuration before, which keep their names. */
  readonly previous: readonly Device[];
  /** Whether an interface has the name that is not the device, left by an earlier run. */
  readonly isForeign: (device: Device) => boolean;
  readonly report: (message: string) => void;
};

/**
 * Gives every instance with `use_vmac`, `use_vmac_addr` or `use_ipvlan` its devices, and moves its addresses there.
 *
 * The addresses of an ipvlan's instance stay on the interface below: it has no MAC address of its own that they could have.
 * So do those of the other family than a macvlan's, which has one for one family.
 */
export function place(config: Config, options: PlaceOptions): PlacedConfig {
  const wanted = config.instances.map((instance) => wantedOf(instance, config));
  const named = nameDevices(wanted.flatMap((all) => all.map(({ device }) => device)), options);
  const nameOf = (device: Nameless) => named.get(identityOf(device))?.name;
  const instances = config.instances.map((instance, i) =>
    placeInstance(instance, (wanted[i] ?? []).map((it) => ({ ...it, name: nameOf(it.device) })))
  );
  return { ...config, instances, devices: [...named.values()] };
}

/** A device that an instance wants, and what it puts there. */
type Wanted = {
  readonly device: Nameless;
  /** Whether it is the instance's own, not one for some of its addresses. */
  readonly own: boolean;
  readonly holds: (address: VirtualAddress) => boolean;
};

function wantedOf(instance: VrrpInstanceConfig, config: Config): readonly Wanted[] {
  const { interface: base, vmac, ipvlan, vmacAddresses } = instance;
  const wanted: Wanted[] = [];
  if (base !== undefined && ipvlan !== undefined) {
    wanted.push({ device: ipvlanOf(instance, base, config), own: true, holds: () => false });
  }
  if (base !== undefined && vmac !== undefined) {
    const { name, group, netlinkNotify } = vmac;
    const options = { name, group, ask: netlinkNotify };
    wanted.push({
      device: macvlanOf(instance, base, instance.family, { config, ...options }),
      own: true,
      holds: (it) => it.interface === base && familyOf(it.address) === instance.family,
    });
  }
  for (const address of [...instance.addresses, ...instance.excludedAddresses]) {
    const { interface: dev, vmac } = address;
    const family = familyOf(address.address);
    if (wanted.some(({ holds }) => holds(address))) continue;
    if (vmac === undefined && !(vmacAddresses && dev !== base)) continue;
    const options = { name: vmac?.name, ask: false, forAddress: true };
    wanted.push({
      device: macvlanOf(instance, dev, family, { config, ...options }),
      own: false,
      holds: (it) =>
        it.interface === dev && familyOf(it.address) === family &&
        (it.vmac !== undefined || vmacAddresses && it.interface !== base),
    });
  }
  return wanted;
}

type MacvlanOptions = {
  readonly config: Config;
  readonly name?: string | undefined;
  readonly group?: number | undefined;
  readonly ask: boolean;
  readonly forAddress?: boolean;
};

function macvlanOf(
  instance: VrrpInstanceConfig,
  base: string,
  family: IpFamily,
  { config, name, group, ask, forAddress = false }: MacvlanOptions,
): Nameless<Macvlan> {
  const { virtualRouterId, vmac } = instance;
  const { vmacPrefix, vmacAddressPrefix } = config.global.vrrp;
  return {
    kind: "macvlan",
    base,
    mac: vmac?.mac ?? virtualMac(family, virtualRouterId),
    families: [family],
    ask,
    wish: { name, prefix: forAddress ? vmacAddressPrefix : vmacPrefix, virtualRouterId },
    instance: instance.name,
    ...(group === undefined ? {} : { group }),
  };
}

function ipvlanOf(instance: VrrpInstanceConfig, base: string, config: Config): Nameless<Ipvlan> {
  const { virtualRouterId, family } = instance;
  const { name, mode, group, address } = instance.ipvlan ?? { mode: "bridge" };
  return {
    kind: "ipvlan",
    base,
    virtualRouterId,
    scope: mode,
    families: [family],
    ask: false,
    wish: { name, prefix: config.global.vrrp.vmacPrefix, virtualRouterId },
    instance: instance.name,
    ...(group === undefined ? {} : { group }),
    ...(address === undefined ? {} : { address }),
  };
}

function placeInstance(
  instance: VrrpInstanceConfig,
  wanted: readonly (Wanted & { readonly name: string | undefined })[],
): PlacedInstance {
  if (wanted.length === 0) return instance;
  const move = (address: VirtualAddress): VirtualAddress => {
    const dev = wanted.find(({ holds }) => holds(address))?.name;
    return dev === undefined ? address : { ...address, interface: dev };
  };
  const placement = placementOf(instance, wanted.find(({ own }) => own));
  return {
    ...instance,
    addresses: instance.addresses.map(move),
    excludedAddresses: instance.excludedAddresses.map(move),
    ...(placement === undefined ? {} : { placement }),
  };
}

function placementOf(
  { interface: base, vmac }: VrrpInstanceConfig,
  own: (Wanted & { readonly name: string | undefined }) | undefined,
): Placement | undefined {
  const device = own?.name;
  if (device === undefined || base === undefined) return undefined;
  // An ipvlan is a station of its own: it must not speak with the address of another one.
  if (own?.device.kind === "ipvlan") return { device, channel: device, sources: [device] };
  const channel = vmac?.transmitOnBase === true ? base : device;
  return { device, channel, sources: [base, device] };
}
