import type { Span } from "@keepalived/conf-parser";
import type { IpAddress } from "@keepalived/ip-address";
import type { Notify } from "./model.ts";

/** What becomes of the priority: `weight N [reverse]`; 0: the instance is in FAULT while it fails. */
export type Weight = { readonly weight: number; readonly reverse: boolean };

/** One thing that is tracked: an interface, or a definition by its name. */
export type Tracked = Weight & { readonly name: string };

/** What an instance, or all members of a sync group, track. Names that are not defined are left out. */
export type Tracking = {
  readonly interfaces: readonly Tracked[];
  readonly scripts: readonly Tracked[];
  readonly files: readonly Tracked[];
  readonly processes: readonly Tracked[];
  readonly bfdInstances: readonly Tracked[];
};

/** `vrrp_script`. */
export type VrrpScriptConfig = Weight & {
  readonly name: string;
  readonly at: Span;
  /** A command that must succeed, or (`</PATH`) a file that must exist. */
  readonly check:
    | { readonly kind: "command"; readonly argv: readonly string[] }
    | { readonly kind: "file"; readonly path: string };
  readonly user?: string;
  readonly group?: string;
  readonly intervalUs: number;
  readonly timeoutUs: number;
  /** Successes and failures in a row that change the verdict. */
  readonly rise: number;
  readonly fall: number;
  /** Failed until it has succeeded `rise` times; otherwise the first result decides. */
  readonly initFail: boolean;
};

/** `track_file`: a file that holds a number, which counts `weight` times. */
export type TrackFileConfig = Weight & {
  readonly name: string;
  readonly path: string;
  /** Present: the file is made at the start. */
  readonly initialize?: { readonly value: number; readonly overwrite: boolean };
};

/** `vrrp_track_process`: how many processes run. */
export type TrackProcessConfig = Weight & {
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  /** How parameters compare: not at all, all equal, the last one begins so, the first ones equal. */
  readonly match: "none" | "exact" | "initial" | "partial";
  /** The whole first word of the command line counts, not the name of 15 characters that the kernel keeps. */
  readonly fullCommand: boolean;
  readonly quorum: number;
  /** Absent: any number. */
  readonly quorumMax?: number;
  readonly terminateDelayUs: number;
  readonly forkDelayUs: number;
};

/** `bfd_instance` (RFC 5880). */
export type BfdInstanceConfig = Weight & {
  readonly name: string;
  readonly at: Span;
  readonly neighborAddress: IpAddress;
  readonly sourceAddress?: IpAddress;
  readonly requiredMinRxIntervalUs: number;
  readonly desiredMinTxIntervalUs: number;
  /** Interval while the session is not up. */
  readonly idleTxIntervalUs: number;
  readonly detectMult: number;
  readonly passive: boolean;
  readonly hopLimit: number;
  /** Hops that a packet may have lost; -1: any number. */
  readonly maxHops: number;
  readonly multihop: boolean;
  /** Who hears of its state. */
  readonly notifies: { readonly vrrp: boolean; readonly checker: boolean };
};

/** `vrrp_sync_group`: instances that change state together. */
export type SyncGroupConfig = {
  readonly name: string;
  readonly at: Span;
  /** Names of instances, at least one. */
  readonly members: readonly string[];
  readonly tracking: Tracking;
  /** Members may have trackers with weights of their own. */
  readonly trackingWeight: boolean;
  readonly notify: Pick<Notify, "any" | "active" | "backup" | "fault" | "stop">;
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
};

/** `track_group`: instances that static addresses, routes and rules are tied to. */
export type TrackGroupConfig = { readonly name: string; readonly members: readonly string[] };

/** A line of `interface_up_down_delays`. */
export type InterfaceDelay = {
  readonly interface: string;
  readonly downUs: number;
  readonly upUs: number;
};

/** `garp_group`: interfaces that share the gap between announcements. */
export type GarpGroupConfig = {
  /** 0: none. */
  readonly garpIntervalUs: number;
  readonly gnaIntervalUs: number;
  readonly interfaces: readonly string[];
};

/** A line of `linkbeat_interfaces`. */
export type LinkbeatInterface = {
  readonly interface: string;
  /** Absent: the first that works. */
  readonly method?: "mii" | "ethtool" | "ioctl";
};
