import {
  ETH_P_ALL,
  interfaceIndex,
  nowUs,
  openPacketSocket,
  ReceiveBuffer,
  setReceiveBuffer,
  type Socket,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import { insideOf } from "./inside.ts";
import type { Host } from "./network.ts";

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
  ) {
    this.#socket = insideOf(host, () => {
      const index = interfaceIndex(interfaceName);
      if (index === undefined) {
        throw new RangeError(`No interface ${interfaceName} on ${host.name}`);
      }
      return openPacketSocket({ protocol: ETH_P_ALL, interfaceIndex: index });
    });
    setReceiveBuffer(this.#socket, 8 << 20);
    this.#watch = reactor.watch(this.#socket.fd, "read", () => {
      const atUs = nowUs();
      for (let i = 0; i < 64; i++) {
        const received = this.#socket.receive(this.#buffer);
        if (received === undefined) return;
        onFrame(received.data.slice(), atUs);
      }
    });
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}
