import {
  EAGAIN,
  encodeSocketAddress,
  ENOBUFS,
  openNetlinkSocket,
  ReceiveBuffer,
  receiveNetlink,
  setReceiveBuffer,
  type Socket,
  SyscallError,
} from "@keepalived/linux";
import { type NetlinkMessage, type NetlinkRequest, splitMessages } from "@keepalived/netlink-codec";
import type { Deadline } from "./deadlines.ts";
import type { PreparedAction } from "./host.ts";
import { NetlinkError } from "./netlink_error.ts";
import {
  type BatchFailures,
  type NetlinkLimits,
  type NetlinkResult,
  PendingRequests,
} from "./pending_requests.ts";
import type { Reactor, Watch } from "./reactor.ts";

export type NetlinkConnectionOptions = {
  /** Default NETLINK_ROUTE. */
  readonly protocol?: number;
  /** Multicast groups by number, 1–32. */
  readonly groups?: readonly number[];
  readonly onNotification?: (message: NetlinkMessage) => void;
  /** Notifications, maybe answers too, are lost: read the state again. */
  readonly onOverrun?: () => void;
  /** How long a request waits for the next piece of its answer. Default 5 s. */
  readonly timeoutUs?: number;
  /** Default 1 MiB. */
  readonly receiveBufferBytes?: number;
  /** The longest datagram that can be sent. Default: what the kernel gives, about 200 KiB. */
  readonly sendBufferBytes?: number;
  readonly limits?: Partial<NetlinkLimits>;
};

export type NetlinkCounters = {
  readonly requests: number;
  readonly refused: number;
  readonly timeouts: number;
  readonly overruns: number;
  readonly notifications: number;
  /** Dumps that were begun again. */
  readonly interrupted: number;
  /** Answers to nothing that we wait for. */
  readonly strayReplies: number;
  readonly malformed: number;
};

/**
 * Requests to the kernel over one netlink socket, and notifications from it.
 *
 * Requests are sent in order, as many in one datagram as the limits allow, one dump at a time. A notification that one's
 * own request causes arrives before its answer.
 */
export class NetlinkConnection {
  readonly #reactor: Reactor;
  readonly #socket: Socket;
  readonly #watch: Watch;
  readonly #deadline: Deadline;
  readonly #buffer = new ReceiveBuffer();
  readonly #options: NetlinkConnectionOptions;
  readonly #datagramsPerTurn: number;
  readonly #requests: PendingRequests;
  readonly #counters = { overruns: 0, notifications: 0, malformed: 0 };

