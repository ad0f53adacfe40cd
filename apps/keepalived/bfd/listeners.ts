import { bfdPort } from "@keepalived/bfd-codec";
import { familyOf, type IpAddress, type IpFamily } from "@keepalived/ip-address";
import type { BfdInstanceConfig } from "@keepalived/keepalived-config";
import {
  openUdpSocket,
  ReceiveBuffer,
  type Received,
  setReceiveBuffer,
  type Socket,
  SyscallError,
} from "@keepalived/linux";
import type { Deadline, Reactor } from "@keepalived/reactor";
import type { Log } from "../log.ts";
import type { Arrival } from "./admission.ts";

/** A datagram to one of our ports; its bytes are valid during the call only. */
export type Datagram = Arrival & {
  readonly data: Uint8Array;
  readonly truncated: boolean;
  /** On the reactor's clock; undefined: now. */
  readonly arrivalUs: number | undefined;
};

export type ListenersOptions = {
  readonly reactor: Reactor;
  readonly log: Log;
  readonly onDatagram: (datagram: Datagram) => void;
};

type Place = { readonly family: IpFamily; readonly multihop: boolean };

/** Datagrams taken from a socket in one turn. */
const perTurn = 256;
/** Room for those that wait when many sessions speak at once. */
const receiveBufferBytes = 1 << 20;
const retryUs = 1_000_000;
/** No control packet is longer: its length is one octet. */
const longestBytes = 256;

/** The sockets that packets of all sessions come to: one for each family and port that is needed. */
export class Listeners {
  readonly #options: ListenersOptions;
  readonly #buffer = new ReceiveBuffer(longestBytes);
  readonly #open = new Map<string, Disposable>();
  readonly #retry: Deadline;
  /** Those that could not be opened, and were complained of. */
  readonly #missing = new Set<string>();
  #places: ReadonlyMap<string, Place> = new Map();

  constructor(options: ListenersOptions) {
    this.#options = options;
    this.#retry = options.reactor.deadline(() => this.#openAll());
  }

  /** Listens where these sessions need it, and nowhere else. */
  configure(sessions: readonly BfdInstanceConfig[]): void {
    this.#places = new Map(
      sessions.map(({ neighborAddress, multihop }) => {
        const family = familyOf(neighborAddress);
        return [`${family} ${multihop}`, { family, multihop }];
      }),
    );
    for (const [key, listener] of this.#open) {
      if (this.#places.has(key)) continue;
      listener[Symbol.dispose]();
      this.#open.delete(key);
    }
    this.#openAll();
  }

  [Symbol.dispose](): void {
    this.configure([]);
    this.#retry[Symbol.dispose]();
  }

  /** What cannot be opened now, because another program has the port, is tried again. */
  #openAll(): void {
    const { reactor, log } = this.#options;
    this.#retry.setAt(undefined);
    for (const [key, place] of this.#places) {
      if (this.#open.has(key)) continue;
      try {
        this.#open.set(key, this.#listen(place));
        if (this.#missing.delete(key)) log("notice", `Listening for BFD on ${nameOf(place)}`);
      } catch (error) {
        if (!(error instanceof SyscallError)) throw error;
        this.#retry.setAt(reactor.nowUs() + retryUs);
        if (this.#missing.has(key)) continue;
        this.#missing.add(key);
        log("error", `Cannot listen for BFD on ${nameOf(place)}, trying again: ${error.message}`);
      }
    }
  }

  #listen({ family, multihop }: Place): Disposable {
    const socket = openUdpSocket({ family, details: true });
    try {
      setReceiveBuffer(socket, receiveBufferBytes);
      const port = portOf(multihop);
      socket.bind(
        family === 4
          ? { family: "ipv4", address: "0.0.0.0", port }
          : { family: "ipv6", address: "::", port, scopeId: 0 },
      );
    } catch (error) {
      socket[Symbol.dispose]();
      throw error;
    }
    const watch = this.#options.reactor.watch(
      socket.fd,
      "read",
      () => this.#receive(socket, multihop),
    );
    return {
      [Symbol.dispose]() {
        watch[Symbol.dispose]();
        socket[Symbol.dispose]();
      },
    };
  }

  #receive(socket: Socket, multihop: boolean): void {
    for (let i = 0; i < perTurn; i++) {
      const received = socket.receive(this.#buffer);
      if (received === undefined) return;
      const source = sourceOf(received);
      if (source === undefined) continue;
      const { data, truncated, arrivalUs, hopLimit = 0 } = received;
      this.#options.onDatagram({ source, multihop, hopLimit, data, truncated, arrivalUs });
    }
  }
}

function portOf(multihop: boolean): number {
  return multihop ? bfdPort.multihop : bfdPort.singleHop;
}

function nameOf({ family, multihop }: Place): string {
  return `UDP port ${portOf(multihop)} of IPv${family}`;
}

function sourceOf({ source }: Received): IpAddress | undefined {
  return source?.family === "ipv4" || source?.family === "ipv6" ? source.address : undefined;
}
