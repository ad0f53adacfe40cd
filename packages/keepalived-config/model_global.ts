import type { IpAddress } from "@keepalived/ip-address";
import type { Command } from "./model.ts";

/** User and perhaps group that scripts run as. */
export type Identity = { readonly user: string; readonly group?: string };

/** A FIFO for state changes and the script that reads it. */
export type Fifo = {
  readonly path?: string;
  readonly user?: string;
  readonly group?: string;
  readonly script?: Command;
};

/** How a process is scheduled. */
export type ProcessConfig = {
  readonly name?: string;
  readonly nice: number;
  readonly noSwap: boolean;
  /** SCHED_RR priority; 0: off. */
  readonly realTimePriority: number;
  readonly cpuAffinity: readonly number[];
  readonly rlimitRttimeUs: number;
};

/** Size of a netlink receive buffer; 0: what the kernel gives. */
export type NetlinkBuffer = { readonly bytes: number; readonly force: boolean };

/** A secret, or the file whose first line it is. */
export type Secret = { readonly text: string } | { readonly file: string };

/** Whether a server has to prove who it is, and who may vouch for it: a file of certificates, or those that everybody knows. */
export type Trust = { readonly verify: boolean; readonly caFile?: string };

/** `notify_webhook`. */
export type WebhookConfig = {
  readonly url: string;
  readonly timeoutUs: number;
  /** Further attempts after a failure. */
  readonly retries: number;
  readonly headers: readonly { readonly name: string; readonly value: Secret }[];
  readonly trust: Trust;
};

/** `global_defs`, and the keywords outside all blocks. */
export type GlobalConfig = {
  readonly routerId: string;
  readonly netNamespace?: string;
  /** Empty: the namespace of process 1. */
  readonly netNamespaceIpvs?: string;
  readonly namespaceWithIpsets: boolean;
  readonly instanceName?: string;
  readonly usePidDir: boolean;
  readonly childWaitTimeUs: number;
  readonly linkbeatPolling: boolean;

  readonly processNames: boolean;
  readonly parentName?: string;
  readonly processes: Readonly<Record<"vrrp" | "checker" | "bfd", ProcessConfig>>;
  /** Highest real-time priority that a process raises itself to; 0: off; -1: off too, and meant so. */
  readonly maxAutoPriority: number;
  readonly minAutoPriorityDelayUs: number;
  /** File mode creation mask. */
  readonly umask: number;
  readonly randomSeed?: number;

  readonly scripts: {
    readonly user?: Identity;
    readonly security: boolean;
    readonly symlinkPaths: boolean;
    readonly supplementaryGroups: boolean;
    readonly startup?: Command;
    readonly startupTimeoutUs: number;
    readonly shutdown?: Command;
    readonly shutdownTimeoutUs: number;
  };
  readonly fifos: {
    readonly all?: Fifo;
    readonly vrrp?: Fifo;
    readonly lvs?: Fifo;
    readonly writeStatesOnReload: boolean;
  };
  readonly smtp: {
    readonly recipients: readonly string[];
    readonly from?: string;
    readonly server?: { readonly host: string; readonly port: number };
    readonly heloName?: string;
    readonly connectTimeoutUs: number;
    /** Undefined: not set. */
    readonly alert?: boolean;
    readonly alertVrrp?: boolean;
    readonly alertChecker?: boolean;
    readonly noFaults: boolean;
    readonly noCheckerMails: boolean;
    /** Encryption and authentication: additions of ours. */
    readonly tls: "off" | "starttls" | "tls";
    readonly trust: Trust;
    readonly user?: string;
    readonly password?: Secret;
  };
  /** Additions of ours. */
  readonly notify: {
    /** Undefined: a script that takes long is left to go on. */
    readonly timeoutUs?: number;
    readonly coalesce: boolean;
    readonly webhooks: readonly WebhookConfig[];
  };
  readonly files: {
    readonly configSaveDir?: string;
    readonly tmpConfigDirectory?: string;
    readonly dataUseInstance: boolean;
    /** 3: an addition of ours. */
    readonly jsonVersion: 1 | 2 | 3;
    readonly stateDump?: string;
    readonly statsDump?: string;
    readonly jsonDump?: string;
    readonly iprouteUsrDir?: string;
    readonly iprouteEtcDir?: string;
  };
  /** Where the daemon answers who asks: additions of ours. */
  readonly desk: {
    /** The control socket; without a path it is beside the pid file. */
    readonly control: "off" | { readonly path?: string; readonly group?: string };
    readonly metricsAddress?: { readonly address: IpAddress; readonly port: number };
    readonly metricsSocket?: string;
  };
  readonly reload: {
    /** Log of the check before a reload; undefined: no check. */
    readonly checkLog?: string;
    readonly timeFile?: string;
    readonly repeat: boolean;
    /** Marker file; empty: at the default place. */
    readonly markerFile?: string;
  };

  readonly defaultInterface: string;
  readonly dynamicInterfaces: "no" | "yes" | "allow-changes";
  readonly disableLocalIgmp: boolean;
  readonly vrrp: VrrpDefaults;
  readonly firewall: Firewall;
  readonly lvs: LvsGlobal;
  readonly snmp: {
    readonly socket?: string;
    readonly traps: boolean;
    readonly vrrp: boolean;
    readonly rfc2787: boolean;
    readonly rfc6527: boolean;
    readonly checker: boolean;
    readonly virtualServerIntervalUs: number;
    readonly realServerIntervalUs: number;
  };
  readonly dbus: {
    readonly enabled: boolean;
    readonly serviceName: string;
    readonly noInterfaceName?: string;
  };
};

