import type { IpAddress, IpFamily } from "@keepalived/ip-address";
import type { OperatorState } from "../../names.ts";
import type { ProcessSnapshot } from "./process_snapshot.ts";
import type { InterfaceSnapshot } from "./interface_snapshot.ts";
import type { TrackedEntry, TrackerSnapshot } from "./tracker_snapshot.ts";

/** The VRRP process at one moment: plain JSON data, for everybody who asks how it is doing. */
export type VrrpSnapshot = {
  readonly process: ProcessSnapshot;
  /** In the order of the configuration. */
  readonly instances: readonly InstanceSnapshot[];
  readonly groups: readonly GroupSnapshot[];
  readonly trackers: readonly TrackerSnapshot[];
  readonly interfaces: readonly InterfaceSnapshot[];
  readonly channels: readonly ChannelSnapshot[];
  /** `static_ipaddress`, `static_routes` and `static_rules`. */
  readonly statics: readonly HeldSnapshot[];
};

/** One virtual router. */
export type InstanceSnapshot = {
  readonly name: string;
  readonly group?: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: IpFamily;
  /** Absent: unicast without an interface. */
  readonly interface?: string;
  /** Its own macvlan or ipvlan. */
  readonly device?: string;
  readonly sourceAddress?: IpAddress;
  readonly state: OperatorState;
  /** Why it entered the state, in words. */
  readonly reason: string;
  readonly changedAt: number;
  readonly priority: {
    readonly base: number;
    readonly effective: number;
    /** Sum of what is tracked; a fault counts nothing. */
    readonly tracked: number;
  };
  readonly preempt: boolean;
  readonly advertisementIntervalS: number;
  /** The router that it follows while it is BACKUP. */
  readonly master?: {
    readonly address: IpAddress;
    readonly priority: number;
    readonly advertisementIntervalS: number;
  };
  readonly timers: {
    /** MASTER: its next advertisement. */
    readonly advertisesAt?: number;
    /** BACKUP: it takes over, unless it hears the master. */
    readonly takesOverAt?: number;
    /** BACKUP: until then it leaves a master of lower priority alone (preempt_delay). */
    readonly preemptsAt?: number;
    /** INIT: end of its startup delay. */
    readonly startsAt?: number;
  };
  /** It would be MASTER, and waits for the others of its group. */
  readonly waitsForGroup: boolean;
  /** Trackers whose first result it waits for. */
  readonly waitsFor: readonly string[];
  /** Why it cannot take part. */
  readonly faults: readonly FaultSnapshot[];
  /** Another router is MASTER too, or the last one fell silent without a word. */
  readonly contested?: {
    readonly by: "rival" | "silence";
    readonly address: IpAddress;
    /** The likely cause. */
    readonly evidence?: string;
  };
  readonly unicastPeers?: readonly IpAddress[];
  /** Who was heard with its VRID. */
  readonly peers: readonly PeerSnapshot[];
  readonly held: readonly HeldSnapshot[];
  readonly tracked: readonly TrackedEntry[];
  /** By name; those that are absent are 0. */
  readonly counters: Readonly<Record<string, number>>;
};

/** A reason for FAULT. */
export type FaultSnapshot = {
  /** `interface-down`, `script NAME`, `group NAME`, `maintenance`, … */
  readonly reason: string;
  readonly text: string;
};

/** A router that sends advertisements with the VRID of an instance. */
export type PeerSnapshot = {
  readonly address: IpAddress;
  readonly heardAt: number;
  /** When the last advertisement of it counted; absent: never. */
  readonly acceptedAt?: number;
  readonly advertisements: number;
  readonly version?: 2 | 3;
  readonly priority?: number;
  readonly advertisementIntervalS?: number;
  /** Refused advertisements by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly lastRefusal?: string;
};

/** An address, route or rule, and whether the kernel has it of us. */
export type HeldSnapshot = {
  readonly kind: "address" | "route" | "rule";
  /** As in the configuration of `ip`. */
  readonly text: string;
  /** Of an address: the interface. */
  readonly interface?: string;
  /** Of an address: not in advertisements. */
  readonly excluded?: boolean;
  readonly present: boolean;
};

/** A sync group. */
export type GroupSnapshot = {
  readonly name: string;
  readonly state: OperatorState;
  readonly members: readonly string[];
  /** Members with a fault of their own. */
  readonly faulty: readonly string[];
};

/** Sockets that virtual routers share. */
export type ChannelSnapshot = {
  readonly family: IpFamily;
  /** Absent: all interfaces. */
  readonly interface?: string;
  /** Numbers of descriptors. */
  readonly receivers: readonly number[];
  readonly senders: readonly number[];
  /** Room that was asked for; 0: what the kernel gives. */
  readonly receiveBufferBytes: number;
  /** Names of the instances on it. */
  readonly instances: readonly string[];
  /** Routers that advertise what is none of ours. */
  readonly strangers: readonly {
    readonly address: IpAddress;
    readonly virtualRouterId: number;
    readonly version: 2 | 3;
    readonly heardAt: number;
  }[];
  readonly counters: Readonly<Record<string, number>>;
};
