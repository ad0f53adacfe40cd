import { type IpAddress, type IpFamily, ipToBytes } from "@keepalived/ip-address";
import type { Socket } from "./socket.ts";
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
} from "./socket_options.ts";

/** Where a group is: the interface counts, not its addresses, so that an interface without any works. */
export type Group = { readonly group: IpAddress; readonly interfaceIndex: number };

/** Receives what is sent to a group on an interface. */
export function joinGroup(socket: Socket, { group, interfaceIndex }: Group): void {
  changeMembership(socket, group, interfaceIndex, [IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP]);
}

/** Ends {@linkcode joinGroup}. */
export function leaveGroup(socket: Socket, { group, interfaceIndex }: Group): void {
  changeMembership(socket, group, interfaceIndex, [IP_DROP_MEMBERSHIP, IPV6_LEAVE_GROUP]);
}

/** Sends multicast out of one interface, with this hop limit, and not back to ourselves. */
export function sendMulticastOn(
  socket: Socket,
  family: IpFamily,
  path: { readonly interfaceIndex: number; readonly hopLimit: number },
): void {
  if (family === 4) {
    const request = membership(ipToBytes("0.0.0.0"), path.interfaceIndex);
    socket.setOption(IPPROTO_IP, IP_MULTICAST_IF, request);
    socket.setOption(IPPROTO_IP, IP_MULTICAST_TTL, path.hopLimit);
    socket.setOption(IPPROTO_IP, IP_MULTICAST_LOOP, 0);
  } else {
    socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_IF, path.interfaceIndex);
    socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, path.hopLimit);
    socket.setOption(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
  }
}

function changeMembership(
  socket: Socket,
  group: IpAddress,
  interfaceIndex: number,
  [ipv4, ipv6]: readonly [number, number],
): void {
  const bytes = ipToBytes(group);
  if (bytes.length === 4) socket.setOption(IPPROTO_IP, ipv4, membership(bytes, interfaceIndex));
  else socket.setOption(IPPROTO_IPV6, ipv6, membership6(bytes, interfaceIndex));
}

/** `struct ip_mreqn`: group, own address (none: the index counts), interface. */
function membership(group: Uint8Array, interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes.set(group);
  new DataView(bytes.buffer).setInt32(8, interfaceIndex, true);
  return bytes;
}

/** `struct ipv6_mreq`: group, interface. */
function membership6(group: Uint8Array, interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(20);
  bytes.set(group);
  new DataView(bytes.buffer).setInt32(16, interfaceIndex, true);
  return bytes;
}
