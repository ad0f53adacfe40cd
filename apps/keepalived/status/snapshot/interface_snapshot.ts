import type { IpAddress, MacAddress } from "@keepalived/ip-address";

/** An interface as the netlink reflector knows it. */
export type InterfaceSnapshot = {
  readonly name: string;
  readonly index: number;
  /** `ARPHRD_*` */
  readonly hardwareType: number;
  readonly up: boolean;
  readonly running: boolean;
  /** Up, after the delays of `interface_up_down_delays`. */
  readonly countsAsUp: boolean;
  readonly broadcast: boolean;
  readonly loopback: boolean;
  readonly pointToPoint: boolean;
  readonly multicast: boolean;
  readonly arp: boolean;
  readonly mtu?: number;
  readonly mac?: MacAddress;
  readonly broadcastMac?: MacAddress;
  /** "macvlan", "bridge", "veth", … */
  readonly kind?: string;
  /** The interface below a macvlan or ipvlan. */
  readonly below?: string;
  readonly vrf?: string;
  /** Made by us. */
  readonly own: boolean;
  /** The first of each family, none of a virtual router; of IPv6 a link-local one. */
  readonly ipv4?: IpAddress;
  readonly ipv6?: IpAddress;
  /** Names of the instances that stand on it. */
  readonly usedBy: readonly string[];
};
