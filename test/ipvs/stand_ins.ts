import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  AF_INET,
  ReceiveBuffer,
  SO_REUSEADDR,
  SOCK_DGRAM,
  SOCK_STREAM,
  Socket,
  SOL_SOCKET,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";

const port = 9000;
const answer = Buffer.from("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");

/**
 * What a checker finds of a real server: a TCP and a UDP port, and two files. It is well or it fails.
 *
 * The ports are in the namespaces where they are opened: `inside` is called for each of them.
 */
export class StandIn implements Disposable {
  readonly #reactor: Reactor;
  readonly #address: string;
  readonly #file: string;
  readonly #inside: readonly ((open: () => Disposable) => Disposable)[];
  #open: readonly Disposable[] = [];

  constructor(
    reactor: Reactor,
    options: {
      readonly address: string;
      readonly folder: string;
      readonly inside: readonly ((open: () => Disposable) => Disposable)[];
    },
  ) {
    this.#reactor = reactor;
    this.#address = options.address;
    this.#inside = options.inside;
    this.#file = join(options.folder, options.address);
  }

  set isWell(isWell: boolean) {
    if (isWell === this.#open.length > 0) return;
    writeFileSync(this.#file, isWell ? "0\n" : "1\n");
    writeFileSync(`${this.#file}.weight`, isWell ? "7\n" : "1\n");
    for (const it of this.#open) it[Symbol.dispose]();
    this.#open = isWell
      ? this.#inside.flatMap((inside) => [
        inside(() => listen(this.#reactor, this.#address)),
        inside(() => receive(this.#reactor, this.#address)),
      ])
      : [];
  }

  [Symbol.dispose](): void {
    for (const it of this.#open) it[Symbol.dispose]();
  }
}

/** Answers whatever comes on a connection by a page. */
function listen(reactor: Reactor, address: string): Disposable {
  const stack = new DisposableStack();
  const socket = stack.use(bound(SOCK_STREAM, address));
  socket.listen(64);
  const buffer = new Uint8Array(4096);
  const open = new Set<Disposable>();
  stack.defer(() => {
    for (const it of open) it[Symbol.dispose]();
  });
  stack.use(reactor.watch(socket.fd, "read", () => {
    const connection = socket.accept();
    if (connection === undefined) return;
    const its = new DisposableStack();
    its.use(connection);
    open.add(its);
    its.use(reactor.watch(connection.fd, "read", () => {
      const length = read(connection, buffer);
      if (length === undefined) return;
      if (length > 0) connection.send(answer);
      open.delete(its);
      its[Symbol.dispose]();
    }));
  }));
  return stack;
}

/** @returns 0 as well if the other side has reset it */
function read(connection: Socket, buffer: Uint8Array): number | undefined {
  return connection.takeError() === 0 ? connection.read(buffer) : 0;
}

/** Takes packets and says nothing. */
function receive(reactor: Reactor, address: string): Disposable {
  const stack = new DisposableStack();
  const socket = stack.use(bound(SOCK_DGRAM, address));
  const buffer = new ReceiveBuffer();
  stack.use(reactor.watch(socket.fd, "read", () => void socket.receive(buffer)));
  return stack;
}

function bound(type: number, address: string): Socket {
  const socket = Socket.open(AF_INET, type, 0);
  socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
  socket.bind({ family: "ipv4", address, port });
  return socket;
}
