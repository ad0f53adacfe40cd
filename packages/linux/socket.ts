import { type IpAddress } from "@keepalived/ip-address";
import { encodeSource } from "./control.ts";
import { check, checkReady, EINPROGRESS, retry } from "./errno.ts";
import { int32, readInt32 } from "./buffers.ts";
import { libc } from "./libc.ts";
import { MessageHeader } from "./message_header.ts";
import type { ReceiveBuffer, Received } from "./receive_buffer.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKADDR_BYTES,
  type SocketAddress,
} from "./sockaddr.ts";
import {
  MSG_NOSIGNAL,
  SO_ERROR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from "./socket_options.ts";

const SOURCE_CONTROL_BYTES = 40;

/** Where a packet goes, and where it comes from. */
export type SendPath = {
  readonly to: SocketAddress;
  readonly source: IpAddress;
  readonly interfaceIndex?: number;
};

/** A {@linkcode SendPath} as the kernel takes it. */
export type EncodedSendPath = { readonly name: Uint8Array; readonly control: Uint8Array };

/** Encodes a path once, for many packets. */
export function encodeSendPath(path: SendPath): EncodedSendPath {
  return {
    name: encodeSocketAddress(path.to),
    control: encodeSource(path.source, path.interfaceIndex),
  };
}

/** A socket, never blocking, closed on exec. Failures throw `SyscallError`; "not now" is undefined. */
export class Socket {
  #fd: number;
  #out: MessageHeader | undefined;

  /** Takes over an open descriptor. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** @param what the socket's name in messages: "a raw socket" */
  static open(domain: number, type: number, protocol: number, what = "a socket"): Socket {
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    return new Socket(
      check(libc().calls.socket(domain, type | flags, protocol), "socket", `open ${what}`),
    );
  }

  /** The socket after it was set up; closed if that throws. */
  static configured(socket: Socket, configure: (socket: Socket) => void): Socket {
    try {
      configure(socket);
      return socket;
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
  }

  /** Two sockets that are connected with each other. */
  static pair(domain: number, type: number): [Socket, Socket] {
    const fds = new Uint8Array(8);
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    check(
      libc().calls.socketpair(domain, type | flags, 0, fds),
      "socketpair",
      "open a pair of sockets",
    );
    return [new Socket(readInt32(fds)), new Socket(readInt32(fds, 4))];
  }

  get fd(): number {
    return this.#fd;
  }

  setOption(level: number, option: number, value: number | Uint8Array): void {
    const bytes = typeof value === "number" ? int32(value) : value;
    check(
      libc().calls.setsockopt(this.#fd, level, option, bytes, bytes.length),
      "setsockopt",
      `set option ${option} of level ${level} on a socket`,
    );
  }

  getOption(level: number, option: number, length = 4): Uint8Array {
    const bytes = new Uint8Array(length);
    const size = int32(length);
    check(
      libc().calls.getsockopt(this.#fd, level, option, bytes, size),
      "getsockopt",
      `read option ${option} of level ${level} of a socket`,
    );
    return bytes.subarray(0, readInt32(size));
  }

  getIntOption(level: number, option: number): number {
    return readInt32(this.getOption(level, option));
  }

  bind(address: SocketAddress): void {
    const bytes = encodeSocketAddress(address);
    const result = libc().calls.bind(this.#fd, bytes, bytes.length);
    check(result, "bind", `bind a socket to ${describe(address)}`);
  }

  /**
   * "in-progress": readiness to write tells the end, and {@linkcode takeError} the result.
   *
   * @param address the peer, or its encoded form, which is faster for many connections
   */
  connect(address: SocketAddress | Uint8Array): "connected" | "in-progress" {
    const bytes = address instanceof Uint8Array ? address : encodeSocketAddress(address);
    const result = retry(() => libc().calls.connect(this.#fd, bytes, bytes.length));
    if (result === -EINPROGRESS) return "in-progress";
    if (result < 0) {
      const peer = address instanceof Uint8Array ? decodeSocketAddress(address) : address;
      check(result, "connect", `connect to ${peer === undefined ? "a peer" : describe(peer)}`);
    }
    return "connected";
  }

  /** The error that waits on a socket, such as that of a connection in progress, as a positive number; 0 without one. */
  takeError(): number {
    return this.getIntOption(SOL_SOCKET, SO_ERROR);
  }

  listen(backlog: number): void {
    check(libc().calls.listen(this.#fd, backlog), "listen", "listen on a socket");
  }

  accept(): Socket | undefined {
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    const result = retry(() => libc().calls.accept4(this.#fd, null, null, flags));
    const fd = checkReady(result, "accept4", "accept a connection");
    return fd === undefined ? undefined : new Socket(fd);
  }

  localAddress(): SocketAddress | undefined {
    return this.#address("getsockname");
  }

  peerAddress(): SocketAddress | undefined {
    return this.#address("getpeername");
  }

  /**
   * @param to the receiver, or its encoded form, which is faster for many packets; none on a connected socket
   * @returns how many bytes were sent; undefined if there is no room now
   */
  send(bytes: Uint8Array, to?: SocketAddress | Uint8Array): number | undefined {
    const address = to === undefined || to instanceof Uint8Array ? to : encodeSocketAddress(to);
    const result = retry(() =>
      libc().calls.sendto(
        this.#fd,
        bytes,
        bytes.length,
        MSG_NOSIGNAL,
        address ?? null,
        address?.length ?? 0,
      )
    );
    return checkReady(result, "sendto", "send a packet");
  }

  /** What a stream has for us. @returns how many bytes, 0 at the end; undefined if none wait */
  read(into: Uint8Array): number | undefined {
    const result = retry(() => libc().calls.read(this.#fd, into, into.length));
    return checkReady(result, "read", "read from a connection");
  }

  /**
   * Sends with a chosen source address, which may be none of ours (IP_TRANSPARENT), and interface.
   *
   * @param path the addresses, or their encoded form, which is faster for many packets
   */
  sendFrom(bytes: Uint8Array, path: SendPath | EncodedSendPath): number | undefined {
    const { name, control } = "name" in path ? path : encodeSendPath(path);
    const out = this.#outgoing(bytes.length);
    out.data.set(bytes);
    out.name.set(name);
    out.control.set(control);
    const result = retry(() => {
      out.setLengths(bytes.length, name.length, control.length);
      return libc().calls.sendmsg(this.#fd, out.bytes, MSG_NOSIGNAL);
    });
    return checkReady(result, "sendmsg", "send a packet");
  }

  /** One packet, or undefined if none waits. */
  receive(into: ReceiveBuffer): Received | undefined {
    const length = checkReady(into.receive(this.#fd), "recvmsg", "receive a packet");
    return length === undefined ? undefined : into.packet(length);
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    libc().calls.close(this.#fd);
    this.#fd = -1;
  }

  #address(call: "getsockname" | "getpeername"): SocketAddress | undefined {
    const bytes = new Uint8Array(SOCKADDR_BYTES);
    const length = int32(bytes.length);
    check(libc().calls[call](this.#fd, bytes, length), call, "read the address of a socket");
    return decodeSocketAddress(bytes.subarray(0, readInt32(length)));
  }

  #outgoing(length: number): MessageHeader {
    if (this.#out === undefined || this.#out.data.length < length) {
      this.#out = new MessageHeader(Math.max(2048, length), SOCKADDR_BYTES, SOURCE_CONTROL_BYTES);
    }
    return this.#out;
  }
}

function describe(address: SocketAddress): string {
  switch (address.family) {
    case "ipv4":
      return `${address.address}:${address.port}`;
    case "ipv6":
      return `[${address.address}%${address.scopeId}]:${address.port}`;
    case "packet":
      return `interface ${address.interfaceIndex}`;
    case "netlink":
      return `netlink port ${address.portId}`;
    case "unix":
      return address.path;
  }
}
