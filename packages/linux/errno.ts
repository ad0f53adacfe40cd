import { errnoTable } from "./errno_table.ts";

export const EPERM = 1;
export const ENOENT = 2;
export const ESRCH = 3;
export const EINTR = 4;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
/** The system, and this process, have no descriptor left. */
export const ENFILE = 23;
export const EMFILE = 24;
export const EPIPE = 32;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ECONNRESET = 104;
export const ENOBUFS = 105;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTUNREACH = 113;
export const EINPROGRESS = 115;

/** A system call that failed for a reason other than "not now". */
export class SyscallError extends Error {
  override readonly name = "SyscallError";
  /** The function of the C library. */
  readonly syscall: string;
  /** The positive error number. */
  readonly errno: number;
  /** Its name: "EPERM". */
  readonly code: string;

  /**
   * @param doing what could not be done, as it follows "Cannot": "open a raw socket"
   * @param syscall the function of the C library
   * @param errno the positive error number
   */
  constructor(doing: string, syscall: string, errno: number) {
    super(`Cannot ${doing}: ${errnoText(errno)} (${errnoName(errno)})`);
    this.syscall = syscall;
    this.errno = errno;
    this.code = errnoName(errno);
  }
}

/** The name of an error number, "EPERM"; its digits if Linux has none. */
export function errnoName(errno: number): string {
  return errnoTable.get(errno)?.name ?? String(errno);
}

/** The text of an error number, "Operation not permitted". */
export function errnoText(errno: number): string {
  return errnoTable.get(errno)?.text ?? `Error ${errno}`;
}

/**
 * The result of a call, if it succeeded.
 *
 * @param result what a function of `Calls` returned
 * @param syscall its name
 * @param doing what it was for, as it follows "Cannot"
 * @throws SyscallError for a negative result
 */
export function check(result: number, syscall: string, doing: string): number {
  if (result < 0) throw new SyscallError(doing, syscall, -result);
  return result;
}

/** Like {@linkcode check}, but "not now" (EAGAIN) is undefined. */
export function checkReady(result: number, syscall: string, doing: string): number | undefined {
  return result === -EAGAIN ? undefined : check(result, syscall, doing);
}

/** Calls again as long as a signal interrupted the call. */
export function retry(call: () => number): number {
  let result = call();
  while (result === -EINTR) result = call();
  return result;
}
