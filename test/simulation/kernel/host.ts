import { familyOf, type IpAddress, isMulticast, networkOf } from "@keepalived/ip-address";
import type { Address, Link } from "@keepalived/netlink-route";
import type { Clocked, File } from "./descriptors.ts";
import { EpollFile } from "./descriptors.ts";
import { NetlinkFile } from "./netlink_file.ts";
import { FrameFile, openFrame, RawFile } from "./packet_files.ts";
import { Tables } from "./tables.ts";

/** What a kernel may do wrong, to see who notices. */
export type Mistake =
  /** Frames of packet sockets go nowhere. */
  | "swallows-frames"
  /** They say that another station has the address. */
  | "forges-frames"
  /** Advertisements of priority 0 go nowhere. */
  | "swallows-resignations"
  | "hears-nothing"
  /** Timers take four times as long. */
  | "slow-timers"
  /** Packets are sent two hundred times. */
  | "repeats-packets"
  /** Packet sockets stay open. */
  | "keeps-sockets";

/** What a host needs of the world. */
export type HostWorld = {
  readonly nowUs: () => number;
  readonly transmit: (from: Host, interfaceIndex: number, frame: Uint8Array) => void;
  /** A timer was set. */
  readonly armed: (host: Host, atUs: number) => void;
};

/** Clock readings of a turn until whoever reads on and on is taken to be waiting. */
const PATIENCE = 16;

/** A machine with a kernel: links, addresses, descriptors of its one process, a clock. */
export class Host implements Clocked {
  readonly index: number;
  readonly tables: Tables = new Tables((told) => {
    for (const file of this.files.values()) if (file instanceof NetlinkFile) file.tell(told);
  });
  readonly files: Map<number, File> = new Map();
  /** What the process has the runtime wait for. */
  waiting: { readonly epoll: File; readonly callback: () => void } | undefined;
  readonly mistakes: Set<Mistake> = new Set();
  readonly #world: HostWorld;
  #clockUs = 0;
  #readings = 0;
  /** When what is being delivered arrived. */
  arrivalUs = 0;

  constructor(index: number, world: HostWorld) {
    this.index = index;
    this.#world = world;
  }

  /** Its clock: the world's, or later while it works. */
  get clockUs(): number {
    return this.#clockUs;
  }

  /** Lets the clock catch up with the world. */
  begin(): void {
    this.#clockUs = Math.max(this.#clockUs, this.#world.nowUs());
    this.#readings = 0;
  }

  /** Reads the clock, which takes a microsecond; who does nothing else waits for the time to pass. */
  readClock(): number {
    this.#clockUs += this.#readings++ < PATIENCE ? 1 : 50;
    return this.#clockUs;
  }

  armed(atUs: number): void {
    this.#world.armed(this, atUs);
  }

  transmit(interfaceIndex: number, frame: Uint8Array): void {
    const { flags } = this.tables.links.get(interfaceIndex) ?? {};
    if (flags?.running === true) this.#world.transmit(this, interfaceIndex, frame);
  }

  /** A frame arrives at an interface. */
  deliver(interfaceIndex: number, frame: Uint8Array): void {
    const { flags } = this.tables.links.get(interfaceIndex) ?? {};
    if (flags?.running !== true) return;
    const opened = openFrame(frame);
    if (opened === undefined) return;
    const incoming = { ...opened, interfaceIndex };
    const { destination } = incoming;
    if (!isMulticast(destination) && !this.tables.holds(destination)) return;
    this.arrivalUs = Math.max(this.#clockUs, this.#world.nowUs());
    for (const file of this.files.values()) if (file instanceof RawFile) file.deliver(incoming);
  }

  /** Whether the process has something to do. */
  get isReady(): boolean {
    return this.waiting?.epoll.readable() === true;
  }

  /** The interface to an address that is on one of its networks. */
  routeTo(address: IpAddress): number | undefined {
    return this.tables.addresses.values().find((own) =>
      familyOf(own.address) === familyOf(address) &&
      networkOf({ address, prefixLength: own.prefixLength }) === networkOf(own)
    )?.index;
  }

  netlinkFiles(): readonly NetlinkFile[] {
    return [...this.files.values()].filter((file) => file instanceof NetlinkFile);
  }

  closeFile(fd: number): void {
    const file = this.files.get(fd);
    if (file instanceof FrameFile && this.mistakes.has("keeps-sockets")) return;
    this.files.delete(fd);
    for (const other of this.files.values()) if (other instanceof EpollFile) other.forget(fd);
    file?.close?.();
  }

  /** The process ends without a word: the kernel closes what it had open, and keeps what it did. */
  endProcess(): void {
    this.waiting = undefined;
    for (const fd of [...this.files.keys()]) this.closeFile(fd);
  }

  setCarrier(index: number, on: boolean): void {
    const link = this.tables.links.get(index);
    if (link === undefined) return;
    const { running: _, lowerUp: __, ...flags } = link.flags;
    this.tables.setLink({
      ...link,
      flags: on ? { ...flags, running: true, lowerUp: true } : flags,
      operState: on ? "up" : "down",
    });
  }

  plug(link: Link, addresses: readonly Address[]): void {
    this.tables.setLink(link);
    for (const address of addresses) this.tables.addAddress(address);
  }
}
