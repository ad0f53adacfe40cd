import { parseCString } from "./buffers.ts";
import { NETLINK_CONNECTOR, openNetlinkSocket } from "./netlink_socket.ts";
import type { Socket } from "./socket.ts";

const CN_IDX_PROC = 1;
const CN_VAL_PROC = 1;
const PROC_CN_MCAST_LISTEN = 1;
const NLMSG_DONE = 3;

/** `struct nlmsghdr`, `struct cn_msg`, and of `struct proc_event` what is before the part that each kind has. */
const NLMSGHDR_BYTES = 16;
const CN_MSG_BYTES = 20;
const EVENT_OFFSET = NLMSGHDR_BYTES + CN_MSG_BYTES;
const DETAIL_OFFSET = EVENT_OFFSET + 16;

const PROC_EVENT_FORK = 0x0000_0001;
const PROC_EVENT_EXEC = 0x0000_0002;
const PROC_EVENT_COMM = 0x0000_0200;
const PROC_EVENT_EXIT = 0x8000_0000;

/** What became of a process. Threads are not told of. */
export type ProcessEvent =
  /** A new process that runs the same program as its parent. */
  | { readonly kind: "forked"; readonly pid: number; readonly parent: number }
  | { readonly kind: "executed"; readonly pid: number }
  /** It gave itself another name, of up to 15 bytes. */
  | { readonly kind: "renamed"; readonly pid: number; readonly name: string }
  | { readonly kind: "exited"; readonly pid: number };

/**
 * Opens the kernel's process connector, to read with `receiveNetlink` and {@linkcode decodeProcessEvents}.
 *
 * Tells of all processes of the machine. Needs CAP_NET_ADMIN. The kernel has it in its first network namespace alone,
 * and numbers processes as its first process namespace does: elsewhere this fails, or what it tells is of no use.
 *
 * @throws SyscallError ECONNREFUSED in another network namespace, EPERM without the right
 */
export function openProcessEvents(receiveBufferBytes: number = 1 << 20): Socket {
  const socket = openNetlinkSocket({
    protocol: NETLINK_CONNECTOR,
    groups: [CN_IDX_PROC],
    receiveBufferBytes,
    strict: false,
  });
  try {
    socket.send(listenRequest(), { family: "netlink", portId: 0, groups: 0 });
    return socket;
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** The events in the bytes of one read. What is no event of interest, or damaged, is left out. */
export function decodeProcessEvents(bytes: Uint8Array): readonly ProcessEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const events: ProcessEvent[] = [];
  let offset = 0;
  while (offset + NLMSGHDR_BYTES <= bytes.length) {
    const length = view.getUint32(offset, true);
    if (length < NLMSGHDR_BYTES || offset + length > bytes.length) break;
    const event = decodeEvent(bytes.subarray(offset, offset + length));
    if (event !== undefined) events.push(event);
    offset += length + 3 & ~3;
  }
  return events;
}

function decodeEvent(message: Uint8Array): ProcessEvent | undefined {
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const word = (index: number) => view.getUint32(DETAIL_OFFSET + 4 * index, true);
  // The shortest kind that is of interest has two words.
  if (message.length < DETAIL_OFFSET + 8) return undefined;
  if (view.getUint32(NLMSGHDR_BYTES, true) !== CN_IDX_PROC) return undefined;
  if (view.getUint32(NLMSGHDR_BYTES + 4, true) !== CN_VAL_PROC) return undefined;
  // A thread has the number of its process as the second word, its own as the first.
  const [thread, pid] = [word(0), word(1)];
  switch (view.getUint32(EVENT_OFFSET, true)) {
    case PROC_EVENT_FORK: {
      if (message.length < DETAIL_OFFSET + 16 || word(2) !== word(3)) return undefined;
      return { kind: "forked", pid: word(3), parent: pid };
    }
    case PROC_EVENT_EXEC:
      return { kind: "executed", pid };
    case PROC_EVENT_COMM: {
      if (thread !== pid) return undefined;
      const name = parseCString(message.subarray(DETAIL_OFFSET + 8, DETAIL_OFFSET + 24));
      return { kind: "renamed", pid, name };
    }
    case PROC_EVENT_EXIT:
      return thread === pid ? { kind: "exited", pid } : undefined;
    default:
      return undefined;
  }
}

function listenRequest(): Uint8Array {
  const bytes = new Uint8Array(EVENT_OFFSET + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, NLMSG_DONE, true);
  view.setUint32(NLMSGHDR_BYTES, CN_IDX_PROC, true);
  view.setUint32(NLMSGHDR_BYTES + 4, CN_VAL_PROC, true);
  view.setUint16(NLMSGHDR_BYTES + 16, 4, true);
  view.setUint32(EVENT_OFFSET, PROC_CN_MCAST_LISTEN, true);
  return bytes;
}
