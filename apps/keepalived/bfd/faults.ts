import type { ControlPacketFault } from "@keepalived/bfd-codec";

/** Why a datagram is discarded; the names of the counters too. */
export type PacketFault =
  | ControlPacketFault
  /** It does not fit what we receive in, and so is no control packet. */
  | "truncated"
  /** Neither its discriminator nor its source is that of a session. */
  | "unknown-session"
  /** The session that it names has another neighbour. */
  | "neighbor"
  /** It is of one hop and the session of many, or the other way round. */
  | "port"
  /** It has been through more routers than `max_hops` allows. */
  | "hop-limit"
  /** It has an authentication section, and sessions have none. */
  | "unexpected-authentication";
