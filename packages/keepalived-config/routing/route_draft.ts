import type { Word } from "@keepalived/conf-parser";
import type { IpPrefix } from "@keepalived/ip-address";
import type { LockableMetric, Nexthop, Route, RouteMetrics } from "../model_routes.ts";
import type { FamilyDraft, TrackDraft } from "./line.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A route under construction. */
export type RouteDraft = FamilyDraft & TrackDraft & {
  readonly fields: Partial<Mutable<Route>>;
  readonly metrics: Mutable<RouteMetrics>;
  readonly locked: Set<LockableMetric>;
  readonly nexthops: Nexthop[];
  /** `or`: a second gateway. */
  or: string | undefined;
  /** The word that the destination stood in, and what it says; undefined: everything. */
  destination: { readonly word: Word; readonly prefix: IpPrefix | undefined } | undefined;
  /** Words that only one family has, for the end of the line. */
  readonly only: { readonly family: 4 | 6; readonly word: Word; readonly message: string }[];
};

export function newRouteDraft(): RouteDraft {
  return {
    fields: {},
    metrics: { ecn: false, locked: [] },
    locked: new Set(),
    nexthops: [],
    or: undefined,
    destination: undefined,
    only: [],
    family: undefined,
    track: true,
    group: undefined,
    protocol: undefined,
  };
}
