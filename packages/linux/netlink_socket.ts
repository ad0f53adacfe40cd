import { checkReady, ENOBUFS } from "./errno.ts";
import type { ReceiveBuffer } from "./receive_buffer.ts";
import { AF_NETLINK } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import {
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  SOCK_RAW,
  SOL_NETLINK,
} from "./socket_options.ts";
import { setReceiveBuffer, setSendBuffer } from "./socket_settings.ts";

export const NETLINK_ROUTE = 0;
export const NETLINK_CONNECTOR = 11;
export const NETLINK_NETFILTER = 12;
export const NETLINK_GENERIC = 16;

export type NetlinkSocketOptions = {
  /** Default {@linkcode NETLINK_ROUTE}. */
  readonly protocol?: number;
  /** Multicast groups by number (RTNLGRP_*), 1–32: of higher ones the kernel does not tell that they are groups. */
  readonly groups?: readonly number[];
  readonly receiveBufferBytes?: number;
  /** The longest datagram that can be sent. */
  readonly sendBufferBytes?: number;
  /** Dumps honour the filters in the request, and unknown ones are refused. Default on. */
  readonly strict?: boolean;
};

/** A netlink socket with a port of its own, extended and capped acknowledgements. */
export function openNetlinkSocket(options: NetlinkSocketOptions = {}): Socket {
  const { protocol = NETLINK_ROUTE, groups = [], strict = true } = options;
  const opened = Socket.open(AF_NETLINK, SOCK_RAW, protocol, "a netlink socket");
  return Socket.configured(opened, (socket) => {
    socket.setOption(SOL_NETLINK, NETLINK_EXT_ACK, 1);
    socket.setOption(SOL_NETLINK, NETLINK_CAP_ACK, 1);
    if (strict) socket.setOption(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    if (options.receiveBufferBytes !== undefined) {
      setReceiveBuffer(socket, options.receiveBufferBytes);
    }
    if (options.sendBufferBytes !== undefined) setSendBuffer(socket, options.sendBufferBytes);
    socket.bind({ family: "netlink", portId: 0, groups: 0 });
    for (const group of groups) socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
  });
}

/** What one read of a netlink socket brings. */
export type NetlinkReceived =
  /** Messages from the kernel. */
  | {
    readonly kind: "data";
    /** A view into the buffer, valid until its next use. */
    readonly bytes: Uint8Array;
    /** Sent to a group, not to us: a notification, even where its sequence number is that of our request. */
    readonly multicast: boolean;
  }
  /** The kernel had no room and dropped notifications: read the state again. */
  | { readonly kind: "overrun" }
  /** The buffer was too short, the rest of the messages is lost. */
  | { readonly kind: "truncated" }
  /** Another process sent this; a real kernel never does. */
  | { readonly kind: "foreign" };

/** Reads once. @returns undefined if nothing waits */
export function receiveNetlink(socket: Socket, into: ReceiveBuffer): NetlinkReceived | undefined {
  const result = into.receive(socket.fd);
  if (result === -ENOBUFS) return { kind: "overrun" };
  const length = checkReady(result, "recvmsg", "receive from a netlink socket");
  if (length === undefined) return undefined;
  const { data, source, truncated } = into.packet(length);
  if (source?.family !== "netlink" || source.portId !== 0) return { kind: "foreign" };
  if (truncated) return { kind: "truncated" };
  return { kind: "data", bytes: data, multicast: source.groups !== 0 };
}
