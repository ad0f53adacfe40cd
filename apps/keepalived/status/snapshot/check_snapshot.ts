import type { IpAddress } from "@keepalived/ip-address";
import type { ServerService } from "@keepalived/lvs-pool";
import type { ProcessSnapshot } from "./process_snapshot.ts";

/** Servers of each virtual server that a summary tells of one by one, and that a person is shown. */
export const toldInSummary = 20;

/** The checker process at one moment: plain JSON data, for everybody who asks how it is doing. */
export type CheckSnapshot = {
  readonly process: ProcessSnapshot;
  /** Whether the kernel's table is made to follow. */
  readonly programsIpvs: boolean;
  /** In the order of the configuration. */
  readonly virtualServers: readonly VirtualServerSnapshot[];
};

/** One virtual server. */
export type VirtualServerSnapshot = {
  /** As logs name it. */
  readonly name: string;
  /** It has its quorum. */
  readonly up: boolean;
  /** Of the servers that are up. */
  readonly weight: number;
  readonly quorum: number;
  readonly hysteresis: number;
  /** No checks run: none of its addresses is on this host (ha_suspend). */
  readonly suspended: boolean;
  readonly sorryServer?: { readonly name: string; readonly active: boolean };
  /** How many servers there are, how many of them are up, and how many are not as they should be. */
  readonly counts: { readonly servers: number; readonly up: number; readonly odd: number };
  /** In the order of the configuration; in a summary only the first of those that are not as they should be. */
  readonly servers: readonly RealServerSnapshot[];
};

/** One server behind a virtual server. */
export type RealServerSnapshot = {
  readonly name: string;
  readonly address: IpAddress;
  /** 0: that of each service. */
  readonly port: number;
  readonly up: boolean;
  /** Nobody has seen it up or down yet. */
  readonly pending: boolean;
  readonly weight: {
    readonly configured: number;
    readonly effective: number;
    /** An operator's, in place of the configured one. */
    readonly ordered?: number;
  };
  /** An operator may have drained it (weight 0: what is connected stays), or taken it out of the kernel. */
  readonly service: ServerService;
  readonly checkers: readonly CheckerSnapshot[];
};

/** One checker of a server. */
export type CheckerSnapshot = {
  /** `TCP_CHECK` */
  readonly keyword: string;
  readonly up: boolean;
  /** Nobody has seen it up or down yet. */
  readonly assumed: boolean;
  readonly attempts: number;
  readonly failures: number;
  readonly checkedAt?: number;
  readonly nextAt?: number;
  /** Since when an attempt runs. */
  readonly runningSince?: number;
  readonly lastFailure?: string;
};
