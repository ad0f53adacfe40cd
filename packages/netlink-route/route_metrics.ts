import type { AttributeValues, RawAttribute } from "@keepalived/netlink-codec";
import { compact } from "./compact.ts";
import { decodeFlags, encodeFlags, type Flags } from "./registry.ts";

/** What TCP and IP take from a route (`ip route … mtu 1400`); what is absent is the kernel's business. */
export type RouteMetrics = {
  readonly mtu?: number;
  readonly window?: number;
  /** Whole eighths of a millisecond. */
  readonly rttUs?: number;
  /** Whole quarters of a millisecond. */
  readonly rttvarUs?: number;
  readonly ssthresh?: number;
  readonly cwnd?: number;
  readonly advmss?: number;
  readonly reordering?: number;
  readonly hoplimit?: number;
  readonly initcwnd?: number;
  readonly features?: Flags<typeof routeFeatures>;
  /** Whole milliseconds. The kernel heeds it only if it is locked. */
  readonly rtoMinUs?: number;
  readonly initrwnd?: number;
  readonly quickack?: number;
  readonly congestionControl?: string;
  readonly fastopenNoCookie?: number;
  /** Those that the kernel must not change. */
  readonly locked?: Flags<typeof lockBits>;
  readonly unknown?: readonly RawAttribute[];
};

/** `RTAX_FEATURE_*` */
export const routeFeatures = { ecn: 1, sack: 2, timestamp: 4, allfrag: 8 } as const;

/** `RTAX_*`, as they stand in RTA_METRICS; `lock` has a bit for each of their numbers. */
export const metricsTable = {
  lock: { number: 1, type: "u32" },
  mtu: { number: 2, type: "u32" },
  window: { number: 3, type: "u32" },
  rtt: { number: 4, type: "u32" },
  rttvar: { number: 5, type: "u32" },
  ssthresh: { number: 6, type: "u32" },
  cwnd: { number: 7, type: "u32" },
  advmss: { number: 8, type: "u32" },
  reordering: { number: 9, type: "u32" },
  hoplimit: { number: 10, type: "u32" },
  initcwnd: { number: 11, type: "u32" },
  features: { number: 12, type: "u32" },
  rtoMin: { number: 13, type: "u32" },
  initrwnd: { number: 14, type: "u32" },
  quickack: { number: 15, type: "u32" },
  congestionControl: { number: 16, type: "string" },
  fastopenNoCookie: { number: 17, type: "u32" },
} as const;

/** Bits of `locked`. */
export const lockBits = {
  mtu: 0x4,
  window: 0x8,
  rttUs: 0x10,
  rttvarUs: 0x20,
  ssthresh: 0x40,
  cwnd: 0x80,
  advmss: 0x100,
  reordering: 0x200,
  hoplimit: 0x400,
  initcwnd: 0x800,
  features: 0x1000,
  rtoMinUs: 0x2000,
  initrwnd: 0x4000,
  quickack: 0x8000,
  congestionControl: 0x1_0000,
  fastopenNoCookie: 0x2_0000,
} as const;

/** The kernel counts round trips in eighths of a millisecond, their variance in quarters. */
const rttUnitUs = 125;
const rttvarUnitUs = 250;
const millisecondUs = 1000;

/** The metrics in the values of {@linkcode metricsTable}. */
export function metricsOf(values: AttributeValues<typeof metricsTable>): RouteMetrics {
  const { lock, rtt, rttvar, rtoMin, features, ...same } = values;
  return compact({
    ...same,
    rttUs: times(rtt, rttUnitUs),
    rttvarUs: times(rttvar, rttvarUnitUs),
    rtoMinUs: times(rtoMin, millisecondUs),
    features: features === undefined ? undefined : decodeFlags(routeFeatures, features),
    locked: lock === undefined ? undefined : decodeFlags(lockBits, lock),
  });
}

/** The values of {@linkcode metricsTable} for metrics. */
export function valuesOfMetrics(metrics: RouteMetrics): AttributeValues<typeof metricsTable> {
  const { locked, rttUs, rttvarUs, rtoMinUs, features, ...same } = metrics;
  return compact({
    ...same,
    rtt: divided(rttUs, rttUnitUs),
    rttvar: divided(rttvarUs, rttvarUnitUs),
    rtoMin: divided(rtoMinUs, millisecondUs),
    features: features === undefined ? undefined : encodeFlags(routeFeatures, features),
    lock: locked === undefined ? undefined : encodeFlags(lockBits, locked),
  });
}

/** In the words of `ip route`: `mtu lock 1400 rtt 100ms`. */
export function describeMetrics(metrics: RouteMetrics): string {
  const { locked = {}, features, unknown: _, ...numbers } = metrics;
  const words = Object.entries(numbers).map(([name, value]) => {
    const lock = locked[name as keyof typeof lockBits] === true ? "lock " : "";
    const text = name.endsWith("Us") ? `${Number(value) / millisecondUs}ms` : value;
    return `${metricWords[name as keyof typeof metricWords] ?? name} ${lock}${text}`;
  });
  if (features?.ecn === true) words.push("features ecn");
  return words.join(" ");
}

const metricWords = {
  rttUs: "rtt",
  rttvarUs: "rttvar",
  rtoMinUs: "rto_min",
  congestionControl: "congctl",
  fastopenNoCookie: "fastopen_no_cookie",
} as const;

function times(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : value * unit;
}

function divided(value: number | undefined, unit: number): number | undefined {
  return value === undefined ? undefined : Math.floor(value / unit);
}
