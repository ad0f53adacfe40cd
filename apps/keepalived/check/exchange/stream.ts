import type { Failure } from "@keepalived/checkers";
import type { Connection } from "@keepalived/keepalived-config";
import { type Socket, SyscallError } from "@keepalived/linux";
import type { Reactor, Ready, Watch } from "@keepalived/reactor";
import { openSocket, peerOf, streamSocket } from "./connection.ts";
import { failureOf, failureOfErrno } from "./failures.ts";

/** What happens to a connection. Nothing is told before the function that opened it has returned, nor after its close. */
export type StreamEvents = {
  readonly onOpen: () => void;
  /** @param bytes valid during the call */
  readonly onData: (bytes: Uint8Array) => void;
  /** The peer sends nothing more. @param notified TLS: it said so itself */
  readonly onEnd: (notified: boolean) => void;
  readonly onFailed: (failure: Failure) => void;
};

/** A connection that is being opened, or is open. */
export type Stream = {
  /** @param bytes not to be changed any more */
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
};

/** What all connections of this process read into, one after the other. */
const buffer = new Uint8Array(65_536);
/** Reads in one turn, so that a peer that sends and sends does not keep the others waiting. */
const readsPerTurn = 4;

/** @throws SyscallError if it cannot even be tried */
export function openStream(
  connection: Connection,
  reactor: Reactor,
  events: StreamEvents,
): Stream {
  const socket = openSocket(connection, streamSocket);
  try {
    socket.connect(peerOf(connection));
    return new PlainStream(socket, reactor, events);
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** What to say of a connection that is not opened in time. */
export function noConnection({ timeoutUs }: Connection): string {
  return `no connection within ${timeoutUs / 1_000_000} s`;
}

const nothing = new Uint8Array(0);

class PlainStream implements Stream {
  readonly #socket: Socket;
  readonly #events: StreamEvents;
  #watch: Watch | undefined;
  #isOpen = false;
  /** What there was no room for. */
  #waiting: Uint8Array = nothing;

  constructor(socket: Socket, reactor: Reactor, events: StreamEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#watch = reactor.watch(socket.fd, "write", (ready) => this.#attend(ready));
  }

  write(bytes: Uint8Array): void {
    if (this.#watch === undefined) return;
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    if (this.#isOpen) this.#guard(() => this.#flush());
  }

  close(): void {
    this.#watch?.forget();
    this.#watch = undefined;
    this.#socket[Symbol.dispose]();
  }

  #attend(ready: Ready): void {
    this.#guard(() => {
      if (!this.#isOpen) return this.#connected(ready);
      if (ready.writable && this.#waiting.length > 0) this.#flush();
      if (ready.readable) this.#read();
    });
  }

  #connected({ failed }: Ready): void {
    const errno = failed ? this.#socket.takeError() : 0;
    if (errno !== 0) return this.#fail(failureOfErrno(errno));
    this.#isOpen = true;
    this.#watch?.setInterest("read");
    if (this.#waiting.length > 0) this.#flush();
    this.#events.onOpen();
  }

  #flush(): void {
    const sent = this.#socket.send(this.#waiting) ?? 0;
    this.#waiting = sent === this.#waiting.length ? nothing : this.#waiting.subarray(sent);
    this.#watch?.setInterest(this.#waiting.length > 0 ? "both" : "read");
  }

  #read(): void {
    for (let i = 0; i < readsPerTurn && this.#watch !== undefined; i++) {
      const length = this.#socket.read(buffer);
      if (length === undefined) return;
      if (length === 0) {
        this.#stopWatching();
        return this.#events.onEnd(false);
      }
      this.#events.onData(buffer.subarray(0, length));
      if (length < buffer.length) return;
    }
  }

  /** What a call says of the peer is told, not thrown. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      this.#fail(failureOf(error));
    }
  }

  #fail(failure: Failure): void {
    this.#stopWatching();
    this.#events.onFailed(failure);
  }

  #stopWatching(): void {
    this.#watch?.[Symbol.dispose]();
    this.#watch = undefined;
  }
}
