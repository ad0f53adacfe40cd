/** Why an attempt failed, in one word: for counters, status and whoever reads them. */
export type FailureCode =
  /** Nobody listens, or a firewall says so. */
  | "refused"
  /** The network, a router or the neighbour says that there is no way. */
  | "unreachable"
  /** The peer broke the connection off. */
  | "reset"
  /** The peer ended the connection before it had answered. */
  | "closed"
  /** Nothing came in time. */
  | "timeout"
  /** Something came all the time, and never ended. */
  | "endless"
  /** More came than is read. */
  | "too-long"
  /** What came is not the protocol. */
  | "malformed"
  | "tls"
  | "certificate"
  | "status"
  | "digest"
  | "regex"
  | "body"
  /** An answer that says no. */
  | "reply"
  | "exit"
  | "signal"
  /** The attempt could not even be made on this machine. */
  | "local"
  | "file"
  | "session";

/** Why an attempt failed. */
export type Failure = {
  readonly code: FailureCode;
  /** As it follows "failed: ": "connection refused". */
  readonly text: string;
};

/** How an attempt ended. */
export type Ending =
  | {
    readonly ok: true;
    /** The weight that the answer asks for; absent: the configured one. */
    readonly weight?: number;
  }
  | { readonly ok: false; readonly failure: Failure };

/** The end of an attempt that is as it should be. */
export const succeeded: Ending = { ok: true };

/** The end of an attempt that is not. */
export function failed(code: FailureCode, text: string): Ending {
  return { ok: false, failure: { code, text } };
}

/** A time for people: `5 s`, `250 ms`. */
export function formatSeconds(us: number): string {
  return us % 1_000_000 === 0 || us > 10_000_000
    ? `${Math.round(us / 1_000_000)} s`
    : `${us / 1000} ms`;
}
