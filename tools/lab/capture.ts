import {
  ENETDOWN,
  ETH_P_ALL,
  interfaceIndex,
  nowUs,
  openPacketSocket,
  ReceiveBuffer,
  type Received,
  setReceiveBuffer,
  type Socket,
  SOL_SOCKET,
  SyscallError,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import { insideOf } from "./inside.ts";
import type { Host } from "./network.ts";

const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const SO_TIMESTAMPNS_NEW = 64;

/** Calls back with every Ethernet frame that passes an interface of a host, and the monotonic time of its arrival. */
export class Capture {
  readonly #socket: Socket;
  readonly #watch: Disposable;
  readonly #buffer = new ReceiveBuffer();

  constructor(
    reactor: Reactor,
    host: Host,
    interfaceName: string,
    onFrame: (frame: Uint8Array, atUs: number) => void,
    options: { readonly incomingOnly?: boolean } = {},
  ) {
    this.#socket = insideOf(host, () => {
      const index = interfaceIndex(interfaceName);
      if (index === undefined) {
        throw new RangeError(`No interface ${interfaceName} on ${host.name}`);
      }
      return openPacketSocket({ protocol: ETH_P_ALL, interfaceIndex: index });
    });
    setReceiveBuffer(this.#socket, 8 << 20);
    this.#socket.setOption(SOL_SOCKET, SO_TIMESTAMPNS_NEW, 1);
    if (options.incomingOnly === true) {
      this.#socket.setOption(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
    }
    this.#watch = reactor.watch(this.#socket.fd, "read", () => {
      for (let i = 0; i < 64; i++) {
        const received = this.#receive();
        if (received === undefined) return;
        onFrame(received.data.slice(), received.arrivalUs ?? nowUs());
      }
    });
  }

  #receive(): Received | undefined {
    try {
      return this.#socket.receive(this.#buffer);
    } catch (error) {
      // Told once when the interface goes down; when it is up again frames come again.
      if (!(error instanceof SyscallError) || error.errno !== ENETDOWN) throw error;
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}
