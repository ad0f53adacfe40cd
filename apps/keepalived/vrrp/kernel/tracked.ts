import type { VirtualAddress } from "@keepalived/vrrp-fsm";
import { describeAddress } from "./addresses.ts";
import type { Owner } from "./owner.ts";
import { type HeldRoute, heldRoute } from "./route_of.ts";
import { type HeldRule, heldRule } from "./rules.ts";

/** Whether an owner does not do without an object: it does with those that say `no_track`, or that it has no more. */
export const isTracked = {
  address({ config }: Owner, item: VirtualAddress): boolean {
    const { addresses = [], excludedAddresses = [] } = config;
    const id = describeAddress(item);
    return [...addresses, ...excludedAddresses].some((it) =>
      it.track && describeAddress(it) === id
    );
  },
  route({ config: { routes = [] } }: Owner, item: HeldRoute): boolean {
    const id = JSON.stringify(item);
    return routes.some((it) => it.track && JSON.stringify(heldRoute(it)) === id);
  },
  rule({ config: { rules = [] } }: Owner, item: HeldRule): boolean {
    const id = JSON.stringify(item);
    return rules.some((it) => it.track && JSON.stringify(heldRule(it)) === id);
  },
} as const;
