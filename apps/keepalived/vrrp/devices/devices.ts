import type { IpAddress } from "@keepalived/ip-address";
import { ENODEV } from "@keepalived/linux";
import type { NetlinkRequest } from "@keepalived/netlink-codec";
import {
  decodeNotification,
  deleteLink,
  deleteLinkGroup,
  getLink,
  type Link,
  setLink,
} from "@keepalived/netlink-route";
import { NetlinkConnection, type NetlinkResult, type Reactor } from "@keepalived/reactor";
import type { Log } from "../../log.ts";
import type { Interfaces } from "../interfaces.ts";
import { baseSettings, type Device, identityOf, sharesArp } from "./device.ts";
import { type DeviceWorld, isLinkOf, OwnDevice } from "./own_device.ts";
import { readSetting, ReversePathFilter } from "./sysctl.ts";

export type DevicesOptions = {
  readonly reactor: Reactor;
  readonly connection: NetlinkConnection;
  readonly interfaces: Interfaces;
  readonly log: Log;
  readonly virtualAddresses: () => ReadonlySet<IpAddress>;
  /** Told of links before they are removed, by index. */
  readonly onRemoval: (indexes: readonly number[]) => void;
};

/** How long new devices may take until they run. */
const patienceUs = 500_000;

type BaseSettings = { readonly [Name in keyof typeof baseSettings]: number };

/** The macvlans and ipvlans of all virtual routers, and what the interfaces below need for them. */
export class Devices {
  readonly #options: DevicesOptions;
  readonly #filter: ReversePathFilter;
  /** By name. */
  readonly #own = new Map<string, OwnDevice>();
  /** Interfaces below, by index, and the settings that they had before. */
  readonly #bases = new Map<number, { readonly name: string; readonly before: BaseSettings }>();
  readonly #world: DeviceWorld;
  #unanswered = 0;
  #onIdle: (() => void)[] = [];

