import { readlinkSync } from "node:fs";
import {
  decodeProcessEvents,
  openProcessEvents,
  type ProcessEvent,
  ReceiveBuffer,
  receiveNetlink,
  setReceiveBuffer,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";

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

/**
 * Tells what the kernel tells of all processes of the machine, until disposed.
 *
 * @returns undefined in another process namespace than the first: its processes have other numbers than the kernel tells
 * @throws SyscallError if the kernel does not tell us, as in another network namespace than the first
 */
export function openProcessWatch(
  reactor: Reactor,
  bufferBytes: number,
  { onEvents, onOverrun }: ProcessListener,
): Disposable | undefined {
  if (readlinkSync("/proc/self/ns/pid") !== FIRST_PROCESS_NAMESPACE) return undefined;
  const socket = openProcessEvents(bufferBytes);
  const buffer = new ReceiveBuffer();
  let size = bufferBytes;
  const watch = reactor.watch(socket.fd, "read", () => {
    for (let i = 0; i < datagramsPerTurn; i++) {
      const received = receiveNetlink(socket, buffer);
      if (received === undefined) return;
      if (received.kind === "data") onEvents(decodeProcessEvents(received.bytes));
      if (received.kind !== "overrun") continue;
      size = Math.min(size * 2, largestBufferBytes);
      setReceiveBuffer(socket, size);
      onOverrun();
    }
  });
  return {
    [Symbol.dispose]() {
      watch[Symbol.dispose]();
      socket[Symbol.dispose]();
    },
  };
}
