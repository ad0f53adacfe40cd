import { type Decoded, fault, ok, Reader, Writer } from "@keepalived/bytes";
import {
  familyOf,
  formatPrefix,
  type IpAddress,
  type IpFamily,
  type IpPrefix,
} from "@keepalived/ip-address";
import {
  type AttributeFault,
  decodeAttributes,
  encodeAttributes,
  type RawAttribute,
} from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { familyOfNumber, numberOfFamily } from "./family.ts";
import {
  decodeNexthops,
  describeNexthop,
  describeWay,
  encodeNexthops,
  findAttribute,
  type Nexthop,
  valuesOfWay,
  type Way,
  type WayFault,
  wayOf,
  wayTable,
} from "./nexthop.ts";
import { decodeFlags, encodeFlags, type Flags, type NameIn, nameOf, numberOf } from "./registry.ts";
import {
  describeMetrics,
  metricsOf,
  metricsTable,
  type RouteMetrics,
  valuesOfMetrics,
} from "./route_metrics.ts";
import { type Scope, scopes } from "./scope.ts";

/**
 * A route, as `ip route` knows it.
 *
 * The body of its messages is this header, then attributes:
 *
 * ```text
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+---------------+---------------+
 * |    Family     |  Length of to | Length of from|      TOS      |
 * +---------------+---------------+---------------+---------------+
 * |     Table     |   Protocol    |     Scope     |     Type      |
 * +---------------+---------------+---------------+---------------+
 * |                             Flags                             |
 * +---------------------------------------------------------------+
 * ```
 */
export type Route = Way & {
  readonly family: IpFamily;
  readonly type: RouteType;
  /** `0.0.0.0/0` and `::/0`: the default route. */
  readonly destination: IpPrefix;
  /** `from`: for packets with such a source only. IPv6 only. */
  readonly source?: IpPrefix;
  readonly tos: number;
  /** {@linkcode mainTable} is the usual one. 32 bits. */
  readonly table: number;
  /** Who made it: a number of `/etc/iproute2/rt_protos`, 18 is keepalived. */
  readonly protocol: number;
  /** Absent in a request: what `ip` takes, see {@linkcode naturalScope}. IPv6 has global only. */
  readonly scope?: Scope;
  readonly flags: RouteFlags;
  /** Index of the output interface; absent in a request: the kernel finds it by the gateway. */
  readonly index?: number;
  /** `src` */
  readonly preferredSource?: IpAddress;
  readonly metric?: number;
  readonly metrics?: RouteMetrics;
  /** Of the router; IPv6 only. */
  readonly preference?: RoutePreference;
  /** Seconds until the kernel removes it; IPv6 only. */
  readonly expiresS?: number;
  /** MPLS: whether the TTL of the packet goes into the label. */
  readonly ttlPropagate?: boolean;
  /** The legs of a route with several. */
  readonly nexthops?: readonly Nexthop[];
  readonly unknown?: readonly RawAttribute[];
};

/** What becomes of packets, `RTN_*`. */
export const routeTypes = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const;

/** A name of {@linkcode routeTypes}, or a number from 0 to 255. */
export type RouteType = NameIn<typeof routeTypes>;

/** `RTNH_F_*` of its only way, and `RTM_F_*`. */
export const routeFlags = {
  dead: 0x1,
  pervasive: 0x2,
  onlink: 0x4,
  offload: 0x8,
  linkDown: 0x10,
  unresolved: 0x20,
  trap: 0x40,
  notify: 0x100,
  cloned: 0x200,
  equalize: 0x400,
  prefix: 0x800,
  lookupTable: 0x1000,
  fibMatch: 0x2000,
  routeOffload: 0x4000,
  routeTrap: 0x8000,
} as const;

/** {@linkcode routeFlags} that are set. */
export type RouteFlags = Flags<typeof routeFlags>;

/** `RTA_PREF` (RFC 4191 §2.1). */
const routePreferences = { medium: 0, high: 1, low: 3 } as const;

/** A name of RFC 4191, or a number from 0 to 255. */
export type RoutePreference = NameIn<typeof routePreferences>;

/** `RT_TABLE_MAIN` */
export const mainTable = 254;
/** `RT_TABLE_LOCAL` */
const localTable = 255;

