import { bfdPort, sourcePorts } from "@keepalived/bfd-codec";
import { familyOf, type IpAddress } from "@keepalived/ip-address";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import {
  EADDRINUSE,
  encodeSocketAddress,
  openUdpSocket,
  type Socket,
  type SocketAddress,
  SyscallError,
} from "@keepalived/linux";
import { nextRandom } from "@keepalived/machine";

/** Where a session's packets go, and how. */
export type SenderConfig = Pick<
  BfdInstanceConfig,
  "neighborAddress" | "sourceAddress" | "hopLimit" | "multihop"
>;

/** Class selector 6, as for other packets that keep a network together. */
const trafficClass = 0xc0;
const attempts = 64;

/**
 * The socket that the packets of one session come from, with a port of its own (RFC 5881 §4).
 *
 * It is opened when the first packet is sent, and if it cannot be, because the source address is not there yet, at the
 * next one.
 */
export class Sender implements Disposable {
  readonly #config: SenderConfig;
  readonly #to: Uint8Array;
  #socket: Socket | undefined;
  #seed: number;

  constructor(config: SenderConfig, seed: number) {
    this.#config = config;
    this.#seed = seed;
    const { neighborAddress, multihop } = config;
    const port = multihop ? bfdPort.multihop : bfdPort.singleHop;
    this.#to = encodeSocketAddress(addressOf(neighborAddress, port));
  }

  /** @returns why it was not sent; undefined: it was */
  send(packet: Uint8Array): string | undefined {
    try {
      this.#socket ??= this.#open();
      return this.#socket.send(packet, this.#to) === undefined
        ? "the socket has no room"
        : undefined;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return error.message;
    }
  }

  [Symbol.dispose](): void {
    this.#socket?.[Symbol.dispose]();
    this.#socket = undefined;
  }

  #open(): Socket {
    const { neighborAddress, sourceAddress, hopLimit } = this.#config;
    const family = familyOf(neighborAddress);
    const socket = openUdpSocket({ family, hopLimit, trafficClass });
    try {
      this.#bind(socket, sourceAddress ?? (family === 4 ? "0.0.0.0" : "::"));
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
    return socket;
  }

  /** To a port that nobody has, of those that are allowed. */
  #bind(socket: Socket, source: IpAddress): void {
    const { first, last } = sourcePorts;
    for (let left = attempts; left > 0; left--) {
      const { value, seed } = nextRandom(this.#seed);
      this.#seed = seed;
      try {
        socket.bind(addressOf(source, first + Math.floor(value * (last - first + 1))));
        return;
      } catch (error) {
        const isTaken = error instanceof SyscallError && error.errno === EADDRINUSE;
        if (!isTaken || left === 1) throw error;
      }
    }
  }
}

function addressOf(address: IpAddress, port: number): SocketAddress {
  return familyOf(address) === 4
    ? { family: "ipv4", address, port }
    : { family: "ipv6", address, port, scopeId: 0 };
}
