import type { IpFamily } from "@keepalived/ip-address";
import type { VrrpVersion } from "./timers.ts";
import type { VirtualAddress } from "./virtual_address.ts";

/** The priority of a router that owns the addresses: it always wins, and nothing changes it. */
export const OWNER_PRIORITY = 255;

/** How often gratuitous ARPs or unsolicited neighbour advertisements go out. */
export type AnnouncementConfig = {
  /** Messages per address of the bursts on becoming Active. */
  readonly repeat: number;
  /** Time from the first to the second burst; 0: one burst only. */
  readonly delayUs: number;
  /** Period of the refresh while Active; 0: none. */
  readonly refreshUs: number;
  readonly refreshRepeat: number;
  /** Period while Active for addresses on other interfaces, which nothing else keeps known to switches; 0: none. */
  readonly extraUs: number;
  readonly extraAddresses: readonly VirtualAddress[];
  /** Messages per address when a router of lower priority was heard; 0: none. */
  readonly lowerPriorityRepeat: number;
  /** Time from that burst to its second one; 0: one burst only. */
  readonly lowerPriorityDelayUs: number;
};

/** What a host holds besides addresses while Active, such as a route. Only the host knows what it means. */
export type Holding = {
  /** Unique within an instance. */
  readonly key: string;
  /** JSON data; another value under the same key is removed and added. */
  readonly value: unknown;
};

/** What one virtual router on one interface is configured to be. Times are integer microseconds. */
export type InstanceConfig = {
  readonly name: string;
  /** 1–255 */
  readonly virtualRouterId: number;
  readonly version: VrrpVersion;
  readonly family: IpFamily;
  /** "active" shortens the first wait only; with priority 255 there is none. */
  readonly initialState: "backup" | "active";
  /** Base priority, 1–255. */
  readonly priority: number;
  readonly advertisementIntervalUs: number;
  /** Silent intervals after which a Backup takes over; 3 in the standard. */
  readonly downTimerAdverts: number;
  /** Whether to take over from an Active router of lower priority. An owner does so in any case. */
  readonly preempt: boolean;
  /** Time that such a router is tolerated after it was first heard; 0: none. */
  readonly preemptDelayUs: number;
  /** Time from startup until the instance takes part; 0: none. */
  readonly startupDelayUs: number;
  /** Those listed in advertisements and those only held. */
  readonly addresses: readonly VirtualAddress[];
  /** Come after the addresses, in this order, and go before them in the reverse one. */
  readonly holdings: readonly Holding[];
  /** Whether a sync group decides when the instance becomes Active. */
  readonly grouped: boolean;
  /** Do not answer a router of lower priority with an advertisement. */
  readonly lowerPriorityNoAdvert: boolean;
  /** Send a last advertisement before yielding, so that a stale winner announces again. */
  readonly higherPrioritySendAdvert: boolean;
  /**
   * Yield when an own advertisement is so late that a peer of this priority must have taken over (keepalived's
   * timer_expired_backup). Absent: never.
   */
  readonly lateBackupPriority?: number;
  readonly announcement: AnnouncementConfig;
};

/**
 * The priority that counts: the base and the sum of the trackers' weights, within 1–254. An owner's never changes.
 *
 * @param adjustment sum of the trackers' weights
 */
export function effectivePriority(base: number, adjustment: number): number {
  if (base === OWNER_PRIORITY) return OWNER_PRIORITY;
  return Math.min(OWNER_PRIORITY - 1, Math.max(1, base + adjustment));
}
