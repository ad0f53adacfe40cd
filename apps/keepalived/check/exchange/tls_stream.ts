import { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import type { Failure } from "@keepalived/checkers";
import type { Connection } from "@keepalived/keepalived-config";
import type { Reactor } from "@keepalived/reactor";
import { openStream, type Stream, type StreamEvents } from "./stream.ts";
import type { TlsIdentity } from "./tls_identity.ts";

export type TlsOptions = {
  readonly identity: TlsIdentity;
  /** Name to ask for; absent: none. */
  readonly serverName?: string | undefined;
  /** The certificate must be for the name, or without one for the address, and of somebody who is trusted. */
  readonly verify: boolean;
};

/** The runtime reads what came before the end of a connection in turns of its own: as much time it has for that. */
const lastWordsUs = 20_000;

/**
 * A connection with TLS: the runtime's own, over a socket of ours that has all its options.
 *
 * @throws SyscallError if it cannot even be tried
 */
export function openTlsStream(
  connection: Connection,
  reactor: Reactor,
  options: TlsOptions,
  events: StreamEvents,
): Stream {
  return new TlsStream(connection, reactor, options, events);
}

class TlsStream implements Stream {
  readonly #events: StreamEvents;
  readonly #plain: Stream;
  readonly #carrier: Carrier;
  #tls: TLSSocket | undefined;
  #lastWords: Disposable | undefined;
  #isClosed = false;
  /** The connection ended below TLS. */
  #isCut = false;

  constructor(
    connection: Connection,
    reactor: Reactor,
    options: TlsOptions,
    events: StreamEvents,
  ) {
    this.#events = events;
    this.#carrier = new Carrier((bytes) => this.#plain.write(Buffer.from(bytes)));
    this.#plain = openStream(connection, reactor, {
      onOpen: () => this.#start(connection, options),
      onData: (bytes) => void this.#carrier.push(bytes.slice()),
      onEnd: () => {
        this.#lastWords = reactor.at(reactor.nowUs() + lastWordsUs, () => {
          this.#isCut = true;
          this.#carrier.push(null);
        });
      },
      onFailed: (failure) => events.onFailed(failure),
    });
  }

  write(bytes: Uint8Array): void {
    this.#tls?.write(bytes);
  }

  close(): void {
    this.#isClosed = true;
    this.#lastWords?.[Symbol.dispose]();
    this.#tls?.destroy();
    this.#carrier.destroy();
    this.#plain.close();
  }

  #start(
    { address }: Connection,
    { identity, serverName, verify }: TlsOptions,
  ): void {
    const { onOpen, onData, onEnd, onFailed } = this.#events;
    try {
      this.#tls = connect({
        ...identity,
        socket: this.#carrier,
        host: address,
        rejectUnauthorized: verify,
        ...(serverName === undefined ? {} : { servername: serverName }),
      });
    } catch (error) {
      // Such as a certificate that is none.
      const text = `TLS cannot be used: ${printable((error as Error).message)}`;
      return onFailed({ code: "local", text });
    }
    this.#tls.on("secureConnect", () => this.#unlessClosed(onOpen));
    this.#tls.on("data", (bytes: Uint8Array) => this.#unlessClosed(() => onData(bytes)));
    this.#tls.on("end", () => this.#unlessClosed(() => onEnd(!this.#isCut)));
    this.#tls.on(
      "error",
      (error) => this.#unlessClosed(() => onFailed(failureOfTls(error, this.#isCut))),
    );
  }

  #unlessClosed(work: () => void): void {
    if (!this.#isClosed) work();
  }
}

/** Bytes between TLS and a connection. */
class Carrier extends Duplex {
  readonly #send: (bytes: Uint8Array) => void;

  constructor(send: (bytes: Uint8Array) => void) {
    super();
    this.#send = send;
    this.on("error", () => {}); // TLS hears of it.
  }

  override _read(): void {}

  override _write(bytes: Uint8Array, _encoding: string, done: () => void): void {
    this.#send(bytes);
    done();
  }
}

function failureOfTls(error: Error & { readonly code?: string }, isCut: boolean): Failure {
  const { code = "", message } = error;
  if (/CERT|SIGNATURE|ISSUER|ALTNAME/.test(code) && !code.startsWith("ERR_SSL")) {
    return { code: "certificate", text: `certificate is refused: ${printable(message)}` };
  }
  if (isCut) return { code: "closed", text: "connection closed during the TLS handshake" };
  return { code: "tls", text: `TLS failed: ${printable(message)}` };
}

function printable(message: string): string {
  return message.replace(/[^\x20-\x7e]+/g, " ").slice(0, 120);
}
