import type { IpAddress } from "@keepalived/ip-address";
import type { Contender, InstanceState } from "@keepalived/vrrp-fsm";
import type { PlacedInstance } from "./devices/placement.ts";
import type { Stock } from "./kernel/owner.ts";
import type { Peer } from "./peers.ts";

/** What a virtual router is and why. Not a copy: it changes with the router. */
export type VirtualRouterStatus = {
  readonly config: PlacedInstance;
  readonly machine: InstanceState;
  /** The effective one. */
  readonly priority: number;
  /** When it entered its state. */
  readonly changedUs: number;
  /** Why it cannot take part, in words, by reason; without those that its sync group gave it. */
  readonly faults: ReadonlyMap<string, string>;
  /** Trackers whose first result it waits for. */
  readonly waitsFor: readonly string[];
  /** Who makes it doubtful that it alone is MASTER, and the likely cause. */
  readonly contest:
    | { readonly contender: Contender; readonly evidence: string | undefined }
    | undefined;
  readonly sourceAddress: IpAddress | undefined;
  readonly peers: readonly Peer[];
  readonly held: readonly Stock[];
  readonly counters: Readonly<Record<string, number>>;
};
