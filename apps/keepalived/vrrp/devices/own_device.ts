import { type IpAddress, isLinkLocal } from "@keepalived/ip-address";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import {
  type Address,
  createLink,
  deleteAddress,
  deleteLink,
  type Link,
  replaceAddress,
  setLink,
} from "@keepalived/netlink-route";
import type { Log } from "../../log.ts";
import { type Interfaces, isOn } from "../interfaces.ts";
import { type Device, settingsOf } from "./device.ts";
import { linkLocalFor } from "./link_local.ts";
import { readSetting, writeSetting } from "./sysctl.ts";

/** What devices are made with. */
export type DeviceWorld = {
  readonly interfaces: Interfaces;
  readonly log: Log;
  readonly virtualAddresses: () => ReadonlySet<IpAddress>;
  /** Sends requests in order; what fails is logged. */
  readonly send: (requests: readonly NetlinkRequest[], done?: () => void) => void;
  /** Makes an interface ready for a device on it. */
  readonly prepareBase: (base: Link, device: Device) => void;
  /** Asks the kernel for links, as if it had told of them. */
  readonly ask: (...indexes: number[]) => void;
};

/** Protocol number of the addresses that virtual routers hold. */
const PROTOCOL_KEEPALIVED = 18;

/**
 * One device: made as soon as the interface below is there, and again whenever it has gone; one that an earlier run left is
 * taken over.
 *
 * Set up is each link just once: who sets it down later has a reason, and the virtual router goes to FAULT.
 */
export class OwnDevice {
  #device: Device;
  readonly #world: DeviceWorld;
  readonly #watches: readonly Disposable[];
  /** Index of the link that was set up. */
  #index: number | undefined;
  #creating = false;
  /** Index of an interface with its name that is not it. */
  #stranger: number | undefined;

  constructor(device: Device, world: DeviceWorld) {
    this.#device = device;
    this.#world = world;
    this.#watches = [device.base, device.name].map((name) =>
      world.interfaces.watch(name, () => this.#ensure())
    );
    this.#ensure();
  }

  get device(): Device {
    return this.#device;
  }

