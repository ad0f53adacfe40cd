import { clip } from "@keepalived/conf-parser";
import type { Option } from "./words.ts";
import type { LockableMetric, RouteMetrics } from "../model_routes.ts";
import type { RouteDraft } from "./route_draft.ts";
import { refuse, type RoutingContext } from "./line.ts";
import { readValue } from "../value.ts";

/** Where a word of a line goes, and how its value is read. */
type Metric = { readonly field: keyof RouteMetrics; readonly longestS?: number };

/** The metrics by their words. */
export const METRICS: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ["mtu", { field: "mtu" }],
  ["advmss", { field: "advmss" }],
  ["hoplimit", { field: "hoplimit" }],
  ["rtt", { field: "rttUs", longestS: 960 }],
  ["rttvar", { field: "rttvarUs", longestS: 480 }],
  ["rto_min", { field: "rtoMinUs", longestS: 120 }],
  ["reordering", { field: "reordering" }],
  ["window", { field: "window" }],
  ["cwnd", { field: "cwnd" }],
  ["ssthresh", { field: "ssthresh" }],
  ["initcwnd", { field: "initcwnd" }],
  ["initrwnd", { field: "initrwnd" }],
  ["quickack", { field: "quickack" }],
  ["fastopen_no_cookie", { field: "fastopenNoCookie" }],
  ["congctl", { field: "congestionControl" }],
  ["features", { field: "ecn" }],
]);

/** Less than this is no time to wait for an answer. */
const LEAST_US = 200_000;

/** Takes a metric into a route; false after a report. */
export function readMetric(
  draft: RouteDraft,
  { field, longestS }: Metric,
  option: Option,
  context: RoutingContext,
): boolean {
  const { values } = option;
  let value: unknown = values.at(-1);
  if (longestS !== undefined) value = readTime(option, longestS, context);
  if (value === undefined) return false;
  Object.assign(draft.metrics, { [field]: field === "ecn" ? true : value });
  if (values.length > 1 && values[0] === "lock") draft.locked.add(field as LockableMetric);
  return true;
}

/** `N` and `Nms` are milliseconds, `Ns` seconds with up to three decimals. */
function readTime(option: Option, longestS: number, context: RoutingContext): number | undefined {
  const { name, given } = option;
  const inSeconds = /[^m]s$/.test(given.text);
  const max = inSeconds ? longestS : longestS * 1000;
  const read = readValue(
    { kind: "seconds", min: 0, max, decimals: true, places: inSeconds ? 3 : 0, ...unit(inSeconds) },
    given.text.replace(/m?s$/, ""),
  );
  if (!read.ok) {
    return refuse(
      context,
      given,
      read.code,
      `Invalid ${name} ${clip(given.text)} for route: ${read.message}`,
    );
  }
  const say = (code: string, message: string) =>
    context.report({
      severity: "warning",
      code,
      message: `${context.subject}${message}`,
      at: given.at,
    });
  if (read.warning !== undefined) say("invalid-number", `${name}: ${read.warning}`);
  const timeUs = Number(read.value);
  if (timeUs >= LEAST_US) return timeUs;
  say("below-minimum", `${name} value ${given.text} below minimum 200ms, resetting`);
  return LEAST_US;
}

function unit(inSeconds: boolean): { unit?: "ms" } {
  return inSeconds ? {} : { unit: "ms" };
}