/** Why the body of a route message was refused. */
export type RouteFault =
  | AttributeFault
  | WayFault
  | "route-truncated"
  /** Neither IPv4 nor IPv6: MPLS and multicast routing have messages of the same type. */
  | "route-family"
  | "route-prefix-length"
  /** An address of another family than the header's. */
  | "route-mixed";

const headerBytes = 12;
/** Ticks of the clock that lifetimes in notifications count, `USER_HZ`. */
const ticksPerSecond = 100;

const table = {
  destination: { number: 1, type: "ip" },
  source: { number: 2, type: "ip" },
  index: { number: 4, type: "u32" },
  ...wayTable,
  metric: { number: 6, type: "u32" },
  preferredSource: { number: 7, type: "ip" },
  metrics: { number: 8, type: "nested", table: metricsTable },
  nexthops: { number: 9, type: "bytes" },
  /** Of answers only. */
  cache: {
    number: 12,
    type: "struct",
    fields: { references: "u32", lastUse: "u32", expires: "u32" },
  },
  table: { number: 15, type: "u32" },
  preference: { number: 20, type: "u8" },
  expires: { number: 23, type: "u32" },
  ttlPropagate: { number: 26, type: "u8" },
} as const;

/** The route in the body of RTM_NEWROUTE or RTM_DELROUTE, be it a request, an answer or a notification. */
export function decodeRoute(body: Uint8Array): Decoded<Route, RouteFault> {
  const reader = new Reader(body);
  const family = familyOfNumber(reader.u8());
  const [toLength, fromLength, tos, lowTable] = [
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
  ];
  const protocol = reader.u8();
  const scope = nameOf(scopes, reader.u8());
  const type = nameOf(routeTypes, reader.u8());
  const flags = decodeFlags(routeFlags, reader.u32ne());
  if (reader.failed) return fault("route-truncated", 0);
  if (family === undefined) return fault("route-family", 0);
  const longest = family === 4 ? 32 : 128;
  if (toLength > longest || fromLength > longest) return fault("route-prefix-length", 1);
  const attributes = decodeAttributes(table, body, headerBytes);
  if (!attributes.ok) return attributes;
  const { destination, source, preferredSource, gateway, cache, ...values } = attributes.value;
  for (const ip of [destination, source, preferredSource, gateway]) {
    if (ip !== undefined && familyOf(ip) !== family) return fault("route-mixed", headerBytes);
  }
  const way = wayOf(attributes.value, body, headerBytes, body.length);
  if (!way.ok) return way;
  const legs = decodeLegs(body);
  if (!legs.ok) return legs;
  const { preference, ttlPropagate } = values;
  return ok({
    family,
    type,
    destination: prefixOf(destination, toLength, family),
    tos,
    table: values.table ?? lowTable,
    protocol,
    scope,
    flags,
    ...way.value,
    ...compact({
      source: fromLength === 0 ? undefined : prefixOf(source, fromLength, family),
      index: values.index,
      preferredSource,
      metric: values.metric,
      metrics: values.metrics === undefined ? undefined : metricsOf(values.metrics),
      preference: preference === undefined ? undefined : nameOf(routePreferences, preference),
      expiresS: values.expires ?? secondsOf(cache?.expires),
      ttlPropagate: ttlPropagate === undefined ? undefined : ttlPropagate !== 0,
      nexthops: legs.value,
      unknown: values.unknown,
    }),
  });
}

/**
 * The body of a message about a route.
 *
 * @throws RangeError for fields out of range, or of different families
 */
