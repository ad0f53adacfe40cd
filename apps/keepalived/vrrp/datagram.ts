import type { Received } from "@keepalived/inet-codec";

/** One received packet, as far as the configuration does not matter. */
export type Datagram = Received & {
  /** The VRRP message. A view: valid while the datagram is handled. */
  readonly message: Uint8Array;
  /** Present: the message came in an Authentication Header. */
  readonly seal?: {
    /** The whole IPv4 packet. A view too. */
    readonly packet: Uint8Array;
    readonly sequenceNumber: number;
  };
};
