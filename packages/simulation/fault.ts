import type { InstanceConfig } from "@keepalived/vrrp-fsm";

/** What happens to the routers, by their numbers, and to the segment between them. */
export type Fault =
  /** The host dies, and its addresses with it. */
  | { readonly kind: "crash"; readonly router: number }
  | { readonly kind: "restart"; readonly router: number }
  | { readonly kind: "shutdown"; readonly router: number }
  | { readonly kind: "startup"; readonly router: number }
  /** The process does not run for a while; packets wait for it. */
  | { readonly kind: "pause"; readonly router: number; readonly forUs: number }
  | { readonly kind: "link-down"; readonly router: number }
  | { readonly kind: "link-up"; readonly router: number }
  /** A tracked script without weight. */
  | { readonly kind: "script-down"; readonly router: number }
  | { readonly kind: "script-up"; readonly router: number }
  | { readonly kind: "weight"; readonly router: number; readonly adjustment: number }
  | { readonly kind: "reconfigure"; readonly router: number; readonly config: InstanceConfig }
  | { readonly kind: "address-lost"; readonly router: number }
  | { readonly kind: "partition"; readonly groups: readonly (readonly number[])[] }
  | { readonly kind: "one-way"; readonly from: number; readonly to: number }
  | { readonly kind: "heal" }
  | { readonly kind: "loss"; readonly percent: number };

/** A fault and its moment. */
export type Scheduled = { readonly atUs: number; readonly fault: Fault };

/** One line for a report. */
export function describeFault({ atUs, fault }: Scheduled): string {
  return `${(atUs / 1_000_000).toFixed(6)} ${JSON.stringify(fault)}`;
}
