import type { IpAddress } from "@keepalived/ip-address";

/** What a receiver knows of the packet around a message. A decoded IPv4 or IPv6 packet is one. */
export type Received = {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Time To Live of IPv4, Hop Limit of IPv6: 0–255. */
  readonly hopLimit: number;
};
