import type { BfdSnapshot } from "./snapshot/bfd_snapshot.ts";
import type { CheckSnapshot } from "./snapshot/check_snapshot.ts";
import type { ParentSnapshot } from "./snapshot/parent_snapshot.ts";
import type { VrrpSnapshot } from "./snapshot/vrrp_snapshot.ts";

/**
 * All that is known of the daemon: `keepalived.json` in version 3, and what the control socket answers to `status`.
 *
 * Points in time are Unix times in seconds (`…At`), lengths of time are seconds (`…S`). docs/status.schema.json describes
 * it. Fields may be added; none goes and none changes its meaning without another number.
 */
export type StatusDocument = {
  readonly version: 3;
  readonly parent: ParentSnapshot;
  /** Absent: the process does not run, or did not answer. */
  readonly vrrp?: VrrpSnapshot;
  /** The same of the checker process. */
  readonly check?: CheckSnapshot;
  /** The same of the BFD process. */
  readonly bfd?: BfdSnapshot;
};

/** What each child told of itself, in JSON. */
export type ChildTexts = Readonly<Partial<Record<"vrrp" | "check" | "bfd", string>>>;

/** The document in JSON. What the children told is passed on as it is. */
export function documentText(parent: ParentSnapshot, children: ChildTexts): string {
  const parts = Object.entries(children).map(([name, text]) => `,"${name}":${text}`);
  return `{"version":3,"parent":${JSON.stringify(parent)}${parts.join("")}}`;
}
