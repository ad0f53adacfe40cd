import type { ControlPacket } from "@keepalived/bfd-codec";
import type { IpAddress } from "@keepalived/ip-address";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import type { PacketFault } from "./faults.ts";

/** How a packet came. */
export type Arrival = {
  readonly source: IpAddress;
  readonly multihop: boolean;
  readonly hopLimit: number;
};

/** What finds the session of a packet. */
export type SessionTable<Session> = {
  readonly byDiscriminator: (discriminator: number) => Session | undefined;
  readonly byNeighbor: (neighbor: IpAddress) => Session | undefined;
};

/**
 * Finds the session that a packet is for, and checks what depends on it (RFC 5880 §6.8.6, RFC 5881 §5, RFC 5883 §5).
 *
 * A session is found by the discriminator that we gave it; by its neighbour only as long as that one does not know it.
 */
export function sessionOf<Session extends { readonly config: BfdInstanceConfig }>(
  packet: ControlPacket,
  arrival: Arrival,
  table: SessionTable<Session>,
): Session | PacketFault {
  const { yourDiscriminator } = packet;
  const session = yourDiscriminator === 0
    ? table.byNeighbor(arrival.source)
    : table.byDiscriminator(yourDiscriminator);
  if (session === undefined) return "unknown-session";
  const { neighborAddress, multihop, hopLimit, maxHops } = session.config;
  if (arrival.source !== neighborAddress) return "neighbor";
  if (arrival.multihop !== multihop) return "port";
  if (maxHops >= 0 && hopLimit - arrival.hopLimit > maxHops) return "hop-limit";
  if (packet.authentication !== undefined) return "unexpected-authentication";
  return session;
}
