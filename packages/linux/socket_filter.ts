import { libc } from "./libc.ts";
import type { Socket } from "./socket.ts";
import { SOL_SOCKET } from "./socket_options.ts";

const SO_ATTACH_FILTER = 26;

/** One instruction of the classic packet filter (`struct sock_filter`). */
export type FilterInstruction = {
  readonly code: number;
  readonly ifTrue?: number;
  readonly ifFalse?: number;
  readonly value: number;
};

/** The program that accepts no packet. */
export const acceptNothing: readonly FilterInstruction[] = [{ code: 0x06, value: 0 }];

/** Has the kernel drop what the program does not accept, before it takes room in the receive buffer. */
export function attachFilter(socket: Socket, program: readonly FilterInstruction[]): void {
  const instructions = new Uint8Array(new ArrayBuffer(8 * program.length));
  const view = new DataView(instructions.buffer);
  for (const [i, { code, ifTrue = 0, ifFalse = 0, value }] of program.entries()) {
    view.setUint16(8 * i, code, true);
    view.setUint8(8 * i + 2, ifTrue);
    view.setUint8(8 * i + 3, ifFalse);
    view.setUint32(8 * i + 4, value, true);
  }
  const header = new Uint8Array(16);
  const headerView = new DataView(header.buffer);
  headerView.setUint16(0, program.length, true);
  headerView.setBigUint64(8, libc().addressOf(instructions), true);
  socket.setOption(SOL_SOCKET, SO_ATTACH_FILTER, header);
  // The kernel has copied the program; until here the buffer had to stay reachable.
  view.getUint8(0);
}
