/** How commands that ask the daemon end. Statuses from 64 on are those of sysexits.h. */
export const clientStatus = {
  ok: 0,
  /** What was asked for was refused, or is not there. */
  refused: 1,
  usage: 64,
  /** No daemon answers. */
  unavailable: 69,
  /** The daemon may not be asked by this user. */
  noPermission: 77,
} as const;
