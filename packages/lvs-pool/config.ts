import type { IpAddress } from "@keepalived/ip-address";

/** What a pool has to know of a virtual server. */
export type PoolConfig = {
  /** As logs name it. */
  readonly name: string;
  /** Gained at `quorum + hysteresis`, lost below `quorum - hysteresis`: see {@linkcode quorumBand}. */
  readonly quorum: number;
  readonly hysteresis: number;
  /** When the pool ends with its process, servers and quorum are told to be down. */
  readonly omega: boolean;
  /** Servers that are up from the beginning are told of. */
  readonly initNotifies: boolean;
  /** Each has an id of its own. */
  readonly servers: readonly PoolServer[];
  readonly sorryServer?: SorryServer;
};

/** A server that takes its share while it is up. */
export type PoolServer = {
  /** What it is known by, also after a reload. */
  readonly id: string;
  /** As logs name it. */
  readonly name: string;
  readonly endpoint: Endpoint;
  /** 0–2147483647 */
  readonly weight: number;
  /** While it is down it stays with weight 0 rather than being removed. */
  readonly inhibitOnFailure: boolean;
  /** All of them must be content. */
  readonly checkers: readonly PoolChecker[];
};

export type PoolChecker = {
  /** What it is known by among those of its server, also after a reload. */
  readonly id: string;
  /** Not content until it has said so. */
  readonly alpha: boolean;
};

/** The server of last resort, while the quorum is lost. */
export type SorryServer = {
  readonly name: string;
  readonly endpoint: Endpoint;
  /** While it is not needed it stays with weight 0 rather than being removed. */
  readonly inhibit: boolean;
};

/** Where a server is, and how packets get there. */
export type Endpoint = {
  readonly address: IpAddress;
  /** 0: the port of each service. */
  readonly port: number;
  readonly forwarding: Forwarding;
  /** Connections above which it gets no new one; 0: none. */
  readonly upperThreshold: number;
  /** Connections below which it gets new ones again; 0: none. */
  readonly lowerThreshold: number;
};

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
