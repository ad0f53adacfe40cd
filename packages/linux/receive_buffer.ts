import type { IpAddress } from "@keepalived/ip-address";
import { arrivalUs } from "./clock.ts";
import { decodeControl } from "./control.ts";
import { libc } from "./libc.ts";
import { retry } from "./errno.ts";
import { MessageHeader } from "./message_header.ts";
import { decodeSocketAddress, SOCKADDR_BYTES, type SocketAddress } from "./sockaddr.ts";
import { MSG_CTRUNC, MSG_TRUNC } from "./socket_options.ts";

/** One received packet. */
export type Received = {
  /** A view into the buffer that received it: valid until its next use. */
  readonly data: Uint8Array;
  readonly source: SocketAddress | undefined;
  /** With IP_PKTINFO or IPV6_RECVPKTINFO. */
  readonly destination: IpAddress | undefined;
  /** The interface that it arrived on, with the same options. */
  readonly interfaceIndex: number | undefined;
  /** With IP_RECVTTL or IPV6_RECVHOPLIMIT. */
  readonly hopLimit: number | undefined;
  /** When it arrived, as {@linkcode nowUs} counts. With SO_TIMESTAMPNS_NEW. */
  readonly arrivalUs: number | undefined;
  /** The buffer was too short for the data or for what the kernel says beside it. */
  readonly truncated: boolean;
};

/** Memory for `recvmsg`, to use again for packet after packet and socket after socket. */
export class ReceiveBuffer {
  readonly #header: MessageHeader;

  /** @param dataBytes longest packet. @param controlBytes room for ancillary data */
  constructor(dataBytes = 65_536, controlBytes = 512) {
    this.#header = new MessageHeader(dataBytes, SOCKADDR_BYTES, controlBytes);
  }

  /** One `recvmsg`. @returns the length, or `-errno` */
  receive(fd: number): number {
    const header = this.#header;
    return retry(() => {
      header.setLengths(header.data.length, SOCKADDR_BYTES, header.control.length);
      return libc().calls.recvmsg(fd, header.bytes, 0);
    });
  }

  /** The packet that the last {@linkcode receive} brought. @param length what it returned */
  packet(length: number): Received {
    const header = this.#header;
    const control = header.control.subarray(0, header.controlLength);
    const { destination, interfaceIndex, hopLimit, stampUs } = decodeControl(control);
    return {
      data: header.data.subarray(0, length),
      source: decodeSocketAddress(header.name.subarray(0, header.nameLength)),
      destination,
      interfaceIndex,
      hopLimit,
      arrivalUs: stampUs === undefined ? undefined : arrivalUs(stampUs),
      truncated: (header.flags & (MSG_TRUNC | MSG_CTRUNC)) !== 0,
    };
  }
}
