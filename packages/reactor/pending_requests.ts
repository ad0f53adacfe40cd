import {
  decodeReply,
  encodeMessages,
  isDump,
  type NetlinkMessage,
  type NetlinkRequest,
  NLM_F_ACK,
  type Reply,
} from "@keepalived/netlink-codec";
import { NetlinkError } from "./netlink_error.ts";

const EINTR = 4;
const EBADMSG = 74;
const ENOBUFS = 105;
const ETIMEDOUT = 110;

/** What became of a request: the messages that answer it, or why it failed. */
export type NetlinkResult =
  | { readonly ok: true; readonly messages: readonly NetlinkMessage[] }
  | { readonly ok: false; readonly error: NetlinkError };

export type NetlinkLimits = {
  /** Datagrams read in one turn. */
  readonly datagramsPerTurn: number;
  /** Requests that the kernel works on; their acknowledgements must fit into the receive buffer. */
  readonly outstanding: number;
  /** Requests that wait for their turn; one more fails. */
  readonly waiting: number;
  /** How often a dump is begun that the kernel says changed meanwhile. */
  readonly dumpAttempts: number;
};

/** Why requests of a batch failed, by their places in it. */
export type BatchFailures = ReadonlyMap<number, NetlinkError>;

type Refusal = { readonly errno: number; readonly text?: string; readonly offset?: number };

type Pending = {
  /** What goes out in one datagram: one request, all messages of a transaction, or a batch. */
  readonly requests: readonly NetlinkRequest[];
  /** Of a batch, each request stands for itself, and only the last is acknowledged. */
  readonly isBatch: boolean;
  readonly done: (pending: Pending) => void;
  /** Numbers of the requests while they are under way, in the same order. */
  sequences: number[];
  /** By the place of the request, in the order in which they came. */
  readonly failures: Map<number, NetlinkError>;
  messages: NetlinkMessage[];
  interrupted: boolean;
  attempts: number;
  expiresUs: number;
};

/** Requests that only need to be sent. */
export type PreparedRequests = {
  readonly requests: readonly NetlinkRequest[];
  readonly sequences: readonly number[];
  /** All of them, for one datagram. */
  readonly bytes: Uint8Array;
};

/**
 * Which requests wait, which are under way, and what their answers mean: the part of a netlink connection that needs
 * neither socket nor clock.
 */
export class PendingRequests {
  readonly #limits: NetlinkLimits;
  readonly #timeoutUs: number;
  readonly #waiting: Pending[] = [];
  readonly #outstanding = new Map<number, Pending>();
  #sequence = 0;
  readonly counters = {
    requests: 0,
    refused: 0,
    timeouts: 0,
    interrupted: 0,
    strayReplies: 0,
    malformed: 0,
  };

  constructor(limits: NetlinkLimits, timeoutUs: number) {
    this.#limits = limits;
    this.#timeoutUs = timeoutUs;
  }

  /** When the first of the requests under way has waited too long. */
  get nextExpiryUs(): number | undefined {
    let nextUs: number | undefined;
    for (const { expiresUs } of this.#outstanding.values()) {
      if (nextUs === undefined || expiresUs < nextUs) nextUs = expiresUs;
    }
    return nextUs;
  }

  /** @returns false if too many wait already: the caller tells whoever asked */
  add(request: NetlinkRequest, done: (result: NetlinkResult) => void): boolean {
    return this.addTransaction([request], done);
  }

  /** Adds messages that go out together and are carried out all or none; the last `NLM_F_ACK` answers for all. */
  addTransaction(
    requests: readonly NetlinkRequest[],
    done: (result: NetlinkResult) => void,
  ): boolean {
    return this.#add(requests, false, (pending) => done(resultOf(pending)));
  }

  /**
   * Adds changes that go out together, each of which is carried out or not by itself.
   *
   * The kernel takes them in order and tells of each that it refuses, so the acknowledgement of the last answers for all.
   */
  addBatch(requests: readonly NetlinkRequest[], done: (failures: BatchFailures) => void): boolean {
    return this.#add(requests, true, ({ failures }) => done(failures));
  }

