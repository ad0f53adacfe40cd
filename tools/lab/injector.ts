import { interfaceIndex, openPacketSocket, sendFrame, type Socket } from "@keepalived/linux";
import { insideOf } from "./inside.ts";
import type { Host } from "./network.ts";

/** Sends ready-made Ethernet frames out of a host's `eth0`, or of another interface. */
export class Injector {
  readonly #socket: Socket;
  readonly #interfaceIndex: number;

  constructor(host: Host, interfaceName: string = "eth0") {
    this.#interfaceIndex = insideOf(host, () => interfaceIndex(interfaceName)) ?? 0;
    this.#socket = insideOf(host, () => openPacketSocket());
  }

  /** Sends one frame. */
  send(frame: Uint8Array): void {
    sendFrame(this.#socket, this.#interfaceIndex, frame);
  }

  /** Sends at a rate for a time, and returns how many frames that were. */
  async flood(
    frames: Iterator<Uint8Array, never>,
    options: { readonly perSecond: number; readonly seconds: number },
  ): Promise<number> {
    const beganMs = performance.now();
    const total = options.perSecond * options.seconds;
    for (let sent = 0;;) {
      const due = (performance.now() - beganMs) / 1000 * options.perSecond;
      while (sent < Math.min(due, total)) {
        // Without room now the rest comes with the next turn.
        if (sendFrame(this.#socket, this.#interfaceIndex, frames.next().value) === undefined) break;
        sent++;
      }
      if (sent >= total) return sent;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
  }
}
