import { familyOf, type IpAddress, isLinkLocal } from "@keepalived/ip-address";
import type { Connection } from "@keepalived/keepalived-config";
import {
  AF_INET,
  AF_INET6,
  bindToDevice,
  encodeSocketAddress,
  interfaceIndex,
  IP_BIND_ADDRESS_NO_PORT,
  IPPROTO_IP,
  SO_LINGER,
  SO_MARK,
  SO_REUSEADDR,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from "@keepalived/linux";

/** A kind of socket, and its name in messages. */
export type SocketKind = {
  readonly type: number;
  readonly protocol: { readonly 4: number; readonly 6: number };
  readonly name: string;
};

export const streamSocket: SocketKind = {
  type: SOCK_STREAM,
  protocol: { 4: 0, 6: 0 },
  name: "a socket",
};

/** On, and no time for data that waits: closing resets the connection. */
const resetOnClose = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);

/** What of a connection is the same in all attempts. */
type Route = {
  readonly family: 4 | 6;
  /** A socket needs nothing before it is connected. */
  readonly isPlain: boolean;
  /** Where to connect to, encoded; undefined: not for ever. */
  readonly peer: Uint8Array | undefined;
};

const routes = new WeakMap<Connection, Route>();

/**
 * A socket as a checker wants it: interface, mark, source address and port. It is not connected yet.
 *
 * With `bind_port` its port must be free for the next attempt: the end of a connection is a reset then, which leaves
 * nothing behind.
 */
export function openSocket(connection: Connection, kind: SocketKind): Socket {
  const { family, isPlain } = routeOf(connection);
  const domain = family === 4 ? AF_INET : AF_INET6;
  const socket = Socket.open(domain, kind.type, kind.protocol[family], kind.name);
  if (isPlain) return socket;
  const { sourceAddress, sourcePort, interface: device, mark } = connection;
  const isBound = sourceAddress !== undefined || sourcePort !== undefined;
  return Socket.configured(socket, () => {
    if (device !== undefined) bindToDevice(socket, device);
    if (mark !== 0) socket.setOption(SOL_SOCKET, SO_MARK, mark | 0);
    if (!isBound) return;
    if (kind.type === SOCK_STREAM) readyPort(socket, sourcePort);
    const source = sourceAddress ?? (family === 4 ? "0.0.0.0" : "::");
    socket.bind(socketAddress(source, sourcePort ?? 0, device));
  });
}

function readyPort(socket: Socket, port: number | undefined): void {
  if (port === undefined) return socket.setOption(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
  socket.setOption(SOL_SOCKET, SO_LINGER, resetOnClose);
}

/** Where to connect to. */
export function peerOf(connection: Connection, port: number = connection.port): Uint8Array {
  const { peer } = routeOf(connection);
  if (peer !== undefined && port === connection.port) return peer;
  return encodeSocketAddress(socketAddress(connection.address, port, connection.interface));
}

function routeOf(connection: Connection): Route {
  let route = routes.get(connection);
  if (route === undefined) {
    const { address, port, sourceAddress, sourcePort, interface: device, mark } = connection;
    route = {
      family: familyOf(address),
      isPlain: sourceAddress === undefined && sourcePort === undefined && device === undefined &&
        mark === 0,
      // An interface may come again with another index.
      peer: isLinkLocal(address)
        ? undefined
        : encodeSocketAddress(socketAddress(address, port, undefined)),
    };
    routes.set(connection, route);
  }
  return route;
}

function socketAddress(address: IpAddress, port: number, device: string | undefined) {
  if (familyOf(address) === 4) return { family: "ipv4", address, port } as const;
  const isScoped = device !== undefined && isLinkLocal(address);
  const scopeId = isScoped ? interfaceIndex(device) ?? 0 : 0;
  return { family: "ipv6", address, port, scopeId } as const;
}