  constructor(reactor: Reactor, options: NetlinkConnectionOptions = {}) {
    const limits = {
      datagramsPerTurn: 64,
      outstanding: 128,
      waiting: 100_000,
      dumpAttempts: 10,
      ...options.limits,
    };
    this.#reactor = reactor;
    this.#options = options;
    this.#datagramsPerTurn = limits.datagramsPerTurn;
    this.#requests = new PendingRequests(limits, options.timeoutUs ?? 5_000_000);
    this.#socket = openNetlinkSocket({ receiveBufferBytes: 1_048_576, ...options });
    this.#watch = reactor.watch(this.#socket.fd, "read", () => this.#receive());
    this.#deadline = reactor.deadline(() => {
      // With many descriptors ready, or after a stall, the answer may be here and nobody have read it.
      this.#receive();
      this.#requests.expire(reactor.nowUs());
      this.#pump();
    });
  }

  get counters(): NetlinkCounters {
    const { counters } = this.#requests;
    const malformed = counters.malformed + this.#counters.malformed;
    return { ...counters, ...this.#counters, malformed };
  }

  /** Makes room for messages that wait to be read. */
  resizeReceiveBuffer(bytes: number): void {
    setReceiveBuffer(this.#socket, bytes);
  }

  /** Sends one request. @returns the messages that answer it. @throws NetlinkError (as a rejection) */
  request(request: NetlinkRequest): Promise<readonly NetlinkMessage[]> {
    return new Promise((resolve, reject) =>
      this.send([request], ([result]) => {
        if (result?.ok) resolve(result.messages);
        else reject(result?.error);
      })
    );
  }

  /**
   * Sends requests in order; one that fails does not keep the others back.
   *
   * @param done called once, after this has returned, with a result for each request
   */
  send(
    requests: readonly NetlinkRequest[],
    done: (results: readonly NetlinkResult[]) => void,
  ): void {
    const settle = collector(requests.length, done);
    if (requests.length === 0) this.#reactor.post(() => done([]));
    for (const [i, request] of requests.entries()) {
      if (this.#requests.add(request, (result) => settle(i, result))) continue;
      const error = new NetlinkError(request.name, tooMany);
      this.#reactor.post(() => settle(i, { ok: false, error }));
    }
    this.#pump();
  }

  /** Gets requests ready that are to be sent in a moment, or never. @param done as of {@linkcode send} */
  prepare(
    requests: readonly NetlinkRequest[],
    done: (results: readonly NetlinkResult[]) => void,
  ): PreparedAction {
    const prepared = this.#requests.prepare(requests);
    return () => {
      const isSent = this.#socket.fd >= 0 && this.#requests.hasRoom(requests.length) &&
        this.#transmit(prepared.bytes) === 0;
      if (!isSent) return () => this.send(requests, done);
      return () => {
        this.#requests.begin(prepared, this.#reactor.nowUs(), collector(requests.length, done));
        this.#deadline.setAt(this.#requests.nextExpiryUs);
      };
    };
  }

  /**
   * Sends messages in one datagram that the kernel carries out all or none, as nfnetlink does.
   *
   * @param requests with `NLM_F_ACK` on the last one that does something: its answer ends the transaction
   * @throws NetlinkError (as a rejection) of the first message that was refused
   */
  transact(requests: readonly NetlinkRequest[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (result: NetlinkResult) => result.ok ? resolve() : reject(result.error);
      if (!this.#requests.addTransaction(requests, settle)) {
        reject(new NetlinkError(requests[0]?.name ?? "", tooMany));
      }
      this.#pump();
    });
  }

  /**
   * Sends changes in one datagram, each of which is carried out or not by itself; only the last is acknowledged.
   *
   * For many changes this is several times faster than {@linkcode send}, as reading acknowledgements costs the most.
   *
   * @param requests without answers of their own, and so few that the kernel takes them at once (some 200 KiB)
   * @param done called once, after this has returned
   */
  batch(requests: readonly NetlinkRequest[], done: (failures: BatchFailures) => void): void {
    const fail = () =>
      done(new Map(requests.map(({ name }, i) => [i, new NetlinkError(name, tooMany)])));
    if (requests.length === 0 || !this.#requests.addBatch(requests, done)) {
      this.#reactor.post(fail);
    }
    this.#pump();
  }

  /** Closes the socket. What is under way is never answered. */
  [Symbol.dispose](): void {
    this.#requests.clear();
    this.#deadline[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }

  /** Sends what may go, one datagram each time. */
  #pump(): void {
    if (this.#socket.fd < 0) return;
    for (;;) {
      const chunk = this.#requests.next(this.#reactor.nowUs());
      if (chunk === undefined) break;
      const errno = this.#transmit(chunk.bytes);
      if (errno !== 0) {
        this.#reactor.post(() => this.#requests.fail(chunk.sequences, { errno }));
      }
    }
    this.#deadline.setAt(this.#requests.nextExpiryUs);
  }

  /** @returns 0 or the error number */
  #transmit(bytes: Uint8Array): number {
    try {
      return this.#socket.send(bytes, kernel) === undefined ? EAGAIN : 0;
    } catch (error) {
      if (error instanceof SyscallError) return error.errno;
      throw error;
    }
  }

  #receive(): void {
    for (let i = 0; i < this.#datagramsPerTurn && this.#socket.fd >= 0; i++) {
      const received = receiveNetlink(this.#socket, this.#buffer);
      if (received === undefined) break;
      if (received.kind === "data") this.#datagram(received.bytes, received.multicast);
      else if (received.kind === "foreign") this.#counters.malformed++;
      else {
        this.#counters.overruns++;
        this.#requests.loseAll();
        this.#options.onOverrun?.();
      }
    }
    this.#pump();
  }

  #datagram(bytes: Uint8Array, multicast: boolean): void {
    const messages = splitMessages(bytes);
    if (!messages.ok) {
      this.#counters.malformed++;
      return;
    }
    for (const message of messages.value) {
      // A callback may have closed the connection.
      if (this.#socket.fd < 0) return;
      if (multicast) {
        this.#counters.notifications++;
        this.#options.onNotification?.(message);
      } else this.#requests.answer(message, this.#reactor.nowUs());
    }
  }
}

/** Calls back once all of several results are there. */
function collector(
  count: number,
  done: (results: readonly NetlinkResult[]) => void,
): (i: number, result: NetlinkResult) => void {
  const results = new Array<NetlinkResult>(count);
  let left = count;
  return (i, result) => {
    results[i] = result;
    if (--left === 0) done(results);
  };
}

const tooMany = { errno: ENOBUFS, text: "Too many wait" } as const;
const kernel = encodeSocketAddress({ family: "netlink", portId: 0, groups: 0 });
