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
  /**
   * Of requests that go out together only the last is acknowledged. The kernel carries them out in order and tells of each
   * that it refuses, so this says as much, with far fewer messages to read.
   */
  readonly acknowledgeLast: boolean;
};

type Refusal = { readonly errno: number; readonly text?: string; readonly offset?: number };

type Pending = {
  /** What goes out in one datagram: one request, or all messages of a transaction. */
  readonly requests: readonly NetlinkRequest[];
  readonly done: (result: NetlinkResult) => void;
  /** Numbers of the requests while they are under way, in the same order. */
  sequences: number[];
  /** The first of a transaction's messages that was refused. */
  refusal: NetlinkError | undefined;
  messages: NetlinkMessage[];
  interrupted: boolean;
  attempts: number;
  expiresUs: number;
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
  /** By the number of the request that answers for them: those that went out before it. */
  readonly #silent = new Map<number, readonly Pending[]>();
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
  add(request: NetlinkRequest, done: Pending["done"]): boolean {
    return this.addTransaction([request], done);
  }

  /** Adds messages that go out together and are carried out all or none; the last `NLM_F_ACK` answers for all. */
  addTransaction(requests: readonly NetlinkRequest[], done: Pending["done"]): boolean {
    this.counters.requests++;
    if (this.#waiting.length >= this.#limits.waiting) return false;
    this.#waiting.push({
      requests,
      done,
      sequences: [],
      refusal: undefined,
      messages: [],
      interrupted: false,
      attempts: 1,
      expiresUs: 0,
    });
    return true;
  }

  /** One datagram with the next requests, as many as may go now. */
  next(nowUs: number): { readonly bytes: Uint8Array; readonly sequences: number[] } | undefined {
    const chunk = this.#waiting.splice(0, this.#nextCount());
    const last = chunk.at(-1);
    if (last === undefined) return undefined;
    const isQuiet = this.#limits.acknowledgeLast && asksForAnswer(last.requests[0]) &&
      chunk.every((it) => it.requests.length === 1);
    const messages = chunk.flatMap((pending) => {
      pending.expiresUs = nowUs + this.#timeoutUs;
      return pending.requests.map((request) => {
        this.#sequence = (this.#sequence % 0xffff_ffff) + 1;
        this.#outstanding.set(this.#sequence, pending);
        pending.sequences.push(this.#sequence);
        const { type, body } = request;
        const flags = isQuiet && pending !== last ? request.flags & ~NLM_F_ACK : request.flags;
        return { type, flags, sequence: this.#sequence, portId: 0, body };
      });
    });
    if (isQuiet) this.#silent.set(this.#sequence, chunk.slice(0, -1));
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
      const error = new NetlinkError(pending.requests[0]?.name ?? "", refusal);
      this.#settle(pending, { ok: false, error });
    }
  }

  /** Forgets everything, without calling back. */
  clear(): void {
    this.#waiting.length = 0;
    this.#outstanding.clear();
    this.#silent.clear();
  }

  /** A dump goes alone, and only one at a time: the kernel would refuse another on the same socket. */
  #nextCount(): number {
    const room = this.#limits.outstanding - this.#outstanding.size;
    const count = Math.min(room, this.#waiting.length);
    const dump = this.#waiting.slice(0, Math.max(1, count)).findIndex(asksForDump);
    if (dump !== 0) return dump < 0 ? count : dump;
    const busy = [...this.#outstanding.values()].some(asksForDump);
    return busy ? 0 : Math.min(room, 1);
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
      case "refused":
        pending.refusal ??= new NetlinkError(pending.requests[index]?.name ?? "", reply);
        // The first message of a transaction stands for the whole; after another, the acknowledgement still comes.
        if (index > 0 && index !== pending.requests.findLastIndex(asksForAnswer)) return;
        break;
      case "done":
        if (pending.interrupted || reply.interrupted) return this.#again(pending);
        break;
      case "acknowledged":
        break;
    }
    this.#settleSilent(sequence);
    const { refusal: error, messages } = pending;
    this.#land(pending);
    this.#settle(pending, error === undefined ? { ok: true, messages } : { ok: false, error });
  }

  /** Those that went out with this one and that the kernel said nothing about were carried out. */
  #settleSilent(sequence: number): void {
    const silent = this.#silent.get(sequence) ?? [];
    this.#silent.delete(sequence);
    for (const pending of silent) {
      if (pending.sequences.length === 0) continue;
      this.#land(pending);
      this.#settle(pending, { ok: true, messages: pending.messages });
    }
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
    for (const sequence of pending.sequences) {
      this.#outstanding.delete(sequence);
      this.#silent.delete(sequence);
    }
    pending.sequences = [];
  }

  #settle(pending: Pending, result: NetlinkResult): void {
    if (!result.ok) this.counters.refused++;
    pending.done(result);
  }
}

function asksForDump({ requests: [request] }: Pending): boolean {
  return request !== undefined && isDump(request);
}

function asksForAnswer(request: NetlinkRequest | undefined): boolean {
  return request !== undefined && (request.flags & NLM_F_ACK) !== 0;
}
