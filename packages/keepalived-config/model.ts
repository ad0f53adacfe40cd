import type { Span } from "@keepalived/conf-parser";
import type { IpAddress, IpFamily, IpPrefix } from "@keepalived/ip-address";
import type { GlobalConfig } from "./model_global.ts";
import type { Route, Rule } from "./model_routes.ts";
import type {
  BfdInstanceConfig,
  GarpGroupConfig,
  InterfaceDelay,
  LinkbeatInterface,
  SyncGroupConfig,
  TrackFileConfig,
  TrackGroupConfig,
  Tracking,
  TrackProcessConfig,
  VrrpScriptConfig,
} from "./model_tracking.ts";
import type { TlsClient, VirtualServer } from "./model_lvs.ts";

/** A whole configuration: names resolved, defaults applied, all times in integer microseconds. */
export type Config = {
  readonly global: GlobalConfig;
  /** In the order of the file, valid ones only. */
  readonly instances: readonly VrrpInstanceConfig[];
  /** `static_ipaddress`: kept on the host while the daemon runs. */
  readonly staticAddresses: readonly VirtualAddress[];
  readonly staticRoutes: readonly Route[];
  readonly staticRules: readonly Rule[];
  readonly syncGroups: readonly SyncGroupConfig[];
  readonly trackGroups: readonly TrackGroupConfig[];
  readonly scripts: readonly VrrpScriptConfig[];
  readonly trackFiles: readonly TrackFileConfig[];
  readonly trackProcesses: readonly TrackProcessConfig[];
  readonly bfdInstances: readonly BfdInstanceConfig[];
  readonly interfaceDelays: readonly InterfaceDelay[];
  readonly garpGroups: readonly GarpGroupConfig[];
  readonly linkbeatInterfaces: readonly LinkbeatInterface[];
  /** `virtual_server`, in the order of the file, valid ones only. */
  readonly virtualServers: readonly VirtualServer[];
  /** `SSL` */
  readonly tlsClient?: TlsClient;
  /** Which processes the file has something for. */
  readonly present: { readonly vrrp: boolean; readonly checker: boolean; readonly bfd: boolean };
};

/** A command to run without a shell. */
export type Command = {
  readonly argv: readonly string[];
  readonly user?: string;
  readonly group?: string;
};

/** An address line: what `ip address add` would get. */
export type VirtualAddress = {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly interface: string;
  /** rtnetlink scope: 0 global, 200 site, 253 link, 254 host. */
  readonly scope: number;
  readonly label?: string;
  readonly broadcast?: IpAddress;
  readonly peer?: IpAddress;
  readonly peerPrefixLength?: number;
  /** Seconds; absent: for ever. */
  readonly preferredLifetimeS?: number;
  /** No duplicate address detection (IPv6). */
  readonly noDad?: boolean;
  /** In the advertisement; false: `virtual_ipaddress_excluded`. */
  readonly advertised: boolean;
  readonly flags: readonly AddressFlag[];
  /** Whether losing it, or its interface, counts. */
  readonly track: boolean;
  /** `use_vmac` of the line. */
  readonly vmac?: { readonly name?: string };
  /** `track_group` of a static address. */
  readonly trackGroup?: string;
};

export type AddressFlag = "home" | "mngtmpaddr" | "noprefixroute" | "autojoin";

/** Version 2 authentication (RFC 2338); the password has at most 8 bytes. */
export type Authentication =
  | { readonly kind: "none" }
  | { readonly kind: "pass"; readonly secret: string }
  | { readonly kind: "ah"; readonly secret: string };

/** `auth_hmac`: a trailer with an HMAC-SHA256 over the advertisement. */
export type Hmac = {
  /** Keys that are accepted. */
  readonly keys: readonly HmacKey[];
  /** The one that signs. */
  readonly activeKey: number;
  /** Clock difference that is accepted. */
  readonly timeWindowUs: number;
  readonly antiReplay: "time" | "monotonic";
  readonly mode: "enforce" | "permissive" | "receive-only";
};

/** A key of 32 to 64 bytes, in hexadecimal or in a file. */
export type HmacKey =
  & { readonly id: number }
  & (
    | { readonly kind: "bytes"; readonly hex: string }
    | { readonly kind: "file"; readonly path: string }
  );

