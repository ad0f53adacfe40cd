import type { IpAddress, IpFamily, IpPrefix } from "@keepalived/ip-address";
import type { RULE_ACTIONS } from "./schema/rule.ts";
import type { ROUTE_TYPES } from "./schema/route.ts";

/** What becomes of a packet that takes the route. */
export type RouteType = (typeof ROUTE_TYPES)[number];

/** A line of `static_routes` or `virtual_routes`: what `ip route` would get. */
export type Route = {
  readonly family: IpFamily;
  readonly type: RouteType;
  readonly destination: IpPrefix;
  /** `from` (IPv6). */
  readonly source?: IpPrefix;
  /** `src`. */
  readonly preferredSource?: IpAddress;
  readonly via?: IpAddress;
  /** `dev`. */
  readonly interface?: string;
  readonly onlink: boolean;
  readonly encap?: Encap;
  /** `nexthop`, in order; none for a route with one way. */
  readonly nexthops: readonly Nexthop[];
  /** Absent: main. */
  readonly table?: number;
  readonly vrf?: string;
  readonly metric?: number;
  /** rtnetlink scope; absent: what the kernel takes for the type. */
  readonly scope?: number;
  /** rtnetlink protocol. */
  readonly protocol?: number;
  readonly tos: number;
  readonly realms?: Realms;
  readonly metrics: RouteMetrics;
  readonly preference?: "low" | "medium" | "high";
  readonly ttlPropagate?: boolean;
  /** Seconds (IPv6). */
  readonly expiresS?: number;
  readonly insert: "prepend" | "append" | "add";
  /** Whether losing it counts. */
  readonly track: boolean;
  /** `track_group` of a static route. */
  readonly trackGroup?: string;
};

/** One leg of a route with several. */
export type Nexthop = {
  readonly via?: IpAddress;
  readonly interface?: string;
  /** 1–256. */
  readonly weight: number;
  readonly onlink: boolean;
  readonly encap?: Encap;
  readonly realms?: Realms;
};

/** Realms, 0–255 each. */
export type Realms = { readonly from?: number; readonly to: number };

/** Metrics of a route; those that are absent are the kernel's business. */
export type RouteMetrics = {
  readonly mtu?: number;
  readonly advmss?: number;
  readonly hoplimit?: number;
  readonly rttUs?: number;
  readonly rttvarUs?: number;
  readonly rtoMinUs?: number;
  readonly reordering?: number;
  readonly window?: number;
  readonly cwnd?: number;
  readonly ssthresh?: number;
  readonly initcwnd?: number;
  readonly initrwnd?: number;
  readonly quickack?: number;
  readonly fastopenNoCookie?: number;
  readonly congestionControl?: string;
  /** `features ecn`. */
  readonly ecn: boolean;
  /** Those that the kernel must not change. */
  readonly locked: readonly LockableMetric[];
};

/** Metrics that take `lock`. */
export type LockableMetric =
  | "mtu"
  | "advmss"
  | "rttUs"
  | "rttvarUs"
  | "rtoMinUs"
  | "reordering"
  | "cwnd"
  | "ssthresh"
  | "congestionControl";

/** A lightweight tunnel that packets of a route go into. */
export type Encap =
  | {
    readonly kind: "ip" | "ip6";
    /** Decimal, 64 bits. */
    readonly id?: string;
    readonly destination?: IpAddress;
    readonly source?: IpAddress;
    /** TOS or traffic class of the outer header. */
    readonly tos?: number;
    /** TTL or hop limit of the outer header. */
    readonly hopLimit?: number;
    readonly flags?: number;
  }
  /** Labels of 20 bits, outermost first. */
  | { readonly kind: "mpls"; readonly labels: readonly number[] }
  /** Sixteen hexadecimal digits. */
  | { readonly kind: "ila"; readonly locator: string };

/** What a rule does. */
export type RuleAction =
  | { readonly kind: "table"; readonly table: number }
  | { readonly kind: "l3mdev" }
  | { readonly kind: "goto"; readonly priority: number }
  | { readonly kind: (typeof RULE_ACTIONS)[number] };

/** A line of `static_rules` or `virtual_rules`: what `ip rule` would get. */
export type Rule = {
  readonly family: IpFamily;
  readonly action: RuleAction;
  readonly priority: number;
  /** `not`: for packets that do not match. */
  readonly invert: boolean;
  readonly from?: IpPrefix;
  readonly to?: IpPrefix;
  readonly tos: number;
  /** Absent mask: all bits. */
  readonly mark?: { readonly value: number; readonly mask?: number };
  readonly realms?: Realms;
  readonly suppressPrefixLength?: number;
  readonly suppressGroup?: number;
  readonly inputInterface?: string;
  readonly outputInterface?: string;
  /** Decimal, 64 bits. */
  readonly tunnelId?: string;
  readonly userIds?: NumberRange;
  readonly protocol?: number;
  readonly ipProtocol?: number;
  readonly sourcePorts?: NumberRange;
  readonly destinationPorts?: NumberRange;
  /** Whether losing it counts. */
  readonly track: boolean;
  /** `track_group` of a static rule. */
  readonly trackGroup?: string;
};

/** Both ends belong to it. */
export type NumberRange = { readonly from: number; readonly to: number };
