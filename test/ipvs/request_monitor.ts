import {
  ETH_P_ALL,
  interfaceIndex,
  openPacketSocket,
  ReceiveBuffer,
  setReceiveBuffer,
  type Socket,
} from "@keepalived/linux";
import { formatIp } from "@keepalived/ip-address";
import {
  decodeAttributes,
  decodeGeneric,
  GENL_HDRLEN,
  NLM_F_REQUEST,
  splitMessages,
} from "@keepalived/netlink-codec";
import { describeKey } from "@keepalived/netlink-ipvs";
import { run } from "./kernel.ts";

const device = "nlmon0";

/** Numbers of the operations that change the table, by what they are about. */
const ofServices = [1, 2, 3, 16];
const ofDestinations = [5, 6, 7];
const ofAll = [17];

const table = {
  service: {
    number: 1,
    type: "nested",
    table: {
      family: { number: 1, type: "u16" },
      protocol: { number: 2, type: "u16" },
      address: { number: 3, type: "bytes" },
      port: { number: 4, type: "u16", order: "network" },
      fwmark: { number: 5, type: "u32" },
    },
  },
  destination: {
    number: 2,
    type: "nested",
    table: {
      address: { number: 1, type: "bytes" },
      port: { number: 2, type: "u16", order: "network" },
    },
  },
} as const;

const protocols = new Map([[6, "tcp"], [17, "udp"], [132, "sctp"]] as const);
const AF_INET6 = 10;

/**
 * Every request of this namespace that changes the IPVS table, whoever makes it: the kernel tells nobody what changes
 * there, so a device of the kind `nlmon` has to show what is sent.
 */
export class RequestMonitor implements Disposable {
  readonly #socket: Socket;
  readonly #buffer = new ReceiveBuffer(1 << 20);
  readonly #family: number;

  /** @param family the number that the kernel gave IPVS */
  constructor(family: number) {
    this.#family = family;
    run(`ip link add ${device} type nlmon`);
    run(`ip link set ${device} up`);
    const index = interfaceIndex(device);
    if (index === undefined) throw new Error(`No ${device}`);
    this.#socket = openPacketSocket({ protocol: ETH_P_ALL, interfaceIndex: index });
    setReceiveBuffer(this.#socket, 8 << 20);
  }

  /** What was asked since the last time: `-t 192.0.2.1:80`, `-t 192.0.2.1:80 -r 10.0.0.1:80`, or `all`. */
  take(): readonly string[] {
    const objects: string[] = [];
    for (;;) {
      const received = this.#socket.receive(this.#buffer);
      if (received === undefined) return objects;
      for (const { type, flags, body } of messagesIn(received.data)) {
        if (type === this.#family && (flags & NLM_F_REQUEST) !== 0) objects.push(...objectOf(body));
      }
    }
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]();
    run(`ip link delete ${device}`);
  }
}

function messagesIn(datagram: Uint8Array) {
  const split = splitMessages(datagram);
  if (!split.ok) throw new Error(`Not messages: ${split.error.fault}`);
  return split.value;
}

function objectOf(body: Uint8Array): readonly string[] {
  const header = decodeGeneric(body);
  if (!header.ok) throw new Error(`Not generic: ${header.error.fault}`);
  const { command } = header.value;
  if (ofAll.includes(command)) return ["all"];
  const isDestination = ofDestinations.includes(command);
  if (!isDestination && !ofServices.includes(command)) return [];
  const decoded = decodeAttributes(table, body, GENL_HDRLEN);
  const { service, destination } = decoded.ok ? decoded.value : {};
  if (service?.family === undefined) throw new Error(`About no service: ${body}`);
  const { family: number, protocol = 0, address = new Uint8Array(0), port = 0, fwmark } = service;
  const family = number === AF_INET6 ? 6 : 4;
  const text = (bytes: Uint8Array) => formatIp(bytes.subarray(0, family === 6 ? 16 : 4));
  const key = describeKey(
    fwmark === undefined
      ? { protocol: protocols.get(protocol as 6) ?? "tcp", address: text(address), port }
      : { fwmark, family },
  );
  if (!isDestination) return [key];
  const its = text(destination?.address ?? new Uint8Array(0));
  return [`${key} -r ${family === 6 ? `[${its}]` : its}:${destination?.port}`];
}