  /** Takes other settings of the same device. */
  change(device: Device): void {
    if (JSON.stringify(device) === JSON.stringify(this.#device)) return;
    this.#device = device;
    this.#index = undefined;
    this.#ensure();
  }

  /** Leaves it alone from now on. @returns the link that is left, if there is one */
  release(): Link | undefined {
    for (const watch of this.#watches) watch[Symbol.dispose]();
    const { interfaces } = this.#world;
    const link = interfaces.link(this.device.name);
    const base = interfaces.link(this.device.base);
    const isIt = link !== undefined && base !== undefined && isLinkOf(this.device, link, base);
    return isIt ? link : undefined;
  }

  #ensure(): void {
    const { interfaces } = this.#world;
    const { name, base: baseName } = this.device;
    const base = interfaces.link(baseName);
    const link = interfaces.link(name);
    if (this.#dropStray(link, base) || base === undefined) return;
    if (link === undefined) return this.#create(base);
    if (!isLinkOf(this.device, link, base)) return this.#complain(link);
    if (link.index !== this.#index) this.#setUp(link, base);
    else this.#follow(link, base);
  }

  /**
   * Removes what was set up and is no longer it: because it was renamed, or the interface below was.
   *
   * @returns whether its name is taken until that is done
   */
  #dropStray(link: Link | undefined, base: Link | undefined): boolean {
    const index = this.#index;
    if (index === undefined) return false;
    const isIt = link?.index === index && base !== undefined && isLinkOf(this.device, link, base);
    if (isIt) return false;
    this.#index = undefined;
    const { interfaces, send } = this.#world;
    if (interfaces.nameOf(index) !== undefined) send([deleteLink(index)]);
    return link?.index === index;
  }

  #create(base: Link): void {
    if (this.#creating) return;
    this.#creating = true;
    const { device } = this;
    const { interfaces, send } = this.#world;
    const master = interfaces.vrfOf(base.name)?.index;
    const group = device.group ?? base.group;
    const common = {
      name: device.name,
      parent: base.index,
      ...(master === undefined ? {} : { master }),
      ...(group === undefined ? {} : { group }),
    };
    const request = device.kind === "macvlan"
      ? createLink({ ...common, kind: "macvlan", mode: "private", mac: device.mac })
      : createLink({ ...common, kind: "ipvlan", scope: device.scope });
    send([request], () => this.#creating = false);
  }

  /** Settings first, so that it never answers for what is not its own. */
  #setUp(link: Link, base: Link): void {
    this.#index = link.index;
    const { device } = this;
    const { log, prepareBase, send, ask } = this.#world;
    prepareBase(base, device);
    const ipv4 = settingsOf(device);
    const hasIpv6 = device.families.includes(6);
    writeSetting(`ipv6/conf/${device.name}/disable_ipv6`, hasIpv6 ? 0 : 1, log);
    // Router advertisements are for the interface below: both routers of a pair would make the same address of them.
    if (hasIpv6) writeSetting(`ipv6/conf/${device.name}/accept_ra`, 0, log);
    const requests: NetlinkRequest[] = [];
    if (ipv4 !== undefined) requests.push(setLink(link.index, { ipv4 }));
    if (device.kind === "macvlan" && readSetting(`ipv6/conf/${device.name}/addr_gen_mode`) === 0) {
      requests.push(setLink(link.index, { addressGeneration: "none" }));
    }
    const group = device.group ?? base.group;
    if (group !== undefined && group !== link.group) {
      requests.push(setLink(link.index, { group }));
    }
    requests.push(setLink(link.index, { up: true }));
    if (device.kind === "ipvlan" && device.address !== undefined) {
      const { address, prefixLength } = device.address;
      requests.push(
        replaceAddress({ index: link.index, address, prefixLength, scope: "global", flags: {} }),
      );
    }
    send(requests);
    if (device.ask) ask(base.index, link.index);
    this.#follow(link, base);
  }

  /** Keeps up with the interface below: its VRF, its link-local address. */
  #follow(link: Link, base: Link): void {
    const { interfaces, send } = this.#world;
    const vrf = interfaces.vrfOf(base.name)?.index;
    if (vrf !== interfaces.vrfOf(link.name)?.index) {
      send([setLink(link.index, { master: vrf ?? 0 })]);
    }
    const { kind, families } = this.device;
    if (kind === "macvlan" && families.includes(6) && link.flags.up === true) {
      this.#copyLinkLocal(link.index, base.name);
    }
  }

  /** Deprecated, so that nothing but us uses it as a source; without duplicate address detection, as it is a duplicate. */
  #copyLinkLocal(index: number, baseName: string): void {
    const { interfaces, send, virtualAddresses } = this.#world;
    const virtual = virtualAddresses();
    const wanted = linkLocalFor(baseName, interfaces, virtual);
    const own = interfaces.addresses(this.device.name).filter(({ address, protocol }) =>
      isLinkLocal(address) && !virtual.has(address) && protocol !== PROTOCOL_KEEPALIVED
    );
    if (wanted === undefined || own.some(({ address }) => address === wanted)) return;
    const copy: Address = {
      index,
      address: wanted,
      prefixLength: 64,
      scope: "link",
      flags: { noDad: true },
      preferredLifetimeS: 0,
    };
    send([replaceAddress(copy), ...own.map(deleteAddress)]);
  }

  #complain(link: Link): void {
    if (this.#stranger === link.index) return;
    this.#stranger = link.index;
    this.#world.log("error", `Interface ${link.name} is not the device of its virtual router`);
  }
}

/** Whether a link is a device: made by us now, or by an earlier run. */
export function isLinkOf(device: Device, link: Link, base: Link): boolean {
  if (link.kind !== device.kind || !isOn(link, base)) return false;
  return device.kind === "ipvlan" || (link.mac === device.mac && link.macvlanMode === "private");
}
