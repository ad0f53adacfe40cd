import { type Socket, SyscallError } from "@keepalived/linux";
import type { Deadline, Reactor, Watch } from "@keepalived/reactor";
import {
  ControlError,
  errorLine,
  longestRequestBytes,
  parseRequest,
  type RequestId,
  resultLine,
} from "./protocol.ts";

/** Serves one request. @throws ControlError to refuse it */
export type Serve = (
  method: string,
  params: Readonly<Record<string, unknown>>,
) => unknown | Promise<unknown>;

export type ConnectionOptions = {
  readonly reactor: Reactor;
  readonly serve: Serve;
  /** Told of what should not happen: a method that fails other than by refusing. */
  readonly onDefect: (method: string, error: unknown) => void;
  readonly onEnd: (connection: Connection) => void;
  /** How long it may take for a request, and to take an answer; absent: a minute. */
  readonly patienceUs?: number | undefined;
};

/** A client that takes so long for a request, or to take its answer, is dropped. */
const patienceUs = 60_000_000;

const newline = 10;
const portion = new Uint8Array(16_384);

/** One client: reads a request, answers it, reads the next. While one is served nothing is read. */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #deadline: Deadline;
  readonly #received = new Uint8Array(longestRequestBytes);
  #receivedLength = 0;
  #out: Uint8Array | undefined;
  #watch: Watch | undefined;
  /** The client sends no more. */
  #ended = false;
  #closed = false;

  /** Takes over a connected socket. */
  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#deadline = options.reactor.deadline(() => this.close());
    this.#haste();
    this.#read();
  }

  /** Sends one last line, as far as there is room, and closes. */
  refuse(error: ControlError): void {
    this.#try(() => this.#socket.send(new TextEncoder().encode(errorLine(null, error))));
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unwatch();
    this.#deadline[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
    this.#options.onEnd(this);
  }

  /** Serves the next request that is there, or waits for it. */
  #read(): void {
    const end = this.#received.subarray(0, this.#receivedLength).indexOf(newline);
    if (end >= 0) {
      const line = new TextDecoder().decode(this.#received.subarray(0, end));
      this.#received.copyWithin(0, end + 1, this.#receivedLength);
      this.#receivedLength -= end + 1;
      return void this.#serve(line);
    }
    if (this.#ended) return this.close();
    if (this.#receivedLength === this.#received.length) {
      return this.refuse(new ControlError("bad-request", "The line is too long"));
    }
    this.#await("read", () => this.#receive());
  }

  #receive(): void {
    const room = portion.subarray(0, this.#received.length - this.#receivedLength);
    const count = this.#try(() => this.#socket.read(room));
    if (count === undefined) return;
    if (count === 0) this.#ended = true;
    this.#received.set(room.subarray(0, count), this.#receivedLength);
    this.#receivedLength += count;
    this.#unwatch();
    this.#read();
  }

  async #serve(line: string): Promise<void> {
    this.#deadline.setAt(undefined);
    let id: RequestId = null;
    let method = "";
    let answer: string;
    try {
      const request = parseRequest(line);
      ({ id, method } = request);
      answer = resultLine(id, await this.#options.serve(method, request.params));
    } catch (error) {
      if (!(error instanceof ControlError)) this.#options.onDefect(method, error);
      const told = error instanceof ControlError
        ? error
        : new ControlError("failed", `Internal error: ${(error as Error).message}`);
      answer = errorLine(id, told);
    }
    if (this.#closed) return;
    this.#out = new TextEncoder().encode(answer);
    this.#haste();
    this.#write();
  }

  #write(): void {
    while (this.#out !== undefined) {
      const out = this.#out;
      const count = this.#try(() => this.#socket.send(out));
      if (this.#closed) return;
      if (count === undefined) return this.#await("write", () => this.#write());
      this.#out = count === out.length ? undefined : out.subarray(count);
    }
    this.#unwatch();
    this.#haste();
    // Not at once: a client that sends many requests does not keep others waiting.
    this.#options.reactor.post(() => {
      if (!this.#closed) this.#read();
    });
  }

  /** From now on it is the client's turn. */
  #haste(): void {
    const { reactor, patienceUs: ownUs = patienceUs } = this.#options;
    this.#deadline.setAt(reactor.nowUs() + ownUs);
  }

  #await(interest: "read" | "write", callback: () => void): void {
    this.#watch ??= this.#options.reactor.watch(this.#socket.fd, interest, callback);
  }

  #unwatch(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }

  /** A client that is gone, in whatever way, has gone. */
  #try<T>(act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.close();
      return undefined;
    }
  }
}
