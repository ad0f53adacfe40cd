import type { NetlinkRequest } from "@keepalived/netlink-codec";
import type { NetlinkConnection, NetlinkResult, PreparedAction } from "@keepalived/reactor";

type Done = (results: readonly NetlinkResult[]) => void;

/** Requests to the kernel in the order in which they are made, and whether all are answered. */
export class Requests {
  readonly #connection: Pick<NetlinkConnection, "send" | "prepare">;
  #unanswered = 0;
  #onIdle: (() => void)[] = [];

  constructor(connection: Pick<NetlinkConnection, "send" | "prepare">) {
    this.#connection = connection;
  }

  /** Sends a batch. @param done called with a result for each request */
  send(requests: readonly NetlinkRequest[], done: Done): void {
    if (requests.length === 0) return;
    this.#unanswered++;
    this.#connection.send(requests, (results) => this.#answered(results, done));
  }

  /** Gets a batch ready that is to be sent in a moment, or never. @param done called with a result for each request */
  prepare(requests: readonly NetlinkRequest[], done: Done): PreparedAction {
    const send = this.#connection.prepare(requests, (results) => this.#answered(results, done));
    return () => {
      this.#unanswered++;
      return send();
    };
  }

  #answered(results: readonly NetlinkResult[], done: Done): void {
    this.#unanswered--;
    done(results);
    if (this.#unanswered > 0) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  /** Done when the kernel has answered everything that was asked. */
  async idle(): Promise<void> {
    if (this.#unanswered === 0) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }
}
