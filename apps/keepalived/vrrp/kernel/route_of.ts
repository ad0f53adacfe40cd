import type {
  Encap as ConfigEncap,
  Nexthop as ConfigNexthop,
  Route as ConfigRoute,
  RouteMetrics as ConfigMetrics,
} from "@keepalived/keepalived-config";
import {
  type Encap,
  naturalTable,
  type Nexthop,
  type Route,
  type RouteMetrics,
} from "@keepalived/netlink-route";
import type { Interfaces } from "../interfaces.ts";
import { PROTOCOL_KEEPALIVED } from "./object_kind.ts";

/** A route as the kernel holds it: who cares for its loss is not the kernel's affair. */
export type HeldRoute = Omit<ConfigRoute, "track" | "trackGroup"> & { readonly protocol: number };

export function heldRoute({ track: _, trackGroup: __, ...route }: ConfigRoute): HeldRoute {
  return { ...route, protocol: route.protocol ?? PROTOCOL_KEEPALIVED };
}

/** A route with indexes in place of names; a text if an interface is missing or down. */
export function resolveRoute(route: HeldRoute, interfaces: Interfaces): Route | string {
  const names = [route, ...route.nexthops].flatMap((leg) => leg.interface ?? []);
  for (const name of names) {
    const link = interfaces.link(name);
    if (link === undefined) return `no interface ${name}`;
    if (link.flags.up !== true) return `interface ${name} is down`;
  }
  const table = tableOf(route, interfaces);
  if (typeof table === "string") return table;
  const { preferredSource, via, metric, expiresS, ttlPropagate, source, realms, scope } = route;
  const metrics = metricsOf(route.metrics);
  const nexthops = route.nexthops.map((leg) => nexthopOf(leg, interfaces));
  return {
    family: route.family,
    type: route.type,
    destination: route.destination,
    tos: route.tos,
    table,
    protocol: route.protocol,
    flags: route.onlink ? { onlink: true } : {},
    ...indexOf(route.interface, interfaces),
    ...(via === undefined ? {} : { via }),
    ...(preferredSource === undefined ? {} : { preferredSource }),
    ...(metric === undefined ? {} : { metric }),
    ...(expiresS === undefined ? {} : { expiresS }),
    ...(ttlPropagate === undefined ? {} : { ttlPropagate }),
    ...(source === undefined ? {} : { source }),
    ...(realms === undefined ? {} : { realms }),
    ...(scope === undefined ? {} : { scope }),
    ...(route.preference === undefined ? {} : { preference: route.preference }),
    ...(route.encap === undefined ? {} : { encap: encapOf(route.encap) }),
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
    ...(nexthops.length === 0 ? {} : { nexthops }),
  };
}

/** A VRF has a table of its own. */
function tableOf({ vrf, table, type }: HeldRoute, interfaces: Interfaces): number | string {
  if (vrf === undefined) return table ?? naturalTable(type);
  return interfaces.link(vrf)?.vrfTable ?? `no VRF ${vrf}`;
}

function nexthopOf(leg: ConfigNexthop, interfaces: Interfaces): Nexthop {
  const { via, realms, encap, weight, onlink } = leg;
  return {
    weight,
    flags: onlink ? { onlink } : {},
    ...indexOf(leg.interface, interfaces),
    ...(via === undefined ? {} : { via }),
    ...(realms === undefined ? {} : { realms }),
    ...(encap === undefined ? {} : { encap: encapOf(encap) }),
  };
}

function indexOf(name: string | undefined, interfaces: Interfaces): { readonly index?: number } {
  const index = name === undefined ? undefined : interfaces.link(name)?.index;
  return index === undefined ? {} : { index };
}

function encapOf(encap: ConfigEncap): Encap {
  if (encap.kind === "mpls" || encap.kind === "ila") return encap;
  const { id, ...rest } = encap;
  return { ...rest, ...(id === undefined ? {} : { id: BigInt(id) }) };
}

/** The kernel heeds the least retransmission time only if it is locked, so it is, as `ip` does it. */
function metricsOf({ ecn, locked, ...metrics }: ConfigMetrics): RouteMetrics {
  const all = metrics.rtoMinUs === undefined ? locked : [...locked, "rtoMinUs" as const];
  return {
    ...metrics,
    ...(ecn ? { features: { ecn } } : {}),
    ...(all.length === 0 ? {} : { locked: Object.fromEntries(all.map((name) => [name, true])) }),
  };
}
