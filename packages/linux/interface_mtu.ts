import { readInt32 } from "./buffers.ts";
import { libc } from "./libc.ts";
import { AF_INET } from "./sockaddr.ts";
import { Socket } from "./socket.ts";
import { SOCK_DGRAM } from "./socket_options.ts";

const SIOCGIFMTU = 0x8921;
/** `struct ifreq`: a name, and a union that begins with the number. */
const IFREQ_BYTES = 40;
const IFNAMSIZ = 16;

/** The longest packet of a network interface in bytes, or undefined if there is none of this name. */
export function interfaceMtu(name: string): number | undefined {
  const request = new Uint8Array(IFREQ_BYTES);
  if (new TextEncoder().encodeInto(name, request.subarray(0, IFNAMSIZ - 1)).read < name.length) {
    return undefined;
  }
  using socket = Socket.open(AF_INET, SOCK_DGRAM, 0);
  const result = libc().calls.ioctl(socket.fd, SIOCGIFMTU, request);
  return result < 0 ? undefined : readInt32(request, IFNAMSIZ);
}
