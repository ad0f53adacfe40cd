import { decodeAuthenticationHeader, decodeIpv4, ipProtocol } from "@keepalived/inet-codec";
import type { Received } from "@keepalived/linux";
import { decodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Channel } from "./channel.ts";
import type { Datagram } from "./datagram.ts";
import type { VirtualRouter } from "./virtual_router.ts";

/**
 * One datagram of a channel's receiving sockets: decode, find the virtual router, hand over.
 *
 * Whatever a peer sends ends here as an event or as a count.
 */
export function receiveDatagram(channel: Channel, received: Received): void {
  const datagram = openDatagram(channel, received);
  if (datagram === undefined) return;
  const { message, source } = datagram;
  const decoded = decodeAdvertisement(message, datagram);
  const routers = addressees(channel.routersOf(message[1] ?? 0), datagram);
  const atUs = received.arrivalUs ?? channel.nowUs();
  if (!decoded.ok) {
    if (routers.length === 0) channel.counters.add(decoded.error.fault);
    for (const router of routers) router.malformed(decoded.error.fault, source, atUs);
  } else if (routers.length === 0) {
    channel.hearStranger(source, decoded.value, atUs);
  } else {
    for (const router of routers) router.hear(decoded.value, datagram, atUs);
  }
}

/** Those of several virtual routers with one VRID that a datagram is for; all, if it is for none. */
function addressees(
  routers: readonly VirtualRouter[],
  datagram: Datagram,
): readonly VirtualRouter[] {
  if (routers.length < 2) return routers;
  const expecting = routers.filter((router) => router.expects(datagram));
  return expecting.length > 0 ? expecting : routers;
}

/** The VRRP message and its addresses: from the IPv4 header, or for IPv6 from what the kernel tells beside the data. */
function openDatagram(channel: Channel, received: Received): Datagram | undefined {
  if (received.truncated) {
    channel.counters.add("datagram-truncated");
    return undefined;
  }
  if (channel.place.family === 4) return openIpv4(channel, received.data);
  const { source, destination, hopLimit, data } = received;
  if (source?.family !== "ipv6" || destination === undefined || hopLimit === undefined) {
    channel.counters.add("datagram-without-details");
    return undefined;
  }
  return { message: data, source: source.address, destination, hopLimit };
}

function openIpv4(channel: Channel, data: Uint8Array): Datagram | undefined {
  const decoded = decodeIpv4(data);
  if (!decoded.ok) {
    channel.counters.add(`ip-${decoded.error.fault}`);
    return undefined;
  }
  const { source, destination, hopLimit, payload, protocol, options } = decoded.value;
  if (protocol === ipProtocol.vrrp) return { message: payload, source, destination, hopLimit };
  if (protocol !== ipProtocol.authenticationHeader) return undefined;
  const header = decodeAuthenticationHeader(payload);
  if (!header.ok) {
    channel.counters.add(`authentication-header-${header.error.fault}`);
    return undefined;
  }
  if (header.value.protocol !== ipProtocol.vrrp) return undefined;
  const packet = data.subarray(0, 20 + options.length + payload.length);
  const seal = { packet, sequenceNumber: header.value.sequenceNumber };
  return { message: header.value.payload, source, destination, hopLimit, seal };
}
