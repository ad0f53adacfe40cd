import { familyOf, formatPrefix } from "@keepalived/ip-address";
import type { Nexthop, Route, RouteMetrics } from "@keepalived/keepalived-config";
import { scopeWord } from "./address_words.ts";

/** Protocol number that marks what is ours, unless a line names another. */
const KEEPALIVED = 18;

/** A route in the words of the C daemon: `prepend 192.0.2.0/24 via inet 10.0.0.2 dev eth0 proto 18 metric 20`. */
export function routeWords(route: Route): string {
  const { type, source, preferredSource, tos, table, vrf, scope, metric, preference } = route;
  return [
    route.insert,
    ...(type === "unicast" ? [] : [type]),
    formatPrefix(route.destination),
    ...(source === undefined ? [] : [`from ${formatPrefix(source)}`]),
    ...(tos === 0 ? [] : [`tos ${tos}`]),
    ...(preferredSource === undefined ? [] : [`src ${preferredSource}`]),
    ...wayWords(route),
    ...(table === undefined ? [] : [`table ${table}`]),
    ...(vrf === undefined ? [] : [`vrf ${vrf}`]),
    `proto ${route.protocol ?? KEEPALIVED}`,
    ...(scope === undefined ? [] : [`scope ${scopeWord(scope)}`]),
    ...(metric === undefined ? [] : [`metric ${metric}`]),
    ...(preference === undefined ? [] : [`pref ${preference}`]),
    ...(route.expiresS === undefined ? [] : [`expires ${route.expiresS}sec`]),
    ...metricWords(route.metrics),
    ...route.nexthops.flatMap((leg) => ["nexthop", ...wayWords(leg), `weight ${leg.weight}`]),
    ...(route.track ? [] : ["no_track"]),
    ...(route.trackGroup === undefined ? [] : [`track_group ${route.trackGroup}`]),
  ].join(" ");
}

type Way = Pick<Nexthop, "via" | "interface" | "onlink" | "encap" | "realms">;

function wayWords({ via, interface: dev, onlink, encap, realms }: Way): readonly string[] {
  return [
    ...(encap === undefined ? [] : [`encap ${encap.kind}`]),
    ...(via === undefined ? [] : [`via inet${familyOf(via) === 6 ? "6" : ""} ${via}`]),
    ...(dev === undefined ? [] : [`dev ${dev}`]),
    ...(onlink ? ["onlink"] : []),
    ...(realms === undefined
      ? []
      : [`realms ${realms.from === undefined ? "" : `${realms.from}/`}${realms.to}`]),
  ];
}

/** Our names of metrics that are not those of `ip`. */
const metricNames: Readonly<Record<string, string>> = {
  rttUs: "rtt",
  rttvarUs: "rttvar",
  rtoMinUs: "rto_min",
  fastopenNoCookie: "fastopen_no_cookie",
  congestionControl: "congctl",
};

function metricWords({ ecn, locked, ...metrics }: RouteMetrics): readonly string[] {
  const isLocked = new Set<string>(locked);
  const words = Object.entries(metrics).map(([name, value]) => {
    const shown = name.endsWith("Us") ? `${Number(value) / 1000}ms` : value;
    return `${metricNames[name] ?? name} ${isLocked.has(name) ? "lock " : ""}${shown}`;
  });
  return [...words, ...(ecn ? ["features ecn"] : [])];
}
