import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import {
  Descriptor,
  enterNamespace,
  leaveNamespace,
  NETLINK_GENERIC,
  O_RDONLY,
  openNetlinkSocket,
  ReceiveBuffer,
  receiveNetlink,
  type Socket,
} from "@keepalived/linux";
import {
  decodeReply,
  encodeRequest,
  type NetlinkMessage,
  type NetlinkRequest,
  type Reply,
  splitMessages,
} from "@keepalived/netlink-codec";
import { decodeNotification, multicastGroups, type Notification } from "@keepalived/netlink-route";

/**
 * The kernel's netlink in a new network namespace, left when disposed.
 *
 * The kernel answers before `send` returns, so nothing here waits.
 */
export class NetlinkKernel {
  readonly #home: Descriptor;
  readonly #route: Socket;
  readonly #generic: Socket;
  readonly #monitor: Socket;
  readonly #buffer: ReceiveBuffer = new ReceiveBuffer();
  #sequence = 0;

  /** @param groups whose notifications are kept */
  constructor(
    groups: readonly (keyof typeof multicastGroups)[] = ["link", "ipv4Address", "ipv6Address"],
  ) {
    this.#home = Descriptor.open("/proc/thread-self/ns/net", O_RDONLY);
    leaveNamespace();
    this.#route = openNetlinkSocket();
    this.#generic = openNetlinkSocket({ protocol: NETLINK_GENERIC });
    this.#monitor = openNetlinkSocket({ groups: groups.map((name) => multicastGroups[name]) });
  }

  /** Every reply to a request, its end included. */
  ask(request: NetlinkRequest, socket: Socket = this.#route): readonly Reply[] {
    const sequence = ++this.#sequence;
    const bytes = encodeRequest(request, sequence);
    assert.equal(socket.send(bytes, { family: "netlink", portId: 0, groups: 0 }), bytes.length);
    const replies: Reply[] = [];
    while (replies.every(({ kind }) => kind === "data")) {
      const messages = this.#receive(socket);
      assert.ok(messages.length > 0, `no answer to ${request.name}`);
      for (const message of messages) {
        assert.equal(message.sequence, sequence);
        const reply = decodeReply(message);
        assert.ok(reply.ok, JSON.stringify(reply));
        replies.push(reply.value);
      }
    }
    return replies;
  }

  askGeneric(request: NetlinkRequest): readonly Reply[] {
    return this.ask(request, this.#generic);
  }

  /** Carries out a request that must succeed. */
  do(request: NetlinkRequest): void {
    assert.deepEqual(this.ask(request), [{ kind: "acknowledged" }], request.name);
  }

  /** The entries that a request brings, which must succeed. */
  list(request: NetlinkRequest): readonly Notification[] {
    const replies = this.ask(request);
    assert.match(
      replies.at(-1)?.kind ?? "",
      /^(done|acknowledged)$/,
      JSON.stringify(replies.at(-1)),
    );
    return replies.flatMap((reply) => reply.kind === "data" ? [decode(reply.message)] : []);
  }

  /** Runs a command line of words without quoting here, and returns its output. @throws Error with what it says */
  run(line: string): string {
    const words = [`--net=/proc/${readlinkSync("/proc/thread-self")}/ns/net`, "--"];
    const { status, stdout, stderr } = spawnSync("nsenter", [...words, ...line.split(" ")], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(stderr.trim() || `${line}: exit status ${status}`);
    return stdout;
  }

  /** What was told since the last call. */
  notifications(): readonly Notification[] {
    const all: Notification[] = [];
    for (;;) {
      const messages = this.#receive(this.#monitor);
      if (messages.length === 0) return all;
      all.push(...messages.map(decode));
    }
  }

  [Symbol.dispose](): void {
    for (const socket of [this.#route, this.#generic, this.#monitor]) socket[Symbol.dispose]();
    enterNamespace(`/proc/self/fd/${this.#home.fd}`);
    this.#home[Symbol.dispose]();
  }

  #receive(socket: Socket): readonly NetlinkMessage[] {
    const received = receiveNetlink(socket, this.#buffer);
    if (received === undefined) return [];
    assert.equal(received.kind, "data");
    const split = splitMessages(received.bytes);
    assert.ok(split.ok, JSON.stringify(split));
    return split.value;
  }
}

function decode(message: NetlinkMessage): Notification {
  const decoded = decodeNotification(message);
  if (!decoded.ok) assert.fail(JSON.stringify(decoded.error));
  return decoded.value;
}
