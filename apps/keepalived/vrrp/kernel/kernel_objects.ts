import { familyOf } from "@keepalived/ip-address";
import type { Config, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { ENOBUFS } from "@keepalived/linux";
import type { Address, Notification } from "@keepalived/netlink-route";
import { type NetlinkConnection, NetlinkError, type PreparedAction } from "@keepalived/reactor";
import type { Holding, VirtualAddress } from "@keepalived/vrrp-fsm";
import type { Log } from "../../log.ts";
import type { Interfaces } from "../interfaces.ts";
import { holdingsOf, sortHoldings } from "./holdings.ts";
import { Inheritance } from "./inheritance.ts";
import { keepSecondaries } from "./keep_secondaries.ts";
import type { Loss, Owner, Stock } from "./owner.ts";
import { PromotedSecondaries } from "./promoted_secondaries.ts";
import type { HeldRoute } from "./route_of.ts";
import { usesLink } from "./routes.ts";
import type { OwnRouting, RoutingListener, RoutingMonitor } from "./routing_monitor.ts";
import type { HeldRule } from "./rules.ts";
import { StaticObjects } from "./static_objects.ts";
import type { StaticTable } from "./static_table.ts";
import { newTables, type Tables } from "./tables.ts";
import { isTracked } from "./tracked.ts";

/** What waits for the end of a turn. */
type Task = "links" | "retry" | "report";

const noRouting: OwnRouting = { routes: [], rules: [] };

export type KernelObjectsOptions = {
  readonly post: (callback: () => void) => void;
  readonly connection: Pick<NetlinkConnection, "send" | "prepare">;
  readonly interfaces: Interfaces;
  readonly log: Log;
  readonly openMonitor: (listener: RoutingListener) => RoutingMonitor;
  /** Somebody took something that a virtual router holds and is not to do without. */
  readonly onLoss: (owner: Owner, what: string) => void;
  /** A `track_group` ties an instance to static objects: what is wrong with them, or undefined. */
  readonly onFault: (instance: string, reason: string, text: string | undefined) => void;
};

/**
 * Addresses, routes and rules that this process holds in the kernel: those of virtual routers while they are MASTER, and
 * static ones.
 */
export class KernelObjects {
  readonly inheritance: Inheritance;
  readonly #options: KernelObjectsOptions;
  readonly #tables: Tables;
  readonly #statics: StaticObjects;
  readonly #promoted: PromotedSecondaries;
  #monitor: RoutingMonitor | undefined;
  /** What waits for changes that are held back. */
  #after: (() => void)[] | undefined;
  readonly #due = new Set<Task>();
  #isOver = false;

  constructor(options: KernelObjectsOptions) {
    const { interfaces, log } = options;
    this.#options = options;
    this.#tables = newTables({ ...options, onChange: () => this.#schedule("report") });
    this.#statics = new StaticObjects({ ...options, tables: this.#tables });
    this.#promoted = new PromotedSecondaries(interfaces, log);
    this.inheritance = new Inheritance(this.#tables, interfaces);
  }

  /**
   * Takes away what an earlier run left of virtual routers, and puts up what is static.
   *
   * @param left what a process that was killed may have left: it stays until {@linkcode KernelObjects.inheritance} is told
   * what becomes of it
   */
  async start(config: Config, left?: readonly VrrpInstanceConfig[]): Promise<void> {
    this.#watch(config);
    const found = await this.#monitor?.read() ?? noRouting;
    if (left !== undefined) this.inheritance.accept(left, found);
    else this.#removeLeftOvers(config.instances, found);
    this.#promoted.configure(config.instances);
    this.#statics.configure(config);
  }

  /** Goes over to another configuration: static objects that are in both are not touched. */
  configure(config: Config): void {
    this.#watch(config);
    this.#promoted.configure(config.instances);
    this.#statics.configure(config);
  }

  /** What an action takes from its last owner stays in the kernel until {@linkcode KernelObjects.together}. */
  bequeath(act: () => void): void {
    const { addresses, routes, rules } = this.#tables;
    const tables = [addresses, routes, rules];
    for (const table of tables) table.hold();
    act();
    for (const table of tables) table.giveHeld();
  }

  /**
   * Does to the kernel at the end, and at once, what comes of an action. What one owner gives up and another one takes is
   * not touched.
   */
  together(act: () => void): void {
    const { requests, addresses, routes, rules } = this.#tables;
    const tables = [rules, routes, addresses];
    const after: (() => void)[] = this.#after = [];
    for (const table of tables) table.hold();
    act();
    const gone = addresses.goneOfHeld;
    const around = keepSecondaries(gone, this.#options.interfaces);
    // With the address that is their source the kernel removes routes.
    const sources = new Set(gone.map(({ address }) => address));
    routes.expectLoss(({ preferredSource: source }) => source !== undefined && sources.has(source));
    requests.send(around.before, () => {});
    for (const table of tables) table.takeHeld();
    requests.send(around.after, () => {});
    for (const table of tables.toReversed()) table.giveHeld();
    this.#schedule("retry");
    this.#after = undefined;
    for (const callback of after) callback();
  }

  /** These interfaces are going to be removed, perhaps to come again. */
  expectLossOfLinks(indexes: readonly number[]): void {
    this.#tables.addresses.expectLoss(({ index }) => indexes.includes(index));
    this.#tables.routes.expectLoss((route) => indexes.some((index) => usesLink(route, index)));
  }

  /** Calls back when the kernel has what it was given: now, unless changes are held back. */
  whenGiven(callback: () => void): void {
    if (this.#after === undefined) callback();
    else this.#after.push(callback);
  }

  /** What an owner holds while it is MASTER, addresses first, and whether it is there now. */
  inventory(owner: Owner & { readonly config: VrrpInstanceConfig }): readonly Stock[] {
    const { addresses, excludedAddresses } = owner.config;
    const { routes, rules } = sortHoldings(holdingsOf(owner.config));
    return [
      ...this.#tables.addresses.inventory(owner, [...addresses, ...excludedAddresses]),
      ...this.#tables.routes.inventory(owner, routes),
      ...this.#tables.rules.inventory(owner, rules),
    ];
  }

  /** The same of static objects. */
  staticInventory(): readonly Stock[] {
    return this.#statics.inventory();
  }

  /** Tells instances of the static objects that they are tied to. */
  report(): void {
    this.#statics.report();
  }

  /** Gets ready to add addresses in a moment; undefined: {@linkcode addAddresses} has to do it. */
  prepareAddresses(owner: Owner, addresses: readonly VirtualAddress[]): PreparedAction | undefined {
    return this.#tables.addresses.prepare(owner, addresses);
  }

  addAddresses(owner: Owner, addresses: readonly VirtualAddress[]): void {
    this.#tables.addresses.add(owner, addresses);
  }

  /** The last first: with a primary address the kernel removes its secondary ones. */
  removeAddresses(owner: Owner, addresses: readonly VirtualAddress[]): void {
    this.#tables.addresses.remove(owner, addresses.toReversed());
  }

  addHoldings(owner: Owner, holdings: readonly Holding[]): void {
    const { routes, rules } = sortHoldings(holdings);
    this.#tables.routes.add(owner, routes);
    this.#tables.rules.add(owner, rules);
  }

  removeHoldings(owner: Owner, holdings: readonly Holding[]): void {
    const { routes, rules } = sortHoldings(holdings);
    this.#tables.rules.remove(owner, rules);
    this.#tables.routes.remove(owner, routes);
  }

  /** Takes what the kernel told of links and addresses, which the interfaces know already. */
  notice(notification: Notification): void {
    switch (notification.kind) {
      case "link-changed":
      case "link-removed":
        return this.#schedule("links");
      case "address-added":
        return this.#schedule("retry");
      case "address-removed":
        this.#lostAddress(this.#tables.addresses.lossOf(notification.address));
        return this.#emptied(notification.address);
    }
  }

  /**
   * The kernel dropped notifications of links and addresses.
   *
   * @param read has the interfaces learn anew what there is
   */
  async resynchronize(read: () => Promise<void>): Promise<void> {
    await this.idle();
    const { addresses } = this.#tables;
    const { serial } = addresses;
    if (await readAgain(read) === undefined) return;
    const found = this.#options.interfaces.allAddresses();
    for (const loss of addresses.losses(found, serial)) this.#lostAddress(loss);
    this.#schedule("links");
  }

  /** Done when the kernel has answered everything that was asked. */
  async idle(): Promise<void> {
    await this.#tables.requests.idle();
  }

  /**
   * Removes the addresses of virtual routers, whoever put them there.
   *
   * @param read has the interfaces learn what there is now: notifications of late may not have been taken yet
   */
  async release(
    routers: readonly { readonly config: VrrpInstanceConfig }[],
    read: () => Promise<void>,
  ): Promise<void> {
    await readAgain(read);
    this.#removeLeftOvers(routers.map(({ config }) => config), noRouting);
  }

  /**
   * Takes away what is static; done when the kernel has answered every request.
   *
   * @param keep leave behind what virtual routers hold, and the settings that they need for it
   */
  async stop(keep: boolean): Promise<void> {
    this.#statics.stop();
    await this.idle();
    if (!keep) this.#promoted.configure([]);
    this.#monitor?.[Symbol.dispose]();
    this.#monitor = undefined;
    this.#isOver = true;
  }

  /** With the last IPv4 address of an interface the kernel removes its routes, and tells nobody. */
  #emptied({ index, address }: Address): void {
    if (familyOf(address) === 6) return;
    const { interfaces } = this.#options;
    const name = interfaces.nameOf(index);
    const others = name === undefined ? [] : interfaces.addresses(name);
    if (others.some((other) => familyOf(other.address) === 4)) return;
    this.#tables.routes.doubt((route) => route.family === 4 && usesLink(route, index));
  }

  /** Hears of routes and rules once there are any to hear of. */
  #watch(config: Config): void {
    const { instances, staticRoutes, staticRules } = config;
    const holders = [{ routes: staticRoutes, rules: staticRules }, ...instances];
    if (holders.every(({ routes, rules }) => routes.length + rules.length === 0)) return;
    this.#monitor ??= this.#options.openMonitor({
      onRouteRemoved: (route) => this.#lostRoute(this.#tables.routes.lossOf(route)),
      onRuleRemoved: (rule) => this.#lostRule(this.#tables.rules.lossOf(rule)),
      onOverrun: () => void this.#resynchronizeRouting(),
    });
  }

  /** A backup must not have an address of a virtual router, whoever put it there. */
  #removeLeftOvers(instances: readonly VrrpInstanceConfig[], found: OwnRouting): void {
    const { addresses, routes, rules } = this.#tables;
    const isRule = rules.finder(found.rules);
    const isRoute = routes.finder(found.routes);
    const isAddress = addresses.finder(this.#options.interfaces.allAddresses());
    for (const config of instances) {
      const held = sortHoldings(holdingsOf(config));
      rules.remove({ config }, held.rules.filter(isRule));
      routes.remove({ config }, held.routes.filter(isRoute));
      const all = [...config.addresses, ...config.excludedAddresses];
      this.removeAddresses({ config }, all.filter(isAddress));
    }
  }

  async #resynchronizeRouting(): Promise<void> {
    this.#options.log(
      "warning",
      "Netlink: notifications were lost, reading routes and rules again",
    );
    await this.idle();
    const { routes, rules } = this.#tables;
    const [routeSerial, ruleSerial] = [routes.serial, rules.serial];
    const found = (await readAgain(async () => await this.#monitor?.read()))?.found;
    if (found === undefined) return;
    for (const loss of rules.losses(found.rules, ruleSerial)) this.#lostRule(loss);
    for (const loss of routes.losses(found.routes, routeSerial)) this.#lostRoute(loss);
  }

  #lostAddress(loss: Loss<VirtualAddress> | undefined): void {
    this.#lost(loss, this.#tables.addresses, this.#statics.addresses, isTracked.address);
  }

  #lostRoute(loss: Loss<HeldRoute> | undefined): void {
    this.#lost(loss, this.#tables.routes, this.#statics.routes, isTracked.route);
  }

  #lostRule(loss: Loss<HeldRule> | undefined): void {
    this.#lost(loss, this.#tables.rules, this.#statics.rules, isTracked.rule);
  }

  #lost<Item>(
    loss: Loss<Item> | undefined,
    table: { describe(item: Item): string },
    statics: StaticTable<Item>,
    isTracked: (owner: Owner, item: Item) => boolean,
  ): void {
    if (loss === undefined) return;
    const { item, owners } = loss;
    for (const owner of [...owners]) {
      if (owner === this.#statics.owner) statics.restore(item);
      else if (isTracked(owner, item)) this.#options.onLoss(owner, table.describe(item));
    }
  }

  /** Once for all that is told in this turn. */
  #schedule(task: Task): void {
    const isNew = this.#due.size === 0;
    this.#due.add(task);
    if (isNew) this.#options.post(() => this.#catchUp());
  }

  #catchUp(): void {
    const due = new Set(this.#due);
    this.#due.clear();
    if (this.#isOver) return;
    const { addresses, routes, rules } = this.#tables;
    for (const table of [addresses, routes, rules]) {
      if (due.has("links")) table.linksChanged();
      else if (due.has("retry")) table.retry();
    }
    if (due.has("links")) this.#promoted.linksChanged();
    this.#statics.report();
  }
}

/**
 * Reads what the kernel has after it dropped notifications.
 *
 * @returns undefined if it dropped more meanwhile: it told so, and that is seen to
 */
async function readAgain<T>(read: () => Promise<T>): Promise<{ readonly found: T } | undefined> {
  try {
    return { found: await read() };
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === ENOBUFS) return undefined;
    throw error;
  }
}
