import {
  broadcastMac,
  decodeIpv4,
  decodeIpv6,
  encodeEthernet,
  encodeIpv4,
  encodeIpv6,
  etherType,
  multicastMac,
} from "@keepalived/inet-codec";
import {
  formatIp,
  type IpAddress,
  type IpFamily,
  ipToBytes,
  isMulticast,
  type MacAddress,
} from "@keepalived/ip-address";
import { decodeSocketAddress, encodeSocketAddress } from "@keepalived/linux";
import { EAGAIN, type File } from "./descriptors.ts";
import type { Host } from "./host.ts";
import { type Memory, type Message, viewOf } from "./memory.ts";

const ENODEV = 19;
const ENETDOWN = 100;
const ENETUNREACH = 101;
const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const SO_ATTACH_FILTER = 26;
const IPPROTO_IP = 0;
const IP_HDRINCL = 3;
const IP_TTL = 2;
const IP_MULTICAST_TTL = 33;
const IP_ADD_MEMBERSHIP = 35;
const IP_DROP_MEMBERSHIP = 36;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPV6_MULTICAST_HOPS = 18;
const IPV6_JOIN_GROUP = 20;
const IPV6_LEAVE_GROUP = 21;
const IP_PKTINFO = 8;
const IPV6_PKTINFO = 50;
const IPV6_HOPLIMIT = 52;
const SO_TIMESTAMPNS_NEW = 64;

/** Datagrams that wait for a reader; one more is dropped. */
const room = 200;

type Datagram = {
  readonly bytes: Uint8Array;
  readonly name: Uint8Array;
  readonly control: Uint8Array;
};

/** A packet as it comes in. */
export type Incoming = Packet & { readonly interfaceIndex: number };

/** What a kernel reads of it. */
export type Packet = {
  readonly family: IpFamily;
  /** From the IP header on. */
  readonly packet: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly hopLimit: number;
  readonly protocol: number;
  readonly payload: Uint8Array;
};

/** A raw socket for one IP protocol. */
export class RawFile implements File {
  readonly #host: Host;
  readonly #memory: Memory;
  readonly #family: IpFamily;
  readonly #protocol: number;
  readonly #queue: Datagram[] = [];
  /** `GROUP%INDEX` */
  readonly #groups = new Set<string>();
  #device: string | undefined;
  #hopLimit = 64;
  #groupHopLimit = 1;
  #headerIncluded = false;
  #accepts = true;

  constructor(host: Host, memory: Memory, family: IpFamily, protocol: number) {
    this.#host = host;
    this.#memory = memory;
    this.#family = family;
    this.#protocol = protocol;
  }

  readable(): boolean {
    return this.#queue.length > 0;
  }

