import { readlinkSync } from "node:fs";
import {
  decodeProcessEvents,
  Descriptor,
  enterNamespace,
  O_RDONLY,
  openProcessEvents,
  type ProcessEvent,
  ReceiveBuffer,
  receiveNetlink,
  setReceiveBuffer,
  type Socket,
  SyscallError,
} from "@keepalived/linux";
import type { Reactor, Watch } from "@keepalived/reactor";

/** What is told of processes. */
export type ProcessListener = {
  readonly onEvents: (events: readonly ProcessEvent[]) => void;
  /** Events were lost: look at all processes again. */
  readonly onOverrun: () => void;
};

/** The kernel's own number for the process namespace that it began with. */
const FIRST_PROCESS_NAMESPACE = "pid:[4026531836]";

const datagramsPerTurn = 64;
const largestBufferBytes = 64 << 20;

/** What the kernel tells of all processes of the machine, as it happens. */
export class ProcessEvents {
  readonly #socket: Socket;
  readonly #watch: Watch;
  readonly #buffer = new ReceiveBuffer();
  readonly #listener: ProcessListener;
  #bufferBytes: number;

  /** @throws SyscallError, or Error, that says why the kernel does not tell us */
  constructor(reactor: Reactor, bufferBytes: number, listener: ProcessListener) {
    this.#bufferBytes = bufferBytes;
    this.#listener = listener;
    this.#socket = openInFirstNamespace(bufferBytes);
    this.#watch = reactor.watch(this.#socket.fd, "read", () => this.#receive());
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }

  #receive(): void {
    for (let i = 0; i < datagramsPerTurn; i++) {
      const received = receiveNetlink(this.#socket, this.#buffer);
      if (received === undefined) return;
      if (received.kind === "data") this.#listener.onEvents(decodeProcessEvents(received.bytes));
      if (received.kind !== "overrun") continue;
      this.#bufferBytes = Math.min(this.#bufferBytes * 2, largestBufferBytes);
      setReceiveBuffer(this.#socket, this.#bufferBytes);
      this.#listener.onOverrun();
    }
  }
}

/** The kernel has this socket in its first network namespace alone, and its numbers are those of its first processes. */
function openInFirstNamespace(bufferBytes: number): Socket {
  if (readlinkSync("/proc/self/ns/pid") !== FIRST_PROCESS_NAMESPACE) {
    throw new Error("in a process namespace the numbers of processes are not the kernel's");
  }
  try {
    return openProcessEvents(bufferBytes);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== "ECONNREFUSED") throw error;
  }
  // Opened before: afterwards the same path means the other namespace.
  using home = Descriptor.open("/proc/thread-self/ns/net", O_RDONLY);
  enterNamespace("/proc/1/ns/net");
  try {
    return openProcessEvents(bufferBytes);
  } finally {
    enterNamespace(`/proc/thread-self/fd/${home.fd}`);
  }
}