/** How ownership is announced: gratuitous ARP and unsolicited neighbour advertisements. */
export type Announcement = {
  readonly repeat: number;
  readonly delayUs: number;
  /** 0: no refresh. */
  readonly refreshUs: number;
  readonly refreshRepeat: number;
  readonly lowerPriorityRepeat: number;
  readonly lowerPriorityDelayUs: number;
  /** Least gap between two on an interface; 0: none. */
  readonly garpIntervalUs: number;
  readonly gnaIntervalUs: number;
  /** Period on interfaces other than the VMAC; 0: off. */
  readonly extraInterfaceUs: number;
  readonly extraInterfaceAll: boolean;
};

/** Advertisements to single peers instead of the group. */
export type Unicast = {
  readonly peers: readonly UnicastPeer[];
  /** Undefined: what the kernel gives an IPv6 socket. */
  readonly ttl: number | undefined;
  readonly checkSource: boolean;
  readonly faultWithoutPeer: boolean;
  /** Checksum of releases before 1.3.7. */
  readonly oldChecksum: "detect" | "always" | "never";
};

export type UnicastPeer = {
  readonly address: IpAddress;
  /** Hop limits to accept. */
  readonly minTtl: number;
  readonly maxTtl: number;
};

/** `use_vmac`. */
export type Vmac = {
  readonly name?: string;
  readonly mac?: string;
  readonly transmitOnBase: boolean;
  /** Interface group; absent: that of the interface below. */
  readonly group?: number;
  readonly netlinkNotify: boolean;
};

/** `use_ipvlan`. */
export type Ipvlan = {
  readonly name?: string;
  readonly address?: IpPrefix;
  readonly mode: "bridge" | "private" | "vepa";
  /** Interface group; absent: that of the interface below. */
  readonly group?: number;
};

/** Scripts to run on changes; the names are those of the standard. */
export type Notify = {
  readonly any?: Command;
  readonly active?: Command;
  readonly backup?: Command;
  readonly fault?: Command;
  readonly stop?: Command;
  readonly deleted?: Command;
  readonly contested?: Command;
  readonly lowerPriorityReceived?: Command;
};

/** One `vrrp_instance`. */
export type VrrpInstanceConfig = {
  readonly name: string;
  readonly at: Span;
  /** Undefined: unicast without an interface. */
  readonly interface: string | undefined;
  readonly vrf?: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: IpFamily;
  readonly initialState: "backup" | "active";
  /** 1–255; 255: owner. */
  readonly priority: number;
  readonly advertisementIntervalUs: number;
  readonly downTimerAdverts: number;
  readonly preempt: boolean;
  readonly preemptDelayUs: number;
  readonly startupDelayUs: number;
  readonly delayAfterBootUs: number;
  /** Priority of the peer that must have taken over after a long gap. */
  readonly timerExpiredBackup?: number;
  readonly addresses: readonly VirtualAddress[];
  readonly excludedAddresses: readonly VirtualAddress[];
  /** `virtual_routes` and `virtual_rules`: there while it is MASTER. */
  readonly routes: readonly Route[];
  readonly rules: readonly Rule[];
  /** Its own trackers, without those of its group. */
  readonly tracking: Tracking;
  readonly syncGroup?: string;
  readonly promoteSecondaries: boolean;
  /** Present: unicast. */
  readonly unicast?: Unicast;
  readonly multicastGroup: IpAddress;
  /** Absent: the primary address of the interface. */
  readonly sourceAddress?: IpAddress;
  readonly trackSourceAddress: boolean;
  readonly authentication: Authentication;
  readonly hmac?: Hmac;
  readonly checksumForm: "pseudo-header" | "message-only";
  readonly announcement: Announcement;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly ownerIgnoreAdverts: boolean;
  readonly skipAddressCheck: boolean;
  readonly trackPrimary: boolean;
  readonly strict: boolean;
  readonly accept: boolean;
  readonly vmac?: Vmac;
  /** `use_vmac_addr`. */
  readonly vmacAddresses: boolean;
  readonly ipvlan?: Ipvlan;
  readonly notify: Notify;
  readonly notifyDeleted: boolean;
  /** An addition of ours. */
  readonly notifyContested: boolean;
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
  readonly debug: number;
  /** Absent: by policy. */
  readonly receiveBufferBytes?: number;
  readonly linkbeatPolling: boolean;
};
