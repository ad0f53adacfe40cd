import type { StatusDocument } from "../document.ts";
import { bfdMetrics } from "./bfd_metrics.ts";
import { exposition } from "./exposition.ts";
import { lvsMetrics } from "./lvs_metrics.ts";
import { processMetrics } from "./process_metrics.ts";
import { vrrpMetrics } from "./vrrp_metrics.ts";

/** All metrics (docs/metrics.md), as text. */
export function metricsText(document: StatusDocument): string {
  const { vrrp, check, bfd } = document;
  return exposition([
    ...processMetrics(document),
    ...(vrrp === undefined ? [] : vrrpMetrics(vrrp)),
    ...(check === undefined ? [] : lvsMetrics(check)),
    ...(bfd === undefined ? [] : bfdMetrics(bfd)),
  ]);
}
