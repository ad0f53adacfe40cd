import { familyOf } from "@keepalived/ip-address";
import type { IpPrefix } from "@keepalived/ip-address";
import type { Encap, LockableMetric, Nexthop, Realms, Route } from "../model_routes.ts";
import { ROUTE_TYPES } from "../schema/route.ts";
import { type Entries, flag, lineWords, milliseconds, type Said, words } from "./entry.ts";

const TYPES: Entries<Route> = Object.fromEntries(
  ROUTE_TYPES.map((type) =>
    [type, (it: Route) => it.type === type ? words(destinationText(it)) : []] as const
  ),
);

/** The words of a line of routes. */
export const ROUTE: Entries<Route> = {
  // The family first: it decides what the other words may be.
  inet: (it) => flag(it.family === 4),
  inet6: (it) => flag(it.family === 6),
  ...TYPES,
  to: { never: "the type says it" },
  via: (it) => viaWords(it.via, it.family),
  or: { never: "nexthop says it" },
  src: (it) => words(it.preferredSource),
  from: (it) => words(it.source && prefixText(it.source)),
  dev: (it) => words(it.interface),
  table: (it) => words(it.table),
  metric: (it) => words(it.metric),
  scope: (it) => words(it.scope),
  protocol: (it) => words(it.protocol),
  tos: (it) => words(it.tos || undefined),
  onlink: (it) => flag(it.onlink),
  mtu: (it) => metricWords(it, "mtu"),
  advmss: (it) => metricWords(it, "advmss"),
  hoplimit: (it) => words(it.metrics.hoplimit),
  rtt: (it) => timeWords(it, "rttUs"),
  rttvar: (it) => timeWords(it, "rttvarUs"),
  rto_min: (it) => timeWords(it, "rtoMinUs"),
  reordering: (it) => metricWords(it, "reordering"),
  window: (it) => words(it.metrics.window),
  cwnd: (it) => metricWords(it, "cwnd"),
  ssthresh: (it) => metricWords(it, "ssthresh"),
  initcwnd: (it) => words(it.metrics.initcwnd),
  initrwnd: (it) => words(it.metrics.initrwnd),
  realms: (it) => realmWords(it.realms),
  features: (it) => words(it.metrics.ecn ? "ecn" : undefined),
  quickack: (it) => words(it.metrics.quickack),
  congctl: (it) => metricWords(it, "congestionControl"),
  pref: (it) => words(it.preference),
  "ttl-propagate": ({ ttlPropagate }) =>
    words(ttlPropagate === undefined ? undefined : ttlPropagate ? "enabled" : "disabled"),
  fastopen_no_cookie: (it) => words(it.metrics.fastopenNoCookie),
  expires: (it) => words(it.expiresS),
  vrf: (it) => words(it.vrf),
  add: (it) => flag(it.insert === "add"),
  prepend: (it) => flag(it.insert === "prepend"),
  append: (it) => flag(it.insert === "append"),
  no_track: (it) => flag(!it.track),
  track_group: (it) => words(it.trackGroup),
  as: { never: "it is for MPLS alone, and refused" },
  // What follows could be taken for words of the tunnel or of the leg.
  encap: (it) => encapWords(it.encap),
  nexthop: (it) => it.nexthops.map((leg) => ({ arguments: nexthopWords(leg, it.family) })),
};

/** The words of one leg. */
export const NEXTHOP: Entries<{ readonly leg: Nexthop; readonly family: 4 | 6 }> = {
  via: ({ leg, family }) => viaWords(leg.via, family),
  dev: ({ leg }) => words(leg.interface),
  weight: ({ leg }) => words(leg.weight),
  onlink: ({ leg }) => flag(leg.onlink),
  realms: ({ leg }) => realmWords(leg.realms),
  encap: ({ leg }) => encapWords(leg.encap),
};

/** The words of a tunnel that packets go into. */
export const ENCAP: Entries<Extract<Encap, { readonly kind: "ip" | "ip6" }>> = {
  id: (it) => words(it.id),
  dst: (it) => words(it.destination),
  src: (it) => words(it.source),
  tos: (it) => words(it.kind === "ip" ? it.tos : undefined),
  ttl: (it) => words(it.kind === "ip" ? it.hopLimit : undefined),
  tc: (it) => words(it.kind === "ip6" ? it.tos : undefined),
  hoplimit: (it) => words(it.kind === "ip6" ? it.hopLimit : undefined),
  flags: (it) => words(it.flags),
};

/** The words of a line of `static_routes` or `virtual_routes`. */
export function showRoute(route: Route): readonly string[] {
  return lineWords(ROUTE, route);
}

/** `ADDRESS/LENGTH`. */
export function prefixText({ address, prefixLength }: IpPrefix): string {
  return `${address}/${prefixLength}`;
}

function destinationText({ destination }: Route): string {
  const text = prefixText(destination);
  return text === "0.0.0.0/0" || text === "::/0" ? "default" : text;
}

/** `[SRC/]DST`. */
export function realmWords(realms: Realms | undefined): readonly Said[] {
  if (realms === undefined) return [];
  return words(realms.from === undefined ? realms.to : `${realms.from}/${realms.to}`);
}

/** A gateway of the other family has its own in front of it. */
function viaWords(via: string | undefined, family: 4 | 6): readonly Said[] {
  if (via === undefined || familyOf(via) === family) return words(via);
  return words(family === 4 ? "inet6" : "inet", via);
}

function metricWords(
  { metrics }: Route,
  field: Exclude<LockableMetric, "rttUs" | "rttvarUs" | "rtoMinUs">,
): readonly Said[] {
  return lockable(metrics[field], metrics.locked.includes(field));
}

function timeWords(
  { metrics }: Route,
  field: "rttUs" | "rttvarUs" | "rtoMinUs",
): readonly Said[] {
  const us = metrics[field];
  const text = us === undefined ? undefined : `${milliseconds(us)}ms`;
  return lockable(text, metrics.locked.includes(field));
}

function lockable(value: string | number | undefined, locked: boolean): readonly Said[] {
  if (value === undefined) return [];
  return locked ? words("lock", value) : words(value);
}

function encapWords(encap: Encap | undefined): readonly Said[] {
  if (encap === undefined) return [];
  if (encap.kind === "mpls") return words("mpls", encap.labels.join("/"));
  if (encap.kind === "ila") return words("ila", encap.locator.replace(/(....)(?=.)/g, "$1:"));
  return [{ arguments: [encap.kind, ...lineWords(ENCAP, encap)] }];
}

function nexthopWords(leg: Nexthop, family: 4 | 6): readonly string[] {
  return lineWords(NEXTHOP, { leg, family });
}
