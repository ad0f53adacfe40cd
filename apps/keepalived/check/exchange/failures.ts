import type { Failure } from "@keepalived/checkers";
import {
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  ENETUNREACH,
  EPIPE,
  errnoText,
  ETIMEDOUT,
  type SyscallError,
} from "@keepalived/linux";

/** What an error of a connection says of the peer. */
export function failureOfErrno(errno: number): Failure {
  switch (errno) {
    case ECONNREFUSED:
      return { code: "refused", text: "connection refused" };
    case EHOSTUNREACH:
      return { code: "unreachable", text: "no route to the host" };
    case ENETUNREACH:
      return { code: "unreachable", text: "network unreachable" };
    case ECONNRESET:
    case EPIPE:
      return { code: "reset", text: "connection reset by the peer" };
    case ETIMEDOUT:
      return { code: "timeout", text: "connection timed out" };
    default:
      return { code: "local", text: errnoText(errno).toLowerCase() };
  }
}

/** What a call that failed says: of the peer, or of this machine. */
export function failureOf(error: SyscallError): Failure {
  const failure = failureOfErrno(error.errno);
  return failure.code === "local" ? { code: "local", text: error.message } : failure;
}
