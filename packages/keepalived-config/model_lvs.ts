import type { Span } from "@keepalived/conf-parser";
import type { IpAddress, IpFamily } from "@keepalived/ip-address";
import type { Command } from "./model.ts";
import type { CheckerConfig } from "./model_checker.ts";

/** The schedulers of IPVS. */
export type Scheduler =
  | "rr"
  | "wrr"
  | "lc"
  | "wlc"
  | "lblc"
  | "lblcr"
  | "sh"
  | "mh"
  | "dh"
  | "fo"
  | "ovf"
  | "sed"
  | "nq"
  | "twos";

/** One `virtual_server`: an IPVS service, or all those of a group, with its real servers. */
export type VirtualServer = {
  /** As logs and FIFOs name it: `[10.0.0.1]:tcp:80`, `FWM 5`, `[GROUP]:0` and `[GROUP]:1` of two on one group. */
  readonly name: string;
  readonly at: Span;
  /** The `virtual_server_group`. */
  readonly group?: string;
  /** What is served; not empty. */
  readonly members: readonly ServiceMember[];
  /** Absent: firewall marks alone. */
  readonly protocol?: "tcp" | "udp" | "sctp";
  /** Absent: members of both families, all servers tunnelled. */
  readonly family?: IpFamily;
  readonly scheduler: Scheduler;
  /** The numbered flags; of sh and mh 1 is fallback and 2 is port. */
  readonly schedulerFlags: readonly (1 | 2 | 3)[];
  /** `ops`. */
  readonly onePacket: boolean;
  readonly persistence?: Persistence;
  /** That of servers which say nothing else. */
  readonly forwarding: Forwarding;
  /** Between two checks, of checkers which say nothing else. */
  readonly delayLoopUs: number;
  /** Checks run only while one of its addresses is on the host. */
  readonly haSuspend: boolean;
  /** Those addresses, where they are not its own. */
  readonly haSuspendAddresses?: readonly IpAddress[];
  readonly alpha: boolean;
  readonly omega: boolean;
  /** Gained at `quorum + hysteresis`, lost below `quorum - hysteresis`. At most the weight of all servers. */
  readonly quorum: number;
  /** Less than the quorum, or 0. */
  readonly hysteresis: number;
  readonly quorumUp?: Command;
  readonly quorumDown?: Command;
  readonly smtpAlert: boolean;
  readonly snmpName?: string;
  readonly virtualHost?: string;
  readonly sorryServer?: SorryServer;
  /** In the order of the file, without duplicates; not empty. */
  readonly realServers: readonly RealServer[];
};

/** What IPVS serves: addresses from the first to the last, each a service of its own, or a firewall mark. */
export type ServiceMember =
  | {
    readonly kind: "addresses";
    readonly first: IpAddress;
    /** Equal to the first for a single address. */
    readonly last: IpAddress;
    /** 0: all ports. */
    readonly port: number;
  }
  | { readonly kind: "fwmark"; readonly mark: number; readonly family: IpFamily };

/** Connections of one client go to one server. */
export type Persistence = {
  readonly timeoutUs: number;
  /** `persistence_engine`. */
  readonly engine?: string;
  /** Clients that count as one: netmask (IPv4) or prefix length (IPv6). */
  readonly granularity?: IpAddress | number;
};

/** How packets get to a server. */
export type Forwarding =
  | { readonly method: "masquerade" | "direct-route" }
  | { readonly method: "tunnel"; readonly tunnel: Tunnel };

/** Encapsulation of tunnelled packets. */
export type Tunnel = {
  readonly type: "ipip" | "gue" | "gre";
  /** UDP port of gue. */
  readonly port?: number;
  readonly checksum: "none" | "checksum" | "remote-checksum";
};

/** `sorry_server`: used while the quorum is lost. */
export type SorryServer = {
  readonly name: string;
  readonly address: IpAddress;
  /** 0: the port of each service. */
  readonly port: number;
  /** The port in its name: in a group its own, whatever IPVS uses. */
  readonly ownPort: number;
  readonly forwarding: Forwarding;
  /** `sorry_server_inhibit`: weight 0 rather than removed. */
  readonly inhibit: boolean;
};

/** One `real_server`. */
export type RealServer = {
  /** As logs and FIFOs name it: `[10.0.0.1]:tcp:80`. */
  readonly name: string;
  readonly address: IpAddress;
  /** 0: the port of each service. */
  readonly port: number;
  /** The port in its name: in a group its own, whatever IPVS uses. */
  readonly ownPort: number;
  /** 0–2³¹-1. */
  readonly weight: number;
  readonly forwarding: Forwarding;
  /** Connections above which it gets no new one; 0: none. */
  readonly upperThreshold: number;
  /** Connections below which it gets new ones again; 0: none. */
  readonly lowerThreshold: number;
  /** A failed server gets weight 0 rather than being removed. */
  readonly inhibitOnFailure: boolean;
  readonly alpha: boolean;
  readonly smtpAlert: boolean;
  readonly notifyUp?: Command;
  readonly notifyDown?: Command;
  readonly snmpName?: string;
  /** All of them must be content. */
  readonly checkers: readonly CheckerConfig[];
};

/** `SSL`: what `SSL_GET` shows to servers. */
export type TlsClient = {
  readonly password?: string;
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
};
