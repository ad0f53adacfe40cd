import { cString } from "./buffers.ts";
import { check } from "./errno.ts";
import { libc } from "./libc.ts";
import type { Socket } from "./socket.ts";
import { int32 } from "./buffers.ts";
import {
  SO_BINDTODEVICE,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SOL_SOCKET,
} from "./socket_options.ts";

/** Sends and receives on one interface only. */
export function bindToDevice(socket: Socket, device: string): void {
  const name = cString(device);
  check(
    libc().calls.setsockopt(socket.fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length),
    "setsockopt",
    `bind a socket to interface ${device}`,
  );
}

/** Room for packets that wait; beyond the limit of the system (`rmem_max`) with CAP_NET_ADMIN, else up to it. */
export function setReceiveBuffer(socket: Socket, bytes: number): void {
  const forced = libc().calls.setsockopt(socket.fd, SOL_SOCKET, SO_RCVBUFFORCE, int32(bytes), 4);
  if (forced < 0) socket.setOption(SOL_SOCKET, SO_RCVBUF, bytes);
}

/** Room for packets to send; beyond the limit of the system (`wmem_max`) with CAP_NET_ADMIN, else up to it. */
export function setSendBuffer(socket: Socket, bytes: number): void {
  const forced = libc().calls.setsockopt(socket.fd, SOL_SOCKET, SO_SNDBUFFORCE, int32(bytes), 4);
  if (forced < 0) socket.setOption(SOL_SOCKET, SO_SNDBUF, bytes);
}
