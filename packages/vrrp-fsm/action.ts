import type { IpAddress } from "@keepalived/ip-address";
import type { Holding, InstanceConfig } from "./config.ts";
import type { VrrpVersion } from "./timers.ts";
import type { VirtualAddress } from "./virtual_address.ts";

/** What an advertisement says (RFC 9568 §5); authentication and checksums are the sender's affair. */
export type Advertisement = {
  readonly version: VrrpVersion;
  readonly virtualRouterId: number;
  /** 0 resigns. */
  readonly priority: number;
  readonly maxAdvertiseIntervalUs: number;
  /** In the order of the configuration. */
  readonly addresses: readonly IpAddress[];
};

/** What a router wants done, in order. Each is complete: performing one needs no configuration. */
export type RouterAction =
  | { readonly kind: "send-advertisement"; readonly advertisement: Advertisement }
  | { readonly kind: "add-addresses"; readonly addresses: readonly VirtualAddress[] }
  | { readonly kind: "remove-addresses"; readonly addresses: readonly VirtualAddress[] }
  | { readonly kind: "add-holdings"; readonly holdings: readonly Holding[] }
  | { readonly kind: "remove-holdings"; readonly holdings: readonly Holding[] }
  /** Gratuitous ARP or unsolicited neighbour advertisement, `repeat` times for each address. */
  | {
    readonly kind: "announce";
    readonly addresses: readonly VirtualAddress[];
    readonly repeat: number;
  }
  /** An Active router heard one of lower priority: for notify_master_rx_lower_pri and counters. */
  | {
    readonly kind: "lower-priority-heard";
    readonly source: IpAddress;
    readonly priority: number;
  }
  /** Two routers claim to own the addresses. The one with the lower address yields. */
  | { readonly kind: "owner-conflict"; readonly source: IpAddress; readonly yielded: boolean };

/** The states of RFC 9568 §6.4, and keepalived's fault: not able to take part. */
export type StateKind = "initialize" | "backup" | "active" | "fault";

/** Why an instance is in its state. */
export type Cause =
  | "startup"
  | "shutdown"
  /** The Active router fell silent or resigned. */
  | "active-down"
  /** A router of higher priority, or of the same and a higher address, was heard. */
  | "higher-priority"
  /** Somebody else removed an address that we hold. */
  | "address-lost"
  /** An own advertisement was so late that a peer must have taken over. */
  | "late"
  | "fault"
  /** The last reason for a fault went away. */
  | "recovery"
  /** The sync group decided. */
  | "group";

/** What a sync group is told about its members. */
export type SyncGroupEvent =
  | {
    readonly kind: "member";
    /** Name of the instance. */
    readonly member: string;
    readonly state: StateKind;
    /** Why it is in this state. */
    readonly reason: Cause;
    /** A Backup that hears nobody, and would be Active without its group. */
    readonly wantsActive: boolean;
    /** Whether it has a reason for a fault besides its group's. */
    readonly faulty: boolean;
  }
  /** A member that is Active heard a router of lower priority. */
  | { readonly kind: "lower-priority-heard"; readonly member: string };

/** What an instance wants done: a router's actions, and what operators are told. */
export type Action =
  | RouterAction
  | {
    readonly kind: "state-changed";
    readonly from: StateKind;
    readonly to: StateKind;
    readonly reason: Cause;
    /** Effective priority after the change. */
    readonly priority: number;
  }
  /** The effective priority changed while the state did not. */
  | { readonly kind: "priority-changed"; readonly state: StateKind; readonly priority: number }
  /** For the sync group of a grouped instance. */
  | { readonly kind: "tell-group"; readonly event: SyncGroupEvent };

type Advertised = Pick<
  InstanceConfig,
  "version" | "virtualRouterId" | "priority" | "advertisementIntervalUs" | "addresses"
>;

/** The advertisement that a router of this configuration sends. */
export function advertise(
  config: Advertised,
  priority: number = config.priority,
): RouterAction {
  const advertisement: Advertisement = {
    version: config.version,
    virtualRouterId: config.virtualRouterId,
    priority,
    maxAdvertiseIntervalUs: config.advertisementIntervalUs,
    addresses: config.addresses.filter((a) => a.advertised).map((a) => a.address),
  };
  return { kind: "send-advertisement", advertisement };
}

/** Nothing for no addresses. */
export function addAddresses(addresses: readonly VirtualAddress[]): RouterAction[] {
  return addresses.length === 0 ? [] : [{ kind: "add-addresses", addresses }];
}

/** Nothing for no addresses. */
export function removeAddresses(addresses: readonly VirtualAddress[]): RouterAction[] {
  return addresses.length === 0 ? [] : [{ kind: "remove-addresses", addresses }];
}

/** Nothing for no holdings. */
export function addHoldings(holdings: readonly Holding[]): RouterAction[] {
  return holdings.length === 0 ? [] : [{ kind: "add-holdings", holdings }];
}

/** In the reverse order, as a later one may need an earlier one. Nothing for no holdings. */
export function removeHoldings(holdings: readonly Holding[]): RouterAction[] {
  return holdings.length === 0
    ? []
    : [{ kind: "remove-holdings", holdings: holdings.toReversed() }];
}

/** Nothing for no addresses or a repeat of 0. */
export function announce(addresses: readonly VirtualAddress[], repeat: number): RouterAction[] {
  return addresses.length === 0 || repeat === 0 ? [] : [{ kind: "announce", addresses, repeat }];
}
