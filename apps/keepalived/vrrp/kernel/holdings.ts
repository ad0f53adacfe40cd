import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { Holding } from "@keepalived/vrrp-fsm";
import { type HeldRoute, heldRoute } from "./route_of.ts";
import { type HeldRule, heldRule } from "./rules.ts";

/** What a virtual router holds beside its addresses while it is MASTER, as its machine has it. */
type Held =
  | { readonly kind: "route"; readonly route: HeldRoute }
  | { readonly kind: "rule"; readonly rule: HeldRule };

/** The routes and rules of an instance for its machine: routes first, since rules lead to them. */
export function holdingsOf(config: VrrpInstanceConfig): readonly Holding[] {
  const held: readonly Held[] = [
    ...config.routes.map((it) => ({ kind: "route", route: heldRoute(it) }) as const),
    ...config.rules.map((it) => ({ kind: "rule", rule: heldRule(it) }) as const),
  ];
  // One that is given twice is held once.
  return [...new Map(held.map((value) => [JSON.stringify(value), value]))]
    .map(([key, value]) => ({ key, value }));
}

/** What the machine hands back. */
export function sortHoldings(holdings: readonly Holding[]): {
  readonly routes: readonly HeldRoute[];
  readonly rules: readonly HeldRule[];
} {
  const held = holdings.map(({ value }) => value as Held);
  return {
    routes: held.flatMap((it) => it.kind === "route" ? [it.route] : []),
    rules: held.flatMap((it) => it.kind === "rule" ? [it.rule] : []),
  };
}
