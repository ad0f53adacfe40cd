import type { Member } from "./member.ts";

/** What happens to the routers, by their numbers, and to the segments between them. */
export type Fault =
  /** The host dies, and its addresses with it. */
  | { readonly kind: "crash"; readonly router: number }
  | { readonly kind: "restart"; readonly router: number }
  | { readonly kind: "shutdown"; readonly router: number }
  | { readonly kind: "startup"; readonly router: number }
  /** The process does not run for a while; packets wait for it. */
  | { readonly kind: "pause"; readonly router: number; readonly forUs: number }
  /** The whole host does not run for a while; packets are lost. */
  | { readonly kind: "freeze"; readonly router: number; readonly forUs: number }
  /** The host's clock is suddenly later. */
  | { readonly kind: "jump"; readonly router: number; readonly byUs: number }
  | { readonly kind: "link-down"; readonly router: number; readonly segment: number }
  | { readonly kind: "link-up"; readonly router: number; readonly segment: number }
  /** A tracked script without weight. */
  | { readonly kind: "script-down"; readonly router: number; readonly segment: number }
  | { readonly kind: "script-up"; readonly router: number; readonly segment: number }
  /** A tracker with a weight, on some segments. */
  | {
    readonly kind: "weight";
    readonly router: number;
    readonly segments: readonly number[];
    readonly adjustment: number;
  }
  | { readonly kind: "reconfigure"; readonly router: number; readonly member: Member }
  | { readonly kind: "address-lost"; readonly router: number; readonly segment: number }
  | {
    readonly kind: "partition";
    readonly segments: readonly number[];
    readonly groups: readonly (readonly number[])[];
  }
  | {
    readonly kind: "one-way";
    readonly segments: readonly number[];
    readonly from: number;
    readonly to: number;
  }
  /** All segments carry everything again. */
  | { readonly kind: "heal" }
  | { readonly kind: "loss"; readonly percent: number };

/** A fault and its moment. */
export type Scheduled = { readonly atUs: number; readonly fault: Fault };

/** One line for a report. */
export function describeFault({ atUs, fault }: Scheduled): string {
  return `${(atUs / 1_000_000).toFixed(6)} ${JSON.stringify(fault)}`;
}

/** How long the fault itself lasts, apart from what follows. */
export function durationUs(fault: Fault): number {
  return fault.kind === "pause" || fault.kind === "freeze" ? fault.forUs : 0;
}
