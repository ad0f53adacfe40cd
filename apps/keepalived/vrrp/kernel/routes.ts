import { formatPrefix, networkOf } from "@keepalived/ip-address";
import { EEXIST, ENODEV, ESRCH } from "@keepalived/linux";
import {
  addRoute,
  appendRoute,
  deleteRoute,
  prependRoute,
  type Route,
} from "@keepalived/netlink-route";
import type { Interfaces } from "../interfaces.ts";
import type { ObjectKind } from "./object_kind.ts";
import { type HeldRoute, resolveRoute } from "./route_of.ts";

/** Routes in any table. */
export function routeKind(interfaces: Interfaces): ObjectKind<HeldRoute, Route> {
  return {
    name: "route",
    identify: textOf,
    contentOf: textOf,
    describe,
    resolve: (item) => resolveRoute(item, interfaces),
    keyOf,
    matches,
    add: ({ insert }, value) => inserts[insert](value),
    remove: deleteRoute,
    partsOf,
    restOf,
    present: [EEXIST],
    absent: [ESRCH, ENODEV],
  };
}

function textOf(route: HeldRoute): string {
  return JSON.stringify(route);
}

/** Enough to know it by: `10.0.0.0/8 via 192.0.2.1 dev eth0 table 100`. */
function describe(route: HeldRoute): string {
  const { type, destination, source, table, vrf, metric, nexthops } = route;
  const ways = [route, ...nexthops].map((way) =>
    (way.via === undefined ? "" : ` via ${way.via}`) +
    (way.interface === undefined ? "" : ` dev ${way.interface}`)
  );
  return (type === "unicast" ? "" : `${type} `) + formatPrefix(destination) +
    (source === undefined ? "" : ` from ${formatPrefix(source)}`) +
    ways.join(" nexthop") +
    (table === undefined ? "" : ` table ${table}`) +
    (vrf === undefined ? "" : ` vrf ${vrf}`) +
    (metric === undefined ? "" : ` metric ${metric}`);
}

const inserts = { prepend: prependRoute, append: appendRoute, add: addRoute } as const;

/** What the kernel takes for an IPv6 route without a metric. */
const defaultMetric6 = 1024;

/** What a table has routes by. The kernel clears host bits, and IPv6 knows no TOS. */
function keyOf({ family, table, destination, tos, metric = 0 }: Route): string {
  const network = `${networkOf(destination)}/${destination.prefixLength}`;
  return family === 4
    ? `${table} ${network} ${tos} ${metric}`
    : `${table} ${network} ${metric || defaultMetric6}`;
}

/** Whether a route that the kernel tells of is the given one, or one leg of it: it fills in what was left open. */
function matches(given: Route, told: Route): boolean {
  const isSame = given.type === told.type && given.protocol === told.protocol &&
    (given.source === undefined || given.source.prefixLength === told.source?.prefixLength);
  return isSame && legsOf(told).every((leg) => legsOf(given).some((other) => goes(other, leg)));
}

type Leg = Pick<Route, "via" | "index">;

function legsOf(route: Route): readonly Leg[] {
  return route.nexthops ?? [route];
}

function goes(given: Leg, told: Leg): boolean {
  return (given.via === undefined || given.via === told.via) &&
    (given.index === undefined || given.index === told.index);
}

/** Whether packets leave by an interface. */
export function usesLink(route: Route, index: number): boolean {
  return legsOf(route).some((leg) => leg.index === index);
}

/** The kernel takes an IPv6 route leg by leg if it is told the legs, and says so. */
function partsOf(route: Route): readonly Route[] {
  const { nexthops, ...rest } = route;
  if (route.family === 4 || nexthops === undefined) return [route];
  return nexthops.map(({ via, index }) => ({
    ...rest,
    ...(via === undefined ? {} : { via }),
    ...(index === undefined ? {} : { index }),
  }));
}

/** The legs that others have left. */
function restOf(given: Route, told: Route): Route | undefined {
  const nexthops = given.nexthops?.filter((leg) => !legsOf(told).some((gone) => goes(leg, gone)));
  return nexthops === undefined || nexthops.length === 0 ? undefined : { ...given, nexthops };
}
