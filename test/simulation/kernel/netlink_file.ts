import { Writer } from "@keepalived/bytes";
import { encodeSocketAddress } from "@keepalived/linux";
import {
  encodeMessages,
  type NetlinkMessage,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HDRLEN,
  splitMessages,
} from "@keepalived/netlink-codec";
import { EAGAIN, type File } from "./descriptors.ts";
import type { Message } from "./memory.ts";
import type { Tables, Told } from "./tables.ts";

const ENOBUFS = 105;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;

type Datagram = { readonly bytes: Uint8Array; readonly groups: number };

/** A socket of rtnetlink: what is asked is done before the call returns, and the answers wait to be read. */
export class NetlinkFile implements File {
  readonly #tables: Tables;
  readonly #queue: Datagram[] = [];
  readonly #groups = new Set<number>();
  /** Notifications that find room; one more is dropped, and the reader told. */
  room = 10_000;
  #overrun = false;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  readable(): boolean {
    return this.#overrun || this.#queue.length > 0;
  }

  setOption(level: number, option: number, value: number): void {
    if (level === SOL_NETLINK && option === NETLINK_ADD_MEMBERSHIP) this.#groups.add(value);
  }

  send(bytes: Uint8Array): number {
    const messages = splitMessages(bytes);
    if (!messages.ok) throw new RangeError(`No netlink messages: ${messages.error.fault}`);
    for (const message of messages.value) this.#answer(message);
    return bytes.length;
  }

  tell({ group, type, body }: Told): void {
    if (!this.#groups.has(group)) return;
    if (this.#queue.length >= this.room) {
      this.#overrun = true;
      return;
    }
    const bytes = encodeMessages([{ type, flags: 0, sequence: 0, portId: 0, body }]);
    this.#queue.push({ bytes, groups: 1 << (group - 1) });
  }

  receive(into: Message): number {
    if (this.#overrun) {
      this.#overrun = false;
      return -ENOBUFS;
    }
    const datagram = this.#queue.shift();
    if (datagram === undefined) return -EAGAIN;
    const { bytes, groups } = datagram;
    return into.receive(bytes, encodeSocketAddress({ family: "netlink", portId: 0, groups }));
  }

  #answer({ type, flags, sequence, body }: NetlinkMessage): void {
    const outcome = this.#tables.request(type, body);
    const answer = (messages: readonly Omit<NetlinkMessage, "sequence" | "portId">[]) => {
      const bytes = encodeMessages(messages.map((it) => ({ ...it, sequence, portId: 1 })));
      this.#queue.push({ bytes, groups: 0 });
    };
    if ("errno" in outcome) {
      const quoted = new Writer(4 + NLMSG_HDRLEN).u32ne(-outcome.errno >>> 0)
        .u32ne(NLMSG_HDRLEN + body.length).u16ne(type).u16ne(flags).u32ne(sequence).u32ne(0);
      return answer([{ type: NLMSG_ERROR, flags: NLM_F_CAPPED, body: quoted.finish() }]);
    }
    if ((flags & NLM_F_DUMP) !== NLM_F_DUMP) throw new RangeError(`Not a dump: ${type}`);
    answer(outcome.bodies.map((body) => ({ type: outcome.type, flags: NLM_F_MULTI, body })));
    answer([{ type: NLMSG_DONE, flags: NLM_F_MULTI, body: new Uint8Array(4) }]);
  }
}