  constructor(options: DevicesOptions) {
    this.#options = options;
    this.#filter = new ReversePathFilter(options.log);
    this.#world = {
      ...options,
      send: (requests, done) => this.#send(requests, done),
      prepareBase: (base, device) => this.#prepareBase(base, device),
      ask: (...indexes) => this.#ask(indexes),
    };
  }

  /** Devices now wanted; their names are theirs until others are wanted. */
  get wanted(): readonly Device[] {
    return [...this.#own.values()].map(({ device }) => device);
  }

  /** Whether an interface has the name of a device and is not it. */
  isForeign(device: Device): boolean {
    const { interfaces } = this.#options;
    const link = interfaces.link(device.name);
    if (link === undefined) return false;
    return ![device, this.#own.get(device.name)?.device].some((one) => {
      const base = one && interfaces.link(one.base);
      return one !== undefined && base !== undefined && isLinkOf(one, link, base);
    });
  }

  /** Makes what is wanted and not there; done when the kernel has answered. What is no longer wanted stays for now. */
  async make(wanted: readonly Device[]): Promise<void> {
    if (wanted.some(sharesArp)) this.#filter.spread();
    // Others of the same name go first, and those that are to have another name: there cannot be two of one identity.
    const identities = new Map(wanted.map((device) => [device.name, identityOf(device)]));
    const all = new Set(identities.values());
    const removals = this.#removalOf((own) => {
      const identity = identityOf(own);
      const isWanted = identities.get(own.name) === identity;
      return !isWanted && (identities.has(own.name) || all.has(identity));
    });
    if (removals.length > 0) this.#send(removals);
    await this.#idle();
    const added = wanted.filter(({ name }) => !this.#own.has(name));
    for (const device of wanted) {
      const present = this.#own.get(device.name);
      if (present === undefined) this.#own.set(device.name, new OwnDevice(device, this.#world));
      else present.change(device);
    }
    await this.#idle();
    await this.#running(added);
  }

  /**
   * Removes what is not wanted; done when the kernel has answered.
   *
   * It tells of hundreds of links at once: a connection that does not listen to that cannot miss the answers.
   */
  async keepOnly(wanted: readonly Device[]): Promise<void> {
    const names = new Set(wanted.map(({ name }) => name));
    const shared = new Set(wanted.filter(sharesArp).map(({ base }) => base));
    const requests = [
      ...this.#removalOf(({ name }) => !names.has(name)),
      ...[...this.#bases].filter(([, { name }]) => !shared.has(name))
        .flatMap(([index, { name, before }]) => this.#restorationOf(index, name, before)),
    ];
    if (shared.size === 0) this.#filter.restore();
    if (requests.length === 0) return;
    using connection = new NetlinkConnection(this.#options.reactor);
    await new Promise<void>((resolve) => {
      connection.send(requests, (results) => {
        this.#logRefusals(results);
        resolve();
      });
    });
  }

  /** How to remove devices, which are left alone from now on. */
  #removalOf(isUnwanted: (device: Device) => boolean): readonly NetlinkRequest[] {
    const indexes: number[] = [];
    for (const [name, own] of this.#own) {
      if (!isUnwanted(own.device)) continue;
      this.#own.delete(name);
      const link = own.release();
      if (link !== undefined) indexes.push(link.index);
    }
    this.#options.onRemoval(indexes);
    if (indexes.length < 2) return indexes.map(deleteLink);
    // One by one, the kernel waits 20 ms for each.
    const group = this.#unusedGroup();
    return [...indexes.map((index) => setLink(index, { group })), deleteLinkGroup(group)];
  }

  /** Done when devices run that were set up: the kernel sees to that a moment later. Those that do not are not waited for. */
  async #running(devices: readonly Device[]): Promise<void> {
    const { interfaces, reactor } = this.#options;
    const waiting = new Map<string, Disposable>();
    await new Promise<void>((resolve) => {
      const limit = reactor.at(reactor.nowUs() + patienceUs, resolve);
      const look = (name: string) => {
        if (!interfaces.isRunning(name)) return;
        waiting.get(name)?.[Symbol.dispose]();
        waiting.delete(name);
        if (waiting.size > 0) return;
        limit[Symbol.dispose]();
        resolve();
      };
      for (const { name, base } of devices) {
        if (!interfaces.isRunning(base) || interfaces.isRunning(name)) continue;
        waiting.set(name, interfaces.watch(name, () => look(name)));
      }
      if (waiting.size > 0) return;
      limit[Symbol.dispose]();
      resolve();
    });
    for (const watch of waiting.values()) watch[Symbol.dispose]();
  }

  #unusedGroup(): number {
    const used = new Set([...this.#options.interfaces.links()].map(({ group }) => group));
    let group = 0x7672_7270;
    while (used.has(group)) group++;
    return group;
  }

  async #idle(): Promise<void> {
    if (this.#unanswered === 0) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #prepareBase({ index, name }: Link, device: Device): void {
    if (!sharesArp(device) || this.#bases.has(index)) return;
    const before = currentSettings(name);
    this.#bases.set(index, { name, before });
    const ipv4 = Object.fromEntries(
      // An administrator may have asked for more already.
      settingNames.map((key) => [key, Math.max(before[key], baseSettings[key])]),
    );
    this.#send([setLink(index, { ipv4 })]);
  }

  /** How to give back what nobody has changed since. */
  #restorationOf(index: number, name: string, before: BaseSettings): readonly NetlinkRequest[] {
    this.#bases.delete(index);
    if (this.#options.interfaces.link(name)?.index !== index) return [];
    const now = currentSettings(name);
    const ipv4 = Object.fromEntries(
      settingNames.filter((key) => now[key] === Math.max(before[key], baseSettings[key]))
        .map((key) => [key, before[key]]),
    );
    return [setLink(index, { ipv4 })];
  }

  #ask(indexes: readonly number[]): void {
    this.#request(indexes.map(getLink), (results) => {
      for (const message of results.flatMap((result) => result.ok ? result.messages : [])) {
        const decoded = decodeNotification(message);
        if (decoded.ok) this.#options.interfaces.apply(decoded.value);
      }
    });
  }

  #send(requests: readonly NetlinkRequest[], done?: () => void): void {
    this.#request(requests, (results) => {
      this.#logRefusals(results);
      done?.();
    });
  }

  #logRefusals(results: readonly NetlinkResult[]): void {
    for (const result of results) {
      // With the interface below goes all that is on it.
      if (result.ok || result.error.errno === ENODEV) continue;
      this.#options.log("error", result.error.message);
    }
  }

  #request(
    requests: readonly NetlinkRequest[],
    done: (results: readonly NetlinkResult[]) => void,
  ): void {
    this.#unanswered++;
    this.#options.connection.send(requests, (results) => {
      this.#unanswered--;
      done(results);
      if (this.#unanswered > 0) return;
      for (const resolve of this.#onIdle.splice(0)) resolve();
    });
  }
}

const settingNames = Object.keys(baseSettings) as (keyof typeof baseSettings)[];

function currentSettings(name: string): BaseSettings {
  const read = (key: keyof typeof baseSettings) => readSetting(`ipv4/conf/${name}/${key}`) ?? 0;
  return {
    arp_ignore: read("arp_ignore"),
    arp_filter: read("arp_filter"),
    arp_announce: read("arp_announce"),
  };
}
