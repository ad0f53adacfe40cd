import { readInt32 } from "./buffers.ts";
import type { Socket } from "./socket.ts";
import { SO_PEERCRED, SO_PEERGROUPS, SOL_SOCKET } from "./socket_options.ts";

/** `struct ucred`: process, user and group, 4 bytes each. */
const UCRED_BYTES = 12;
/** As many groups as a process can have. */
const GROUPS_BYTES = 4 * 65_536;

/** The process at the other end of a Unix socket, as it was when it connected. */
export type PeerCredentials = {
  /** 0 if it is in a process namespace that we do not see. */
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  /** All its groups besides. */
  readonly groups: readonly number[];
};

/** Who is at the other end of a connected Unix socket, as the kernel knows it. */
export function peerCredentials(socket: Socket): PeerCredentials {
  const bytes = socket.getOption(SOL_SOCKET, SO_PEERCRED, UCRED_BYTES);
  const [pid, uid, gid] = [0, 4, 8].map((at) => readInt32(bytes, at));
  return { pid: pid ?? 0, uid: (uid ?? 0) >>> 0, gid: (gid ?? 0) >>> 0, groups: groupsOf(socket) };
}

function groupsOf(socket: Socket): readonly number[] {
  const bytes = socket.getOption(SOL_SOCKET, SO_PEERGROUPS, GROUPS_BYTES);
  return Array.from({ length: bytes.length / 4 }, (_, i) => readInt32(bytes, 4 * i) >>> 0);
}
