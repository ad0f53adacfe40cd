import type { IpAddress } from "@keepalived/ip-address";
import type { Contender, InstanceState, StateKind } from "@keepalived/vrrp-fsm";
import type { NotifyEvent } from "../notify/event.ts";
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

/** What readers of FIFOs are told of one again; nothing before it takes part. */
export function stateEventOf(
  { config: { name }, state, priority }: {
    readonly config: PlacedInstance;
    readonly state: StateKind;
    readonly priority: number;
  },
): readonly NotifyEvent[] {
  return state === "initialize" ? [] : [{ kind: "instance-state", name, state, priority }];
}