  #add(
    requests: readonly NetlinkRequest[],
    isBatch: boolean,
    done: (pending: Pending) => void,
  ): boolean {
    this.counters.requests++;
    if (this.#waiting.length >= this.#limits.waiting) return false;
    this.#waiting.push(newPending(requests, isBatch, done));
    return true;
  }

  /** Numbers and encodes requests that are to go out soon. */
  prepare(requests: readonly NetlinkRequest[]): PreparedRequests {
    const messages = requests.map(({ type, flags, body }) => {
      return { type, flags, sequence: this.#nextSequence(), portId: 0, body };
    });
    const sequences = messages.map(({ sequence }) => sequence);
    return { requests, sequences, bytes: encodeMessages(messages) };
  }

  /** Whether so many more may go out now: there is room, and nobody waits who would have to be first. */
  hasRoom(count: number): boolean {
    return this.#waiting.length === 0 && this.#outstanding.size + count <= this.#limits.outstanding;
  }

  /** Takes note that prepared requests went out. */
  begin(
    { requests, sequences }: PreparedRequests,
    nowUs: number,
    done: (i: number, result: NetlinkResult) => void,
  ): void {
    for (const [i, request] of requests.entries()) {
      this.counters.requests++;
      const pending = newPending([request], false, (it) => done(i, resultOf(it)));
      const sequence = sequences[i] ?? 0;
      pending.sequences.push(sequence);
      pending.expiresUs = nowUs + this.#timeoutUs;
      this.#outstanding.set(sequence, pending);
    }
  }

  /** One datagram with the next requests, as many as may go now. */
  next(nowUs: number): { readonly bytes: Uint8Array; readonly sequences: number[] } | undefined {
    const chunk = this.#waiting.splice(0, this.#nextCount());
    if (chunk.length === 0) return undefined;
    const messages = chunk.flatMap((pending) => {
      pending.expiresUs = nowUs + this.#timeoutUs;
      return pending.requests.map((request, i) => {
        const sequence = this.#nextSequence();
        this.#outstanding.set(sequence, pending);
        pending.sequences.push(sequence);
        const { type, body } = request;
        const isSilent = pending.isBatch && i < pending.requests.length - 1;
        const flags = isSilent ? request.flags & ~NLM_F_ACK : request.flags;
        return { type, flags, sequence, portId: 0, body };
      });
    });
    return { bytes: encodeMessages(messages), sequences: chunk.flatMap((it) => it.sequences) };
  }

  /** Takes a message that is addressed to us. May call back. */
  answer(message: NetlinkMessage, nowUs: number): void {
    const { sequence } = message;
    const pending = this.#outstanding.get(sequence);
    if (pending === undefined) {
      this.counters.strayReplies++;
      return;
    }
    const reply = decodeReply(message);
    if (reply.ok) return this.#advance(pending, sequence, reply.value, nowUs);
    this.counters.malformed++;
    this.fail([sequence], { errno: EBADMSG, text: `Malformed answer, ${reply.error.fault}` });
  }

  /** Gives up on those that have waited too long. */
  expire(nowUs: number): void {
    for (const pending of new Set(this.#outstanding.values())) {
      if (pending.expiresUs > nowUs) continue;
      this.counters.timeouts++;
      this.fail(pending.sequences, { errno: ETIMEDOUT });
    }
  }

  /** The kernel dropped messages; an answer may be among them: nobody is left waiting for it. */
  loseAll(): void {
    this.fail([...this.#outstanding.keys()], { errno: ENOBUFS, text: "The answer is lost" });
  }

  /** Fails requests under way. */
  fail(sequences: readonly number[], refusal: Refusal): void {
    const failed = new Set(sequences.flatMap((it) => this.#outstanding.get(it) ?? []));
    for (const pending of failed) this.#land(pending);
    for (const pending of failed) {
      for (const [i, { name }] of pending.requests.entries()) {
        if (!pending.failures.has(i)) pending.failures.set(i, new NetlinkError(name, refusal));
      }
      this.#settle(pending);
    }
  }

  /** Forgets everything, without calling back. */
  clear(): void {
    this.#waiting.length = 0;
    this.#outstanding.clear();
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence % 0xffff_ffff) + 1;
    return this.#sequence;
  }

  /** A dump goes alone, and only one at a time: the kernel would refuse another on the same socket. So does a batch. */
  #nextCount(): number {
    const room = this.#limits.outstanding - this.#outstanding.size;
    const next = this.#waiting.slice(0, Math.max(0, room));
    const [first] = next;
    if (first === undefined) return 0;
    if (asksForDump(first)) return [...this.#outstanding.values()].some(asksForDump) ? 0 : 1;
    const alone = next.findIndex((it) => it.isBatch || asksForDump(it));
    return alone < 0 ? next.length : Math.max(1, alone);
  }

  #advance(pending: Pending, sequence: number, reply: Reply, nowUs: number): void {
    const index = pending.sequences.indexOf(sequence);
    switch (reply.kind) {
      case "noop":
        return;
      case "data":
        pending.messages.push(reply.message);
        pending.interrupted ||= reply.interrupted;
        pending.expiresUs = nowUs + this.#timeoutUs;
        return;
      case "refused": {
        const last = pending.requests.findLastIndex(asksForAnswer);
        pending.failures.set(
          index,
          new NetlinkError(pending.requests[index]?.name ?? "", reply),
        );
        // The first message of a transaction stands for the whole; after another, the acknowledgement still comes.
        if (index !== last && (index > 0 || pending.isBatch)) return;
        break;
      }
      case "done":
        if (pending.interrupted || reply.interrupted) return this.#again(pending);
        break;
      case "acknowledged":
        break;
    }
    this.#land(pending);
    this.#settle(pending);
  }

  /** A dump during which the table changed may lack entries or have some twice. */
  #again(pending: Pending): void {
    this.counters.interrupted++;
    if (pending.attempts >= this.#limits.dumpAttempts) {
      return this.fail(pending.sequences, { errno: EINTR, text: "The table kept changing" });
    }
    this.#land(pending);
    pending.attempts++;
    pending.interrupted = false;
    pending.messages = [];
    this.#waiting.unshift(pending);
  }

  /** It is no longer under way. */
  #land(pending: Pending): void {
    for (const sequence of pending.sequences) this.#outstanding.delete(sequence);
    pending.sequences = [];
  }

  #settle(pending: Pending): void {
    if (pending.failures.size > 0) this.counters.refused++;
    pending.done(pending);
  }
}

function newPending(
  requests: readonly NetlinkRequest[],
  isBatch: boolean,
  done: (pending: Pending) => void,
): Pending {
  return {
    requests,
    isBatch,
    done,
    sequences: [],
    failures: new Map(),
    messages: [],
    interrupted: false,
    attempts: 1,
    expiresUs: 0,
  };
}

function resultOf({ messages, failures }: Pending): NetlinkResult {
  const [error] = failures.values();
  return error === undefined ? { ok: true, messages } : { ok: false, error };
}

function asksForDump({ requests: [request] }: Pending): boolean {
  return request !== undefined && isDump(request);
}

function asksForAnswer({ flags }: NetlinkRequest): boolean {
  return (flags & NLM_F_ACK) !== 0;
}
