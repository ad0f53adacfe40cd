import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import type { Interfaces } from "../interfaces.ts";
import { holdingsOf, sortHoldings } from "./holdings.ts";
import type { Owner } from "./owner.ts";
import type { HeldRoute } from "./route_of.ts";
import type { OwnRouting } from "./routing_monitor.ts";
import type { HeldRule } from "./rules.ts";
import type { Tables } from "./tables.ts";

type Legacy = {
  readonly owner: Owner;
  readonly addresses: readonly VirtualAddress[];
  readonly routes: readonly HeldRoute[];
  readonly rules: readonly HeldRule[];
  /** Whether all addresses were there: it was MASTER. */
  readonly isWhole: boolean;
};

/**
 * What a process that was killed left of its virtual routers, while its successor does not know yet whether it is MASTER
 * again. It stays in place until that is decided, so that clients do not notice.
 */
export class Inheritance {
  readonly #tables: Tables;
  readonly #interfaces: Interfaces;
  /** By name of the instance, which may have had another configuration before. */
  readonly #legacies = new Map<string, readonly Legacy[]>();

  constructor(tables: Tables, interfaces: Interfaces) {
    this.#tables = tables;
    this.#interfaces = interfaces;
  }

  /** Takes over what is found; nothing is asked of the kernel. Of several with one name the first is what ran last. */
  accept(instances: readonly VrrpInstanceConfig[], found: OwnRouting): void {
    const { addresses, routes, rules } = this.#tables;
    const isRule = rules.finder(found.rules);
    const isRoute = routes.finder(found.routes);
    const isAddress = addresses.finder(this.#interfaces.allAddresses());
    for (const config of instances) {
      const all = [...config.addresses, ...config.excludedAddresses];
      const held = sortHoldings(holdingsOf(config));
      const left = {
        owner: { config },
        addresses: all.filter(isAddress),
        routes: held.routes.filter(isRoute),
        rules: held.rules.filter(isRule),
      };
      addresses.adopt(left.owner, left.addresses);
      routes.adopt(left.owner, left.routes);
      rules.adopt(left.owner, left.rules);
      const isWhole = all.length > 0 && left.addresses.length === all.length;
      const others = this.#legacies.get(config.name) ?? [];
      this.#legacies.set(config.name, [...others, { ...left, isWhole }]);
    }
  }

  /** Whether an instance left all of its addresses, and none of them was given away since. */
  isWhole(name: string): boolean {
    return this.#legacies.get(name)?.[0]?.isWhole === true;
  }

  /** It is decided: what nobody else has taken over by now goes. */
  renounce(name: string): void {
    const legacies = this.#legacies.get(name) ?? [];
    this.#legacies.delete(name);
    for (const { owner, addresses, routes, rules } of legacies) {
      this.#tables.rules.remove(owner, rules);
      this.#tables.routes.remove(owner, routes);
      // The last first: with a primary address the kernel removes its secondary ones.
      this.#tables.addresses.remove(owner, addresses.toReversed());
    }
  }
}
