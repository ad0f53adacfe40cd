import type { IpAddress, IpFamily } from "@keepalived/ip-address";
import {
  type Group,
  joinGroup,
  leaveGroup,
  openVrrpReceiver,
  openVrrpSender,
  ReceiveBuffer,
  setReceiveBuffer,
  SO_RCVBUF,
  type Socket,
  SOL_SOCKET,
  SyscallError,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import type { ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import type { GlobalConfig } from "@keepalived/keepalived-config";
import type { Log } from "../log.ts";
import { usesHeader } from "./authentication/choose.ts";
import { bufferBytesOf } from "./buffer_bytes.ts";
import { Counters } from "./counters.ts";
import { type Neighbour, Neighbours } from "./neighbours.ts";
import type { Packet, SenderKind } from "./outbox.ts";
import { receiveDatagram } from "./receive.ts";
import type { VirtualRouter } from "./virtual_router.ts";

/** A device that sockets are bound to. */
export type ChannelDevice = {
  readonly name: string;
  readonly index: number;
  readonly mtu?: number;
};

/**
 * Where a channel is.
 *
 * Sending and receiving device differ if the virtual MAC has a device of its own. Both are absent for unicast without an
 * interface, which follows the routes: those of a VRF, if there is one.
 */
export type ChannelPlace = {
  readonly family: IpFamily;
  readonly receive?: ChannelDevice;
  readonly transmit?: ChannelDevice;
  readonly vrf?: ChannelDevice;
};

/** What channels need of their process. */
export type ChannelTools = { readonly reactor: Reactor; readonly log: Log };

/** What of the configuration is about all of them. */
export type ChannelSettings = Pick<GlobalConfig["vrrp"], "logUnknownVrids" | "receiveBuffer">;

/** What a channel has of the kernel. */
export type ChannelSockets = {
  readonly receivers: readonly number[];
  readonly senders: readonly number[];
  /** 0: what the kernel gives. */
  readonly receiveBufferBytes: number;
};

type Receiver = { readonly socket: Socket; readonly watch: Disposable };

/** Datagrams taken from one socket before others get their turn. */
const datagramsPerTurn = 16;

const buffer = new ReceiveBuffer();

/**
 * The sockets of one place, shared by all virtual routers there.
 *
 * One receives everything of IP protocol 112, multicast and unicast; one more, once a virtual router asks for it, what is
 * in an Authentication Header; one sends for each hop limit in use.
 */
export class Channel {
  readonly place: ChannelPlace;
  /** Each datagram, and what became of those that are for none of our virtual routers; these count the others. */
  readonly counters: Counters = new Counters();
  readonly #tools: ChannelTools;
  readonly #settings: () => ChannelSettings;
  readonly #receivers = new Map<"plain" | "sealed", Receiver>();
  readonly #senders = new Map<number, Socket>();
  readonly #neighbours = new Neighbours();
  readonly #groups = new Map<IpAddress, number>();
  readonly #routers = new Map<number, VirtualRouter[]>();

  #bufferBytes = 0;

  constructor(place: ChannelPlace, tools: ChannelTools, settings: () => ChannelSettings) {
    this.place = place;
    this.#tools = tools;
    this.#settings = settings;
    this.#listen("plain");
  }

  /** The virtual routers with a VRID; more than one only with disjoint unicast peers. */
  routersOf(virtualRouterId: number): readonly VirtualRouter[] {
    return this.#routers.get(virtualRouterId) ?? [];
  }

  /** Those of all VRIDs, in the order in which they came. */
  routers(): readonly VirtualRouter[] {
    return [...this.#routers.values()].flat();
  }

  /** Numbers of its descriptors, and how much room it asked the kernel for. */
  get sockets(): ChannelSockets {
    return {
      receivers: [...this.#receivers.values()].map(({ socket: { fd } }) => fd),
      senders: [...this.#senders.values()].map(({ fd }) => fd),
      receiveBufferBytes: this.#bufferBytes,
    };
  }

  nowUs(): number {
    return this.#tools.reactor.nowUs();
  }

  /** Who advertises here what is for none of our virtual routers: one router's advertisements, or all. */
  neighbours(source?: IpAddress): readonly Neighbour[] {
    return this.#neighbours.list(source);
  }

  /** Notes an advertisement that is for none of our virtual routers. */
  hearStranger(source: IpAddress, advertisement: ReceivedAdvertisement, atUs: number): void {
    this.counters.add("unknown-vrid");
    const neighbour = this.#neighbours.hear(source, advertisement, atUs);
    if (neighbour === "full") this.counters.add("neighbours-full");
    if (neighbour === undefined || neighbour === "full") return;
    if (!this.#settings().logUnknownVrids) return;
    const where = this.place.receive?.name ?? "all interfaces";
    const { virtualRouterId } = advertisement;
    this.#tools.log(
      "info",
      `(${where}) advert with unknown VRID ${virtualRouterId} from ${source}`,
    );
  }

  /**
   * Takes a virtual router in, with the multicast group that it listens to.
   *
   * @throws SyscallError
   */
  attach(router: VirtualRouter, virtualRouterId: number, group: IpAddress | undefined): void {
    if (usesHeader(router.config)) this.#listen("sealed");
    const { receiveBuffer } = this.#settings();
    this.#bufferBytes += bufferBytesOf(router.config, receiveBuffer, this.place.receive?.mtu);
    this.#eachReceiver((it) => widen(it, this.#bufferBytes));
    if (group !== undefined) {
      const members = this.#groups.get(group) ?? 0;
      if (members === 0) this.#eachReceiver((it) => joinGroup(it, this.#membership(group)));
      this.#groups.set(group, members + 1);
    }
    this.#routers.set(virtualRouterId, [...this.routersOf(virtualRouterId), router]);
  }

  /** Ends {@linkcode Channel.attach}. */
  detach(router: VirtualRouter, virtualRouterId: number, group: IpAddress | undefined): void {
    const rest = this.routersOf(virtualRouterId).filter((other) => other !== router);
    if (rest.length > 0) this.#routers.set(virtualRouterId, rest);
    else this.#routers.delete(virtualRouterId);
    if (group === undefined) return;
    const members = (this.#groups.get(group) ?? 1) - 1;
    if (members > 0) return void this.#groups.set(group, members);
    this.#groups.delete(group);
    try {
      this.#eachReceiver((it) => leaveGroup(it, this.#membership(group)));
    } catch (error) {
      // With the interface its memberships have gone.
      if (!(error instanceof SyscallError)) throw error;
    }
  }

  /** Whether no virtual router uses it any more. */
  get isIdle(): boolean {
    return this.#routers.size === 0;
  }

  /** Sends one packet. @throws SyscallError if the kernel refuses */
  send({ message, path, sender }: Packet): void {
    this.senderOf(sender).sendFrom(message, path);
  }

  /** The sending socket of a kind, opened when it is first asked for. */
  senderOf({ hopLimit = -1, headerIncluded }: SenderKind): Socket {
    const key = 2 * hopLimit + (headerIncluded ? 1 : 0);
    const known = this.#senders.get(key);
    if (known !== undefined) return known;
    const { family, transmit, vrf } = this.place;
    const device = (transmit ?? vrf)?.name;
    const sender = openVrrpSender({
      family,
      hopLimit,
      headerIncluded,
      ...(device === undefined ? {} : { device }),
      ...(transmit === undefined ? {} : { interfaceIndex: transmit.index }),
    });
    this.#senders.set(key, sender);
    return sender;
  }

  [Symbol.dispose](): void {
    for (const { socket, watch } of this.#receivers.values()) {
      watch[Symbol.dispose]();
      socket[Symbol.dispose]();
    }
    for (const sender of this.#senders.values()) sender[Symbol.dispose]();
  }

  /** Opens a receiver, unless it is there, in all groups that the others are in. */
  #listen(kind: "plain" | "sealed"): void {
    if (this.#receivers.has(kind)) return;
    const { family, receive, vrf } = this.place;
    const device = (receive ?? vrf)?.name;
    const socket = openVrrpReceiver({
      family,
      sealed: kind === "sealed",
      groups: [...this.#groups.keys()].map((group) => this.#membership(group)),
      ...(device === undefined ? {} : { device }),
    });
    const watch = this.#tools.reactor.watch(socket.fd, "read", () => this.#receive(socket));
    this.#receivers.set(kind, { socket, watch });
    widen(socket, this.#bufferBytes);
  }

  #eachReceiver(act: (receiver: Socket) => void): void {
    for (const { socket } of this.#receivers.values()) act(socket);
  }

  #membership(group: IpAddress): Group {
    return { group, interfaceIndex: this.place.receive?.index ?? 0 };
  }

  #receive(receiver: Socket): void {
    for (let i = 0; i < datagramsPerTurn; i++) {
      const received = receiver.receive(buffer);
      if (received === undefined) return;
      this.counters.add("datagram-received");
      receiveDatagram(this, received);
    }
  }
}

/** Gives a receiver at least that much room: never less than the kernel gives all. */
function widen(receiver: Socket, bytes: number): void {
  // The kernel reckons with twice of what it is asked for.
  if (2 * bytes > receiver.getIntOption(SOL_SOCKET, SO_RCVBUF)) setReceiveBuffer(receiver, bytes);
}

/** The channels in use, by place. */
export class Channels {
  readonly #tools: ChannelTools;
  readonly #channels = new Map<string, Channel>();
  #settings: ChannelSettings = { logUnknownVrids: false, receiveBuffer: { multiplier: 0 } };

  constructor(tools: ChannelTools) {
    this.#tools = tools;
  }

  /** Room in receive buffers is given to virtual routers that come, and taken from none. */
  configure(settings: ChannelSettings): void {
    this.#settings = settings;
  }

  /** The channel of a place, opened if nobody had it yet. @throws SyscallError */
  open(place: ChannelPlace): Channel {
    const key = keyOf(place);
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const channel = new Channel(place, this.#tools, () => this.#settings);
    this.#channels.set(key, channel);
    return channel;
  }

  list(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** Closes a channel that nobody uses any more. */
  release(channel: Channel): void {
    if (!channel.isIdle) return;
    this.#channels.delete(keyOf(channel.place));
    channel[Symbol.dispose]();
  }
}

/** Equal for places whose sockets are the same. */
export function keyOf({ family, receive, transmit, vrf }: ChannelPlace): string {
  const [from, to, table] = [receive, transmit, vrf].map((device) =>
    device === undefined ? "-" : `${device.index} ${device.name}`
  );
  return `IPv${family} ${from} ${to} ${table}`;
}
