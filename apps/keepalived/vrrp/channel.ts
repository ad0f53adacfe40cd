import type { IpAddress, IpFamily } from "@keepalived/ip-address";
import {
  type Group,
  joinGroup,
  leaveGroup,
  openVrrpReceiver,
  openVrrpSender,
  ReceiveBuffer,
  type Socket,
  SyscallError,
} from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import { Counters } from "./counters.ts";
import type { Packet } from "./outbox.ts";
import { receiveDatagram } from "./receive.ts";
import type { VirtualRouter } from "./virtual_router.ts";

/** A device that sockets are bound to. */
export type ChannelDevice = { readonly name: string; readonly index: number };

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

/** Datagrams taken from one socket before others get their turn. */
const datagramsPerTurn = 16;

const buffer = new ReceiveBuffer();

/**
 * The sockets of one place, shared by all virtual routers there.
 *
 * One receives everything of IP protocol 112, multicast and unicast; one sends for each hop limit in use.
 */
export class Channel {
  readonly place: ChannelPlace;
  readonly counters: Counters = new Counters();
  readonly #receiver: Socket;
  readonly #senders = new Map<number | undefined, Socket>();
  readonly #groups = new Map<IpAddress, number>();
  readonly #routers = new Map<number, VirtualRouter[]>();
  readonly #watch: Disposable;

  constructor(place: ChannelPlace, reactor: Reactor) {
    this.place = place;
    const device = (place.receive ?? place.vrf)?.name;
    this.#receiver = openVrrpReceiver({
      family: place.family,
      ...(device === undefined ? {} : { device }),
    });
    this.#watch = reactor.watch(this.#receiver.fd, "read", () => this.#receive());
  }

  /** The virtual routers with a VRID; more than one only with disjoint unicast peers. */
  routersOf(virtualRouterId: number): readonly VirtualRouter[] {
    return this.#routers.get(virtualRouterId) ?? [];
  }

  /** Takes a virtual router in, with the multicast group that it listens to. @throws SyscallError */
  attach(router: VirtualRouter, virtualRouterId: number, group: IpAddress | undefined): void {
    if (group !== undefined) {
      const members = this.#groups.get(group) ?? 0;
      if (members === 0) joinGroup(this.#receiver, this.#membership(group));
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
      leaveGroup(this.#receiver, this.#membership(group));
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
  send({ message, path, hopLimit }: Packet): void {
    this.senderOf(hopLimit).sendFrom(message, path);
  }

  /** The sending socket of a hop limit, opened when it is first asked for. */
  senderOf(hopLimit: number | undefined): Socket {
    const known = this.#senders.get(hopLimit);
    if (known !== undefined) return known;
    const { family, transmit, vrf } = this.place;
    const device = (transmit ?? vrf)?.name;
    const sender = openVrrpSender({
      family,
      ...(device === undefined ? {} : { device }),
      ...(transmit === undefined ? {} : { interfaceIndex: transmit.index }),
      ...(hopLimit === undefined ? {} : { hopLimit }),
    });
    this.#senders.set(hopLimit, sender);
    return sender;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#receiver[Symbol.dispose]();
    for (const sender of this.#senders.values()) sender[Symbol.dispose]();
  }

  #membership(group: IpAddress): Group {
    return { group, interfaceIndex: this.place.receive?.index ?? 0 };
  }

  #receive(): void {
    for (let i = 0; i < datagramsPerTurn; i++) {
      const received = this.#receiver.receive(buffer);
      if (received === undefined) return;
      receiveDatagram(this, received);
    }
  }
}

/** The channels in use, by place. */
export class Channels {
  readonly #reactor: Reactor;
  readonly #channels = new Map<string, Channel>();

  constructor(reactor: Reactor) {
    this.#reactor = reactor;
  }

  /** The channel of a place, opened if nobody had it yet. @throws SyscallError */
  open(place: ChannelPlace): Channel {
    const key = keyOf(place);
    const known = this.#channels.get(key);
    if (known !== undefined) return known;
    const channel = new Channel(place, this.#reactor);
    this.#channels.set(key, channel);
    return channel;
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