export function encodeRoute(route: Route): Uint8Array {
  const { family, destination, source, metrics, nexthops, preference, ttlPropagate } = route;
  for (const ip of [destination.address, source?.address, route.preferredSource]) {
    if (ip !== undefined && familyOf(ip) !== family) {
      throw new RangeError(`Cannot encode a route of IPv${family}: ${ip} is of the other family`);
    }
  }
  const fitsHeader = route.table <= 0xff;
  const attributes = encodeAttributes(
    table,
    {
      ...valuesOfWay(route, family),
      ...compact({
        destination: destination.prefixLength === 0 ? undefined : destination.address,
        source: source === undefined || source.prefixLength === 0 ? undefined : source.address,
        index: route.index,
        metric: route.metric,
        preferredSource: route.preferredSource,
        metrics: metrics === undefined ? undefined : valuesOfMetrics(metrics),
        nexthops: nexthops === undefined ? undefined : encodeNexthops(nexthops, family),
        table: fitsHeader ? undefined : route.table,
        preference: preference === undefined ? undefined : numberOf(routePreferences, preference),
        expires: route.expiresS,
        ttlPropagate: ttlPropagate === undefined ? undefined : Number(ttlPropagate),
        unknown: route.unknown,
      }),
    },
  );
  return new Writer(headerBytes + attributes.length)
    .u8(numberOfFamily(family)).u8(destination.prefixLength).u8(source?.prefixLength ?? 0)
    .u8(route.tos).u8(fitsHeader ? route.table : 0).u8(route.protocol)
    .u8(numberOf(scopes, route.scope ?? naturalScope(route)))
    .u8(numberOf(routeTypes, route.type)).u32ne(encodeFlags(routeFlags, route.flags))
    .put(attributes).finish();
}

/** The table that `ip route add` takes for a route that names none: routes of the host's own addresses are apart. */
export function naturalTable(type: RouteType): number {
  const isLocal = type === "local" || type === "broadcast" || type === "nat" || type === "anycast";
  return isLocal ? localTable : mainTable;
}

/** The scope that `ip route add` takes for a route that names none (ip-route(8)). */
export function naturalScope(route: Pick<Route, "family" | "type" | "via" | "nexthops">): Scope {
  if (route.family === 6) return "global";
  switch (route.type) {
    case "local":
    case "nat":
      return "host";
    case "broadcast":
    case "multicast":
    case "anycast":
      return "link";
    case "unicast":
      return route.via === undefined && route.nexthops === undefined ? "link" : "global";
    default:
      return "global";
  }
}

/** One line in the words of `ip route`: `10.0.0.0/8 via 192.0.2.1 dev if3 table 100`. */
export function describeRoute(route: Route): string {
  const { type, destination, source, table, metric, metrics = {}, nexthops = [] } = route;
  const words = [
    type === "unicast" ? "" : `${type}`,
    destination.prefixLength === 0 ? "default" : formatPrefix(destination),
    source === undefined ? "" : `from ${formatPrefix(source)}`,
    route.tos === 0 ? "" : `tos 0x${route.tos.toString(16)}`,
    describeWay(route),
    route.index === undefined ? "" : `dev if${route.index}`,
    table === mainTable ? "" : `table ${table}`,
    `proto ${route.protocol}`,
    route.scope === undefined ? "" : `scope ${route.scope}`,
    route.preferredSource === undefined ? "" : `src ${route.preferredSource}`,
    metric === undefined ? "" : `metric ${metric}`,
    describeMetrics(metrics),
    route.flags.onlink === true ? "onlink" : "",
    route.preference === undefined ? "" : `pref ${route.preference}`,
    route.expiresS === undefined ? "" : `expires ${route.expiresS}`,
    route.ttlPropagate === undefined
      ? ""
      : `ttl-propagate ${route.ttlPropagate ? "enabled" : "disabled"}`,
    ...nexthops.map(describeNexthop),
  ];
  return words.filter((word) => word !== "").join(" ");
}

function decodeLegs(body: Uint8Array): Decoded<readonly Nexthop[] | undefined, WayFault> {
  const span = findAttribute(table.nexthops.number, body, headerBytes, body.length);
  return span === undefined ? ok(undefined) : decodeNexthops(body, span.start, span.end);
}

/** Without a length, or without an address, it is the whole address space. */
function prefixOf(address: IpAddress | undefined, length: number, family: IpFamily): IpPrefix {
  const everything = family === 4 ? "0.0.0.0" : "::";
  return { address: length === 0 ? everything : address ?? everything, prefixLength: length };
}

/** Seconds, rounded up; undefined for 0, which is never, and for a time that is over, which the kernel has negative. */
function secondsOf(ticks: number | undefined): number | undefined {
  if (ticks === undefined || ticks === 0 || ticks > 0x7fff_ffff) return undefined;
  return Math.ceil(ticks / ticksPerSecond);
}
