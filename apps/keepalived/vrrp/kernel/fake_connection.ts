import type { NetlinkRequest } from "@keepalived/netlink-codec";
import { NetlinkError, type NetlinkResult, type PreparedAction } from "@keepalived/reactor";

/** A connection for tests: keeps what is asked, and answers when it is told to. */
export class FakeConnection {
  readonly asked: string[] = [];
  readonly #batches: { requests: readonly NetlinkRequest[]; done: Done }[] = [];

  send(requests: readonly NetlinkRequest[], done: Done): void {
    this.asked.push(...requests.map(({ name }) => name));
    this.#batches.push({ requests, done });
  }

  prepare(requests: readonly NetlinkRequest[], done: Done): PreparedAction {
    return () => {
      this.asked.push(...requests.map(({ name }) => name));
      return () => void this.#batches.push({ requests, done });
    };
  }

  /** What was asked since the last call. */
  take(): readonly string[] {
    return this.asked.splice(0);
  }

  /** Answers all that is under way. @param errnoOf error number for a request; 0: success */
  answer(errnoOf: (name: string) => number = () => 0): void {
    for (const { requests, done } of this.#batches.splice(0)) {
      done(requests.map(({ name }): NetlinkResult => {
        const errno = errnoOf(name);
        if (errno === 0) return { ok: true, messages: [] };
        return { ok: false, error: new NetlinkError(name, { errno }) };
      }));
    }
  }
}

type Done = (results: readonly NetlinkResult[]) => void;
