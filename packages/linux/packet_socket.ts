import { AF_PACKET, encodeSocketAddress } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import { SOCK_RAW } from "./socket_options.ts";

/** Ethertype that stands for every protocol. */
export const ETH_P_ALL = 0x0003;

/**
 * A socket for whole link-layer frames. Needs CAP_NET_RAW.
 *
 * @param options `protocol`: ethertype to receive, absent to send only; `interfaceIndex`: receive from one interface
 */
export function openPacketSocket(
  options: { readonly protocol?: number; readonly interfaceIndex?: number } = {},
): Socket {
  const { protocol = 0, interfaceIndex = 0 } = options;
  // Without a protocol nothing arrives until bind names one: no frame of another interface slips in.
  return Socket.configured(Socket.open(AF_PACKET, SOCK_RAW, 0, "a packet socket"), (socket) => {
    if (protocol !== 0) socket.bind(linkAddress(interfaceIndex, protocol));
  });
}

/** Sends a frame, link-layer header included, out of an interface. @returns undefined if there is no room now */
export function sendFrame(
  socket: Socket,
  interfaceIndex: number,
  frame: Uint8Array,
): number | undefined {
  return socket.send(frame, encodeFramePath(interfaceIndex));
}

/** The way of frames out of an interface, encoded once for many: what `send` of the socket takes. */
export function encodeFramePath(interfaceIndex: number): Uint8Array {
  return encodeSocketAddress(linkAddress(interfaceIndex, 0));
}

function linkAddress(interfaceIndex: number, protocol: number) {
  return {
    family: "packet",
    protocol,
    interfaceIndex,
    address: new Uint8Array(6),
    packetType: 0,
  } as const;
}