  setOption(level: number, option: number, bytes: Uint8Array): number {
    const view = viewOf(bytes);
    if (level === SOL_SOCKET && option === SO_BINDTODEVICE) {
      this.#device = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
      return this.#deviceIndex() === undefined ? -ENODEV : 0;
    }
    if (level === SOL_SOCKET && option === SO_ATTACH_FILTER) {
      // The programs in use accept all, nothing, or what this socket would get anyway.
      const program = viewOf(this.#memory.at(view.getBigUint64(8, true)));
      this.#accepts = view.getUint16(0, true) > 1 || program.getUint32(4, true) !== 0;
    }
    if (level === IPPROTO_IP) this.#setIpv4(option, bytes, view);
    if (level === IPPROTO_IPV6) this.#setIpv6(option, bytes, view);
    return 0;
  }

  send(into: Message): number {
    const { data, name, control } = into.sent;
    const to = decodeSocketAddress(name);
    if (to?.family !== "ipv4" && to?.family !== "ipv6") throw new RangeError("No IP address");
    const path = decodeSource(control, this.#family);
    const index = this.#deviceIndex() ?? path.interfaceIndex ?? this.#host.routeTo(to.address);
    const link = index === undefined ? undefined : this.#host.tables.links.get(index);
    if (link === undefined) return -ENETUNREACH;
    if (link.flags.up !== true) return -ENETDOWN;
    const isGroup = isMulticast(to.address);
    const fields = {
      source: path.source,
      destination: to.address,
      hopLimit: isGroup ? this.#groupHopLimit : this.#hopLimit,
      protocol: this.#protocol,
      payload: data,
    };
    const payload = this.#family === 6
      ? encodeIpv6(fields)
      : this.#headerIncluded
      ? data
      : encodeIpv4(fields);
    const type = this.#family === 4 ? etherType.ipv4 : etherType.ipv6;
    const header = headerOf(to.address, link.mac ?? broadcastMac, type);
    const frame = new Uint8Array(header.length + payload.length);
    frame.set(header);
    frame.set(payload, header.length);
    const { mistakes } = this.#host;
    if (mistakes.has("swallows-resignations") && data[2] === 0) return data.length;
    const copies = mistakes.has("repeats-packets") ? 200 : 1;
    for (let i = 0; i < copies; i++) this.#host.transmit(link.index, frame);
    return data.length;
  }

  /** Takes a packet, if it is for this socket. */
  deliver(incoming: Incoming): void {
    const { family, protocol, interfaceIndex, destination } = incoming;
    if (this.#host.mistakes.has("hears-nothing")) return;
    if (!this.#accepts || family !== this.#family || protocol !== this.#protocol) return;
    if (this.#device !== undefined && this.#deviceIndex() !== interfaceIndex) return;
    if (isMulticast(destination) && !this.#groups.has(`${destination}%${interfaceIndex}`)) return;
    if (this.#queue.length >= room) return;
    const { source } = incoming;
    const address = family === 4
      ? { family: "ipv4", address: source, port: 0 } as const
      : { family: "ipv6", address: source, port: 0, scopeId: interfaceIndex } as const;
    this.#queue.push({
      bytes: family === 4 ? incoming.packet : incoming.payload,
      name: encodeSocketAddress(address),
      control: encodeControl(incoming, this.#host.arrivalUs),
    });
  }

  receive(into: Message): number {
    const datagram = this.#queue.shift();
    if (datagram === undefined) return -EAGAIN;
    return into.receive(datagram.bytes, datagram.name, datagram.control);
  }

  #deviceIndex(): number | undefined {
    return this.#device === undefined
      ? undefined
      : this.#host.tables.linkNamed(this.#device)?.index;
  }

  #setIpv4(option: number, bytes: Uint8Array, view: DataView): void {
    if (option === IP_TTL) this.#hopLimit = hopLimitOf(view, 64);
    if (option === IP_MULTICAST_TTL) this.#groupHopLimit = hopLimitOf(view, 1);
    if (option === IP_HDRINCL) this.#headerIncluded = view.getInt32(0, true) !== 0;
    if (option !== IP_ADD_MEMBERSHIP && option !== IP_DROP_MEMBERSHIP) return;
    const key = `${formatIp(bytes.subarray(0, 4))}%${view.getInt32(8, true)}`;
    if (option === IP_ADD_MEMBERSHIP) this.#groups.add(key);
    else this.#groups.delete(key);
  }

  #setIpv6(option: number, bytes: Uint8Array, view: DataView): void {
    if (option === IPV6_UNICAST_HOPS) this.#hopLimit = hopLimitOf(view, 64);
    if (option === IPV6_MULTICAST_HOPS) this.#groupHopLimit = hopLimitOf(view, 1);
    if (option !== IPV6_JOIN_GROUP && option !== IPV6_LEAVE_GROUP) return;
    const key = `${formatIp(bytes.subarray(0, 16))}%${view.getInt32(16, true)}`;
    if (option === IPV6_JOIN_GROUP) this.#groups.add(key);
    else this.#groups.delete(key);
  }
}

/** -1 is what the kernel gives all. */
function hopLimitOf(view: DataView, usual: number): number {
  const value = view.getInt32(0, true);
  return value < 0 ? usual : value;
}

/** A packet socket that only sends. */
export class FrameFile implements File {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  readable(): boolean {
    return false;
  }

  send(frame: Uint8Array, name: Uint8Array): number {
    const to = decodeSocketAddress(name);
    if (to?.family !== "packet") throw new RangeError("No address of an interface");
    const link = this.#host.tables.links.get(to.interfaceIndex);
    if (link === undefined) return -ENODEV;
    if (link.flags.up !== true) return -ENETDOWN;
    const { mistakes } = this.#host;
    const sent = frame.slice();
    if (mistakes.has("forges-frames")) { for (const at of [11, 27]) sent[at] = 0x77; }
    if (!mistakes.has("swallows-frames")) this.#host.transmit(link.index, sent);
    return frame.length;
  }
}

/** The packet in a frame, if a kernel takes it for one; undefined: dropped. A frame is opened once for all that get it. */
export function openFrame(frame: Uint8Array): Packet | undefined {
  if (opened.has(frame)) return opened.get(frame);
  const packet = openPacket(((frame[12] ?? 0) << 8) | (frame[13] ?? 0), frame.subarray(14));
  opened.set(frame, packet);
  return packet;
}

const opened = new WeakMap<Uint8Array, Packet | undefined>();

function openPacket(type: number, packet: Uint8Array): Packet | undefined {
  if (type === etherType.ipv4) {
    const decoded = decodeIpv4(packet);
    return decoded.ok ? { ...decoded.value, family: 4, packet } : undefined;
  }
  if (type !== etherType.ipv6) return undefined;
  const decoded = decodeIpv6(packet);
  return decoded.ok ? { ...decoded.value, family: 6, packet } : undefined;
}

/** An Ethernet header; the same ones come again and again. */
function headerOf(destination: IpAddress, source: MacAddress, type: number): Uint8Array {
  const key = `${destination} ${source}`;
  const known = headers.get(key);
  if (known !== undefined) return known;
  // Neighbours are not asked for: every host takes what is for its address.
  const to = isMulticast(destination) ? multicastMac(destination) : broadcastMac;
  const header = encodeEthernet({
    destination: to,
    source,
    etherType: type,
    payload: new Uint8Array(),
  });
  headers.set(key, header);
  return header;
}

const headers = new Map<string, Uint8Array>();

/** The source that a sender chose, and its interface. */
function decodeSource(
  control: Uint8Array,
  family: IpFamily,
): { readonly source: IpAddress; readonly interfaceIndex: number | undefined } {
  const view = viewOf(control);
  const indexAt = family === 4 ? 16 : 32;
  const sourceAt = family === 4 ? 20 : 16;
  const source = formatIp(control.subarray(sourceAt, sourceAt + (family === 4 ? 4 : 16)));
  return { source, interfaceIndex: view.getInt32(indexAt, true) || undefined };
}

/** Interface and destination, hop limit, arrival: three control messages. */
function encodeControl(
  { family, interfaceIndex, destination, hopLimit }: Incoming,
  atUs: number,
): Uint8Array {
  const isIpv4 = family === 4;
  const pathBytes = isIpv4 ? 32 : 40;
  const bytes = new Uint8Array(pathBytes + 24 + 32);
  const view = viewOf(bytes);
  const begin = (at: number, length: number, level: number, type: number) => {
    view.setUint32(at, length, true);
    view.setInt32(at + 8, level, true);
    view.setInt32(at + 12, type, true);
  };
  const level = isIpv4 ? IPPROTO_IP : IPPROTO_IPV6;
  begin(0, isIpv4 ? 28 : 36, level, isIpv4 ? IP_PKTINFO : IPV6_PKTINFO);
  view.setInt32(isIpv4 ? 16 : 32, interfaceIndex, true);
  bytes.set(ipToBytes(destination), isIpv4 ? 24 : 16);
  begin(pathBytes, 20, level, isIpv4 ? IP_TTL : IPV6_HOPLIMIT);
  view.setInt32(pathBytes + 16, hopLimit, true);
  begin(pathBytes + 24, 32, SOL_SOCKET, SO_TIMESTAMPNS_NEW);
  view.setUint32(pathBytes + 40, Math.floor(atUs / 1_000_000), true);
  view.setUint32(pathBytes + 48, (atUs % 1_000_000) * 1000, true);
  return bytes;
}
