import { decodeIpv4, ipProtocol } from "@keepalived/inet-codec";
import type { IpAddress } from "@keepalived/ip-address";
import type { Received } from "@keepalived/linux";
import { decodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Channel } from "./channel.ts";

/**
 * One datagram of a channel's receiving socket: decode, find the virtual router, hand over.
 *
 * Whatever a peer sends ends here as an event or as a count; nothing is logged for a VRID that is not ours.
 */
export function receiveDatagram(channel: Channel, received: Received): void {
  const datagram = openDatagram(channel, received);
  if (datagram === undefined) return;
  const { message, source, destination, hopLimit } = datagram;
  const decoded = decodeAdvertisement(message, { source, destination, hopLimit });
  const routers = channel.routersOf(message[1] ?? 0);
  if (!decoded.ok) {
    channel.counters.add(decoded.error.fault);
    for (const router of routers) router.malformed(decoded.error.fault, source);
    return;
  }
  if (routers.length === 0) channel.counters.add("unknown-vrid");
  const { arrivalUs } = received;
  for (const router of routers) {
    router.hear(decoded.value, { source, destination, hopLimit }, arrivalUs);
  }
}

type Datagram = {
  readonly message: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
};

/** The VRRP message and its addresses: from the IPv4 header, or for IPv6 from what the kernel tells beside the data. */
function openDatagram(channel: Channel, received: Received): Datagram | undefined {
  if (received.truncated) {
    channel.counters.add("datagram-truncated");
    return undefined;
  }
  if (channel.place.family === 4) {
    const packet = decodeIpv4(received.data);
    if (!packet.ok) {
      channel.counters.add(`ip-${packet.error.fault}`);
      return undefined;
    }
    const { source, destination, hopLimit, payload, protocol } = packet.value;
    if (protocol !== ipProtocol.vrrp) return undefined;
    return { message: payload, source, destination, hopLimit };
  }
  const { source, destination, hopLimit, data } = received;
  if (source?.family !== "ipv6" || destination === undefined || hopLimit === undefined) {
    channel.counters.add("datagram-without-details");
    return undefined;
  }
  return { message: data, source: source.address, destination, hopLimit };
}
