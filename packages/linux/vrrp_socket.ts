import type { IpAddress, IpFamily } from "@keepalived/ip-address";
import { ReceiveBuffer } from "./receive_buffer.ts";
import { bindToDevice, setReceiveBuffer } from "./socket_settings.ts";
import { acceptNothing, attachFilter, type FilterInstruction } from "./socket_filter.ts";
import { joinGroup, sendMulticastOn } from "./multicast.ts";
import { AF_INET, AF_INET6 } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import {
  IP_HDRINCL,
  IP_MTU_DISCOVER,
  IP_MULTICAST_ALL,
  IP_PKTINFO,
  IP_RECVTTL,
  IP_TOS,
  IP_TRANSPARENT,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_CHECKSUM,
  IPV6_FREEBIND,
  IPV6_MULTICAST_ALL,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  SO_PRIORITY,
  SO_TIMESTAMPNS_NEW,
  SOCK_RAW,
  SOL_SOCKET,
} from "./socket_options.ts";

const IP_PMTUDISC_DONT = 0;

/** IP protocol number of VRRP (RFC 9568 §5.1.1.4). */
export const IPPROTO_VRRP = 112;

/** Of the Authentication Header (RFC 4302 §2). */
const IPPROTO_AH = 51;

const acceptAll: readonly FilterInstruction[] = [{ code: 0x06, value: 0xffff_ffff }];

/** Only what has VRRP in its Authentication Header: all other traffic under IPsec is nothing to us. */
const acceptVrrpInside: readonly FilterInstruction[] = [
  { code: 0xb1, value: 0 }, // X = length of the IPv4 header
  { code: 0x50, value: 0 }, // A = first byte of the Authentication Header: the protocol inside
  { code: 0x15, ifFalse: 1, value: IPPROTO_VRRP },
  { code: 0x06, value: 0xffff_ffff },
  { code: 0x06, value: 0 },
];

export type VrrpReceiverOptions = {
  readonly family: IpFamily;
  /** Only packets that arrive on this interface; absent: on any, for unicast peers. */
  readonly device?: string;
  /** Groups to join, each on an interface: 224.0.0.18 or ff02::12. */
  readonly groups?: readonly { readonly group: IpAddress; readonly interfaceIndex: number }[];
  readonly receiveBufferBytes?: number;
  /** IPv4: VRRP in an Authentication Header (RFC 2338 §5.3.6.3) instead of plain. */
  readonly sealed?: boolean;
  /** Default {@linkcode IPPROTO_VRRP}. */
  readonly protocol?: number;
};

/**
 * A raw socket that receives VRRP, with destination, interface, hop limit and arrival of each packet. Needs CAP_NET_RAW.
 *
 * IPv4 data begins with the IP header, IPv6 data with the VRRP message: so the kernel delivers raw packets.
 */
export function openVrrpReceiver(options: VrrpReceiverOptions): Socket {
  const sealed = options.sealed === true;
  const kind = sealed ? { ...options, protocol: IPPROTO_AH } : options;
  return Socket.configured(openRaw(kind), (socket) => {
    attachFilter(socket, acceptNothing);
    discardWaiting(socket);
    socket.setOption(SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1);
    if (options.family === 4) {
      socket.setOption(IPPROTO_IP, IP_PKTINFO, 1);
      socket.setOption(IPPROTO_IP, IP_RECVTTL, 1);
      // Else the socket hears every group that any process joined on the interface.
      socket.setOption(IPPROTO_IP, IP_MULTICAST_ALL, 0);
    } else {
      socket.setOption(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
      socket.setOption(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
      socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0);
    }
    if (options.receiveBufferBytes !== undefined) {
      setReceiveBuffer(socket, options.receiveBufferBytes);
    }
    attachFilter(socket, sealed ? acceptVrrpInside : acceptAll);
    for (const group of options.groups ?? []) joinGroup(socket, group);
  });
}

/** Before it was bound to its interface, the socket heard them all. */
function discardWaiting(socket: Socket): void {
  const buffer = new ReceiveBuffer(64, 64);
  while (socket.receive(buffer) !== undefined);
}

export type VrrpSenderOptions = {
  readonly family: IpFamily;
  /** Send out of this interface whatever the routes say; absent: follow the routes, for unicast peers. */
  readonly device?: string;
  /** Interface for multicast, which is then not looped back. */
  readonly interfaceIndex?: number;
  /** Default 255 (RFC 9568 §5.1.1.3); -1: what the kernel gives all packets. */
  readonly hopLimit?: number;
  /** IPv4: what is sent begins with its IP header. */
  readonly headerIncluded?: boolean;
  /** SO_PRIORITY, the queueing class on our side. Default 6, internetwork control. */
  readonly priority?: number;
  /** Default 0xc0: class selector 6. */
  readonly trafficClass?: number;
  /** IPv6: where the kernel writes the checksum into the message; absent: the sender has done it. */
  readonly checksumOffset?: number;
  /** Default {@linkcode IPPROTO_VRRP}. */
  readonly protocol?: number;
};

/**
 * A raw socket that sends VRRP; it receives nothing. Needs CAP_NET_RAW.
 *
 * The source address is chosen by `bind` or for each packet by `sendFrom`; it need not be on an interface yet.
 */
export function openVrrpSender(options: VrrpSenderOptions): Socket {
  const { family, hopLimit = 255, trafficClass = 0xc0 } = options;
  return Socket.configured(openRaw(options), (socket) => {
    if (family === 4) {
      socket.setOption(IPPROTO_IP, IP_TTL, hopLimit);
      socket.setOption(IPPROTO_IP, IP_TOS, trafficClass);
      // As its peers send it: without the bit that forbids fragments.
      socket.setOption(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
      // Unlike IP_FREEBIND, which is for `bind` only.
      socket.setOption(IPPROTO_IP, IP_TRANSPARENT, 1);
      if (options.headerIncluded === true) socket.setOption(IPPROTO_IP, IP_HDRINCL, 1);
    } else {
      socket.setOption(IPPROTO_IPV6, IPV6_UNICAST_HOPS, hopLimit);
      socket.setOption(IPPROTO_IPV6, IPV6_TCLASS, trafficClass);
      socket.setOption(IPPROTO_IPV6, IPV6_FREEBIND, 1);
      socket.setOption(IPPROTO_IPV6, IPV6_CHECKSUM, options.checksumOffset ?? -1);
    }
    if (options.interfaceIndex !== undefined) {
      sendMulticastOn(socket, family, { interfaceIndex: options.interfaceIndex, hopLimit });
    }
    // After the type of service, which sets the priority as well.
    socket.setOption(SOL_SOCKET, SO_PRIORITY, options.priority ?? 6);
    attachFilter(socket, acceptNothing);
  });
}

function openRaw(
  options: { readonly family: IpFamily; readonly protocol?: number; readonly device?: string },
): Socket {
  const { family, protocol = IPPROTO_VRRP, device } = options;
  const domain = family === 4 ? AF_INET : AF_INET6;
  return Socket.configured(Socket.open(domain, SOCK_RAW, protocol, "a raw socket"), (socket) => {
    if (device !== undefined) bindToDevice(socket, device);
  });
}