/** Defaults of all instances, and settings of the VRRP process. */
export type VrrpDefaults = {
  readonly version: 2 | 3;
  readonly multicastGroup4: IpAddress;
  readonly multicastGroup6: IpAddress;
  readonly strict: boolean;
  readonly checksumForm: "pseudo-header" | "message-only";
  readonly checkUnicastSource: boolean;
  readonly skipAddressCheck: boolean;
  readonly downTimerAdverts: number;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  readonly ownerIgnoreAdverts: boolean;
  readonly notifyPriorityChanges: boolean;
  readonly logUnknownVrids: boolean;
  readonly startupDelayUs: number;
  readonly delayAfterBootUs: number;
  readonly minGarp: boolean;
  readonly garp: {
    readonly delayUs: number;
    readonly repeat: number;
    readonly refreshUs: number;
    readonly refreshRepeat: number;
    /** Undefined: the value without lower priority. */
    readonly lowerPriorityDelayUs?: number;
    readonly lowerPriorityRepeat?: number;
    readonly garpIntervalUs: number;
    readonly gnaIntervalUs: number;
    readonly extraInterfaceUs: number;
    readonly extraInterfaceAll: boolean;
  };
  readonly vmacPrefix: string;
  readonly vmacAddressPrefix: string;
  readonly receiveBuffer: {
    /** Undefined: what the kernel gives. */
    readonly policy?: "mtu" | "advert" | number;
    readonly multiplier: number;
  };
  readonly commandBuffer: NetlinkBuffer;
  readonly monitorBuffer: NetlinkBuffer;
  readonly processMonitorBuffer: NetlinkBuffer;
};

/** What keeps traffic from virtual addresses. */
export type Firewall = {
  readonly nftables?: string;
  readonly nftablesPriority: number;
  readonly nftablesIfindex: boolean;
  readonly nftablesCounters: boolean;
  readonly nftablesIpvs?: string;
  readonly nftablesIpvsPriority: number;
  readonly nftablesIpvsStartMark: number;
  /** Chain names; empty: none. */
  readonly iptables?: readonly string[];
  /** Set names; empty: no sets. */
  readonly ipsets?: readonly string[];
};

/** IPVS and the checker process. */
export type LvsGlobal = {
  readonly timeoutsS: { readonly tcp?: number; readonly tcpFin?: number; readonly udp?: number };
  readonly flush: boolean;
  readonly flushOnStop: "no" | "all" | "virtual-services";
  readonly syncDaemon?: SyncDaemon;
  readonly logAllFailures: boolean;
  readonly realServerInitNotifies: boolean;
  readonly commandBuffer: NetlinkBuffer;
  readonly monitorBuffer: NetlinkBuffer;
};

/** `lvs_sync_daemon`. */
export type SyncDaemon = {
  readonly interface: string;
  /** The instance that it follows. */
  readonly instance?: string;
  readonly id?: number;
  readonly maxLength?: number;
  readonly port?: number;
  readonly ttl?: number;
  readonly group?: IpAddress;
};
