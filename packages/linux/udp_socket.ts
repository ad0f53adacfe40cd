import type { IpFamily } from "@keepalived/ip-address";
import { AF_INET, AF_INET6 } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import {
  IP_PKTINFO,
  IP_RECVTTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
  SO_TIMESTAMPNS_NEW,
  SOCK_DGRAM,
  SOL_SOCKET,
} from "./socket_options.ts";

export type UdpSocketOptions = {
  readonly family: IpFamily;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  /** Receive destination, interface, hop limit and arrival of each packet. */
  readonly details?: boolean;
};

/** A UDP socket that is not bound yet; one for IPv6 carries no IPv4. */
export function openUdpSocket(options: UdpSocketOptions): Socket {
  const { family, hopLimit, trafficClass, details = false } = options;
  const domain = family === 4 ? AF_INET : AF_INET6;
  return Socket.configured(Socket.open(domain, SOCK_DGRAM, 0, "a UDP socket"), (socket) => {
    const level = family === 4 ? IPPROTO_IP : IPPROTO_IPV6;
    const set = (ipv4: number, ipv6: number, value: number): void =>
      socket.setOption(level, family === 4 ? ipv4 : ipv6, value);
    if (family === 6) socket.setOption(IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (hopLimit !== undefined) set(IP_TTL, IPV6_UNICAST_HOPS, hopLimit);
    if (trafficClass !== undefined) set(IP_TOS, IPV6_TCLASS, trafficClass);
    if (details) {
      set(IP_PKTINFO, IPV6_RECVPKTINFO, 1);
      set(IP_RECVTTL, IPV6_RECVHOPLIMIT, 1);
      socket.setOption(SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1);
    }
  });
}
