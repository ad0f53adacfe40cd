import {
  AF_INET,
  AF_INET6,
  ReceiveBuffer,
  SO_LINGER,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  type SocketAddress,
  SOL_SOCKET,
  SyscallError,
} from "@keepalived/linux";
import type { Reactor, Watch } from "@keepalived/reactor";

/** A connection to a peer, from its side. */
export class Accepted {
  readonly #socket: Socket;
  readonly #watch: Watch;
  /** All that was received, one character for each byte. */
  received = "";
  /** The other side has ended its half. */
  isEnded = false;
  readonly from: SocketAddress | undefined;

  constructor(socket: Socket, reactor: Reactor, onData: (it: Accepted) => void) {
    this.#socket = socket;
    this.from = socket.peerAddress();
    const buffer = new Uint8Array(65_536);
    this.#watch = reactor.watch(socket.fd, "read", () => {
      const length = this.#read(buffer);
      if (length === undefined) return;
      this.received += Buffer.from(buffer.subarray(0, length)).toString("latin1");
      if (length === 0) {
        this.isEnded = true;
        this.#watch[Symbol.dispose]();
      }
      onData(this);
    });
  }

  /** As much as there is room for. @returns how many bytes; 0 if the other side is gone */
  send(bytes: string | Uint8Array): number {
    try {
      const all = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
      return this.#socket.send(all) ?? 0;
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return 0;
    }
  }

  close(): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }

  /** Breaks the connection off. */
  reset(): void {
    this.#socket.setOption(SOL_SOCKET, SO_LINGER, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
    this.close();
  }

  #read(buffer: Uint8Array): number | undefined {
    try {
      return this.#socket.read(buffer);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      return 0;
    }
  }
}

/** A TCP peer on a port of its own that does what a test says. */
export class Peer {
  readonly port: number;
  readonly connections: Accepted[] = [];
  readonly #socket: Socket;
  readonly #watch: Watch;

  /** @param onData called at each connection (`opened`), and at whatever comes on it */
  constructor(
    reactor: Reactor,
    onData: (it: Accepted, opened: boolean) => void,
    { backlog = 64, everywhere = false }: {
      readonly backlog?: number;
      /** On all addresses of both families. */
      readonly everywhere?: boolean;
    } = {},
  ) {
    this.#socket = Socket.open(everywhere ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    this.#socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
    this.#socket.bind(
      everywhere
        ? { family: "ipv6", address: "::", port: 0, scopeId: 0 }
        : { family: "ipv4", address: "127.0.0.1", port: 0 },
    );
    this.#socket.listen(backlog);
    this.port = portOf(this.#socket);
    this.#watch = reactor.watch(this.#socket.fd, "read", () => {
      if (backlog === 0) return this.#watch[Symbol.dispose](); // Nobody is let in.
      const socket = this.#socket.accept();
      if (socket === undefined) return;
      const connection = new Accepted(socket, reactor, (it) => onData(it, false));
      this.connections.push(connection);
      onData(connection, true);
    });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
    for (const connection of this.connections) connection.close();
  }
}

/** A UDP peer that answers each packet by what a test says. */
export class PacketPeer {
  readonly port: number;
  readonly received: Uint8Array[] = [];
  readonly #socket: Socket;
  readonly #watch: Watch;

  constructor(reactor: Reactor, answers: (packet: Uint8Array) => readonly Uint8Array[]) {
    const buffer = new ReceiveBuffer();
    this.#socket = Socket.open(AF_INET, SOCK_DGRAM, 0);
    this.#socket.bind({ family: "ipv4", address: "127.0.0.1", port: 0 });
    this.port = portOf(this.#socket);
    this.#watch = reactor.watch(this.#socket.fd, "read", () => {
      const packet = this.#socket.receive(buffer);
      if (packet === undefined) return;
      const data = packet.data.slice();
      this.received.push(data);
      for (const answer of answers(data)) this.#socket.send(answer, packet.source);
    });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}

function portOf(socket: Socket): number {
  const address = socket.localAddress() as SocketAddress & { readonly port: number };
  return address.port;
}
