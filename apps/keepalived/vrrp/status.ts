import type { IpFamily } from "@keepalived/ip-address";
import type { StateKind } from "@keepalived/vrrp-fsm";

/** Counts by name. */
export type Counts = Readonly<Record<string, number>>;

/** What virtual routers are, and what was counted since the start. Plain JSON data. */
export type VrrpStatus = {
  readonly instances: readonly {
    readonly name: string;
    readonly state: StateKind;
    readonly priority: number;
    readonly counters: Counts;
  }[];
  /** Where there are sockets; without an interface, for unicast peers on any. */
  readonly channels: readonly {
    readonly family: IpFamily;
    readonly interface?: string;
    readonly counters: Counts;
  }[];
};
