import type { IpAddress, MacAddress } from "@keepalived/ip-address";
import { arpOperation, encodeArp } from "./arp.ts";
import { broadcastMac, encodeEthernet, etherType } from "./ethernet.ts";
import { ipProtocol } from "./ip_protocol.ts";
import { encodeIpv6 } from "./ipv6.ts";
import { allNodes, multicastMac } from "./multicast.ts";
import { encodeNeighbour } from "./ndp.ts";

/**
 * A frame that tells all stations where an IPv4 address is now (RFC 5227 §3, an "ARP Announcement").
 *
 * A broadcast request with the address as sender and target. The target hardware address, which RFC 5227 says to
 * ignore, is the broadcast address as keepalived has it (testdata/frames.txt, "gratuitous ARP").
 *
 * @returns a complete Ethernet frame of 42 bytes
 */
export function encodeGratuitousArp(
  { sourceMac, address }: { readonly sourceMac: MacAddress; readonly address: IpAddress },
): Uint8Array {
  return encodeEthernet({
    destination: broadcastMac,
    source: sourceMac,
    etherType: etherType.arp,
    payload: encodeArp({
      operation: arpOperation.request,
      senderMac: sourceMac,
      senderAddress: address,
      targetMac: broadcastMac,
      targetAddress: address,
    }),
  });
}

/** What {@linkcode encodeUnsolicitedNeighbourAdvertisement} tells. */
export type UnsolicitedNeighbourAdvertisement = {
  readonly sourceMac: MacAddress;
  /** Source of the packet; `address` itself if left out, as keepalived sends it. */
  readonly source?: IpAddress;
  /** The address that is announced. */
  readonly address: IpAddress;
  /** Whether the sender forwards packets. */
  readonly router: boolean;
};

/**
 * A frame that tells all nodes of the link where an IPv6 address is now (RFC 4861 §7.2.6).
 *
 * @returns a complete Ethernet frame of 86 bytes: override flag, target link-layer address option, to ff02::1
 */
export function encodeUnsolicitedNeighbourAdvertisement(
  { sourceMac, address, source = address, router }: UnsolicitedNeighbourAdvertisement,
): Uint8Array {
  const path = { source, destination: allNodes };
  const payload = encodeNeighbour({
    kind: "advertisement",
    target: address,
    router,
    solicited: false,
    override: true,
    linkLayerAddress: sourceMac,
    otherOptions: [],
  }, path);
  return encodeEthernet({
    destination: multicastMac(allNodes),
    source: sourceMac,
    etherType: etherType.ipv6,
    payload: encodeIpv6({ ...path, hopLimit: 255, protocol: ipProtocol.icmpv6, payload }),
  });
}
