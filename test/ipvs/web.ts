import { familyOf, type IpAddress } from "@keepalived/ip-address";
import {
  AF_INET,
  AF_INET6,
  SO_REUSEADDR,
  SOCK_STREAM,
  Socket,
  type SocketAddress,
  SOL_SOCKET,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";

const endOfHead = "\r\n\r\n";

/** A web server on some ports of all addresses of both families. Its only page is its name; connections stay open. */
export class WebServer implements Disposable {
  readonly #stack = new DisposableStack();

  constructor(reactor: Reactor, name: string, ports: readonly number[]) {
    for (const port of ports) {
      const socket = this.#stack.use(Socket.open(AF_INET6, SOCK_STREAM, 0));
      socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1);
      socket.bind({ family: "ipv6", address: "::", port, scopeId: 0 });
      socket.listen(64);
      this.#stack.use(reactor.watch(socket.fd, "read", () => {
        const connection = socket.accept();
        if (connection !== undefined) this.#serve(reactor, connection, name);
      }));
    }
  }

  /** Ends as a program that is killed. */
  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }

  #serve(reactor: Reactor, connection: Socket, name: string): void {
    // It stays in the stack of the server when it has ended: there are few, and to dispose twice is nothing.
    const its = this.#stack.use(new DisposableStack());
    its.use(connection);
    let request = "";
    its.use(reactor.watch(connection.fd, "read", () => {
      const text = readText(connection);
      if (text === undefined) return;
      request += text;
      if (text !== "" && !request.endsWith(endOfHead)) return;
      if (text !== "") connection.send(response(name));
      if (text === "" || !request.startsWith("GET /open ")) its[Symbol.dispose]();
      request = "";
    }));
  }
}

/** A connection of a client. */
export class WebClient implements Disposable {
  readonly #stack = new DisposableStack();
  readonly #socket: Socket;
  readonly #reactor: Reactor;

  private constructor(reactor: Reactor, socket: Socket) {
    this.#reactor = reactor;
    this.#socket = this.#stack.use(socket);
  }

  /** Begins to connect, from the namespace where this is called. */
  static open(reactor: Reactor, address: IpAddress, port: number): WebClient {
    const family = familyOf(address);
    const socket = Socket.open(family === 4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
    const client = new WebClient(reactor, socket);
    const peer: SocketAddress = family === 4
      ? { family: "ipv4", address, port }
      : { family: "ipv6", address, port, scopeId: 0 };
    socket.connect(peer);
    return client;
  }

  /** The name of who serves this connection, which stays open. @throws Error if none answers in time */
  async ask(withinMs = 30_000): Promise<string> {
    const reactor = this.#reactor;
    const socket = this.#socket;
    using turn = new DisposableStack();
    const answer = await new Promise<string>((resolve) => {
      turn.use(reactor.at(reactor.nowUs() + withinMs * 1000, () => resolve("")));
      const watch = turn.use(reactor.watch(socket.fd, "write", () => {
        watch[Symbol.dispose]();
        if (socket.takeError() !== 0) return resolve("");
        socket.send(Buffer.from(`GET /open HTTP/1.1\r\nHost: test${endOfHead}`));
        turn.use(reactor.watch(socket.fd, "read", () => {
          const text = readText(socket);
          if (text !== undefined) resolve(text);
        }));
      }));
    });
    const [, name] = answer.split(endOfHead);
    if (name === undefined || name === "") throw new Error(`No answer within ${withinMs} ms`);
    return name;
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

function response(name: string): Uint8Array {
  return Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}${endOfHead}${name}`);
}

/** @returns undefined if there is nothing yet; empty if the other side has ended or reset it */
function readText(socket: Socket): string | undefined {
  if (socket.takeError() !== 0) return "";
  const buffer = new Uint8Array(4096);
  const length = socket.read(buffer);
  return length === undefined ? undefined : Buffer.from(buffer.subarray(0, length)).toString();
}
