import type { Config, Route, Rule, VirtualAddress } from "@keepalived/keepalived-config";
import type { VirtualAddress as HeldAddress } from "@keepalived/vrrp-fsm";
import type { Log } from "../../log.ts";
import type { Interfaces } from "../interfaces.ts";
import type { Owner, Stock } from "./owner.ts";
import { type HeldRoute, heldRoute } from "./route_of.ts";
import { type HeldRule, heldRule } from "./rules.ts";
import { type Static, StaticTable } from "./static_table.ts";
import type { Tables } from "./tables.ts";

/** What of a configuration is on the host while the daemon runs, whoever is MASTER. */
export type Statics = Pick<
  Config,
  "staticAddresses" | "staticRoutes" | "staticRules" | "trackGroups"
>;

export type StaticObjectsOptions = {
  readonly tables: Tables;
  readonly interfaces: Interfaces;
  readonly log: Log;
  /** A `track_group` ties an instance to objects: what is wrong with them, or undefined. */
  readonly onFault: (instance: string, reason: string, text: string | undefined) => void;
};

type Fault = { readonly instance: string; readonly reason: string; readonly text: string };

/**
 * The objects of `static_ipaddress`, `static_routes` and `static_rules`, which are put back when somebody removes them.
 *
 * An instance that a `track_group` ties to one is in fault while it is not there.
 */
export class StaticObjects {
  /** Stands for all of them, beside the virtual routers. */
  readonly owner: Owner = { config: { name: "static" } };
  readonly addresses: StaticTable<HeldAddress>;
  readonly routes: StaticTable<HeldRoute>;
  readonly rules: StaticTable<HeldRule>;
  readonly #options: StaticObjectsOptions;
  #groups: Statics["trackGroups"] = [];
  #faults: readonly Fault[] = [];

  constructor(options: StaticObjectsOptions) {
    const { tables, log } = options;
    this.#options = options;
    this.addresses = new StaticTable(tables.addresses, this.owner, log);
    this.routes = new StaticTable(tables.routes, this.owner, log);
    this.rules = new StaticTable(tables.rules, this.owner, log);
  }

  /** Goes over to other objects: what is in both is not touched. */
  configure(wanted: Statics): void {
    const addresses = wanted.staticAddresses.map(staticAddress);
    const routes = wanted.staticRoutes.map(staticRoute);
    const rules = wanted.staticRules.map(staticRule);
    this.#groups = wanted.trackGroups;
    this.rules.removeOthers(rules);
    this.routes.removeOthers(routes);
    this.addresses.removeOthers(addresses);
    this.addresses.add(addresses);
    this.routes.add(routes);
    this.rules.add(rules);
  }

  /** Takes them all away. */
  stop(): void {
    this.configure({ staticAddresses: [], staticRoutes: [], staticRules: [], trackGroups: [] });
  }

  /** All of them, and whether each is there. */
  inventory(): readonly Stock[] {
    return [this.addresses, this.routes, this.rules].flatMap((table) => table.inventory());
  }

  /** Tells every instance of a `track_group` what is missing or there again, if that has changed. */
  report(): void {
    const faults = this.#findFaults();
    const { onFault } = this.#options;
    for (const { instance, reason } of this.#faults) {
      const lasts = faults.some((it) => it.instance === instance && it.reason === reason);
      if (!lasts) onFault(instance, reason, undefined);
    }
    for (const { instance, reason, text } of faults) onFault(instance, reason, text);
    this.#faults = faults;
  }

  /** One for each instance and group, with the first thing that is wrong. */
  #findFaults(): readonly Fault[] {
    const isRunning = (device: string) => this.#options.interfaces.isRunning(device);
    const missing = [this.addresses, this.routes, this.rules]
      .flatMap((table) => table.missing(isRunning));
    return this.#groups.flatMap(({ name, members }) => {
      const first = missing.find(({ group }) => group === name);
      if (first === undefined) return [];
      const reason = `static objects of ${name}`;
      return members.map((instance) => ({ instance, reason, text: first.text }));
    });
  }
}

function staticAddress(
  { track, trackGroup, ...item }: VirtualAddress,
): Static<HeldAddress> {
  return { item, track, ...tied(trackGroup, item.interface) };
}

function staticRoute(route: Route): Static<HeldRoute> {
  const { track, trackGroup } = route;
  return { item: heldRoute(route), track, ...tied(trackGroup, route.interface) };
}

function staticRule(rule: Rule): Static<HeldRule> {
  const { track, trackGroup } = rule;
  return { item: heldRule(rule), track, ...tied(trackGroup, rule.inputInterface) };
}

function tied(
  trackGroup: string | undefined,
  device: string | undefined,
): Pick<Static<unknown>, "trackGroup" | "device"> {
  return {
    ...(trackGroup === undefined ? {} : { trackGroup }),
    ...(device === undefined ? {} : { device }),
  };
}
