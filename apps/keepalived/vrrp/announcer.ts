import {
  encodeGratuitousArp,
  encodeUnsolicitedNeighbourAdvertisement,
} from "@keepalived/inet-codec";
import { familyOf, type IpAddress, type MacAddress } from "@keepalived/ip-address";
import type { Config, GarpGroupConfig } from "@keepalived/keepalived-config";
import { encodeFramePath, type Socket, SyscallError } from "@keepalived/linux";
import { type Host, host, type PreparedAction, type Scheduler } from "@keepalived/reactor";
import {
  pacer,
  type PacerAction,
  type PacerConfig,
  type PacerEvent,
  type PacerState,
  type VirtualAddress,
} from "@keepalived/vrrp-fsm";
import type { Log } from "../log.ts";
import type { Interfaces } from "./interfaces.ts";

/** What an announcer works with. */
export type AnnouncerOptions = {
  readonly scheduler: Scheduler;
  readonly interfaces: Interfaces;
  /** Sends whole Ethernet frames. */
  readonly packets: Socket;
  readonly log: Log;
  /** Whether the machine forwards IPv6 packets that come in on an interface. */
  readonly isForwarding: (interfaceName: string) => boolean;
};

/** What the configuration says about gaps. */
export type AnnouncerConfig = Pick<Config, "garpGroups"> & {
  readonly global: { readonly vrrp: Pick<Config["global"]["vrrp"], "garp"> };
};

/** One message, ready to be sent. */
type Announcement = {
  readonly address: IpAddress;
  readonly interface: string;
  readonly frame: Uint8Array;
  readonly path: Uint8Array;
};

/** Messages that share one gap: those of one kind on an interface, or on all interfaces of a garp_group. */
type Lane = {
  readonly kind: "garp" | "gna";
  /** The physical interface, or the first of the group. */
  readonly interface: string;
  readonly pacer: Host<PacerConfig, PacerState, PacerEvent>;
};

/**
 * Sends gratuitous ARPs and unsolicited neighbour advertisements: at once, or where the configuration wants a gap between
 * them, through a pacer for each interface or group of interfaces.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #lanes = new Map<string, Lane>();
  #config: AnnouncerConfig | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Takes the gaps, or other ones. What waits goes on waiting by them; without a gap, turn by turn of the event loop. */
  configure(config: AnnouncerConfig): void {
    this.#config = config;
    for (const { kind, interface: dev, pacer } of this.#lanes.values()) {
      pacer.configure({ gapUs: this.#gapUs(kind, dev) });
    }
  }

  /** Gets ready to announce addresses in a moment; undefined: there are gaps to keep. */
  prepare(addresses: readonly VirtualAddress[], repeat: number): PreparedAction | undefined {
    if (addresses.some((address) => this.#laneOf(address) !== undefined)) return undefined;
    const announcements = addresses.map((address) => this.#announcementOf(address));
    return () => {
      for (const announcement of announcements) this.#transmit(announcement, repeat);
      return () => {};
    };
  }

  /**
   * Announces addresses `repeat` times each. With a gap, an earlier burst of the same owner that is not through is
   * replaced.
   */
  announce(owner: string, addresses: readonly VirtualAddress[], repeat: number): void {
    const paced = new Map<Lane, VirtualAddress[]>();
    for (const address of addresses) {
      const lane = this.#laneOf(address);
      if (lane === undefined) {
        this.#send(address, repeat);
        continue;
      }
      const together = paced.get(lane) ?? [];
      together.push(address);
      paced.set(lane, together);
    }
    for (const [{ pacer }, addresses] of paced) {
      pacer.send({ kind: "announce", owner, addresses, repeat });
    }
  }

  /** Nothing of an owner that still waits may go out: it no longer holds the addresses. */
  withdraw(owner: string): void {
    for (const { pacer } of this.#lanes.values()) pacer.send({ kind: "withdraw", owner });
  }

  [Symbol.dispose](): void {
    for (const { pacer } of this.#lanes.values()) pacer[Symbol.dispose]();
    this.#lanes.clear();
  }

  /** The lane of an address, or undefined if there is no gap to keep. */
  #laneOf({ address, interface: dev }: VirtualAddress): Lane | undefined {
    const kind = familyOf(address) === 4 ? "garp" : "gna";
    const base = this.#options.interfaces.baseOf(dev);
    const gapUs = this.#gapUs(kind, base);
    if (gapUs === 0) return undefined;
    const first = this.#groupOf(base)?.interfaces[0] ?? base;
    const name = `${kind} ${first}`;
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const { scheduler } = this.#options;
    const perform = (action: PacerAction): void => this.#send(action.address, 1);
    const lane = {
      kind,
      interface: first,
      pacer: host(pacer, { name, config: { gapUs }, seed: 0, scheduler, perform }),
    } as const;
    this.#lanes.set(name, lane);
    return lane;
  }

  #gapUs(kind: Lane["kind"], dev: string): number {
    const gaps = this.#groupOf(dev) ?? this.#config?.global.vrrp.garp;
    return (kind === "garp" ? gaps?.garpIntervalUs : gaps?.gnaIntervalUs) ?? 0;
  }

  #groupOf(dev: string): GarpGroupConfig | undefined {
    return this.#config?.garpGroups.find(({ interfaces }) => interfaces.includes(dev));
  }

  #send(address: VirtualAddress, repeat: number): void {
    this.#transmit(this.#announcementOf(address), repeat);
  }

  /** @param announcement undefined: its interface has no Ethernet address now */
  #transmit(announcement: Announcement | undefined, repeat: number): void {
    if (announcement === undefined) return;
    const { packets, log } = this.#options;
    const { address, interface: dev, frame, path } = announcement;
    try {
      for (let i = 0; i < repeat; i++) packets.send(frame, path);
    } catch (error) {
      if (!(error instanceof SyscallError)) throw error;
      log("warning", `Cannot announce ${address} on ${dev}: ${error.message}`);
    }
  }

  #announcementOf(address: VirtualAddress): Announcement | undefined {
    const link = this.#options.interfaces.link(address.interface);
    if (link?.mac === undefined) return undefined;
    return {
      ...{ address: address.address, interface: link.name },
      frame: this.#frameOf(address, link.mac),
      path: encodeFramePath(link.index),
    };
  }

  #frameOf({ address, interface: dev }: VirtualAddress, sourceMac: MacAddress): Uint8Array {
    if (familyOf(address) === 4) return encodeGratuitousArp({ sourceMac, address });
    const router = this.#options.isForwarding(dev);
    return encodeUnsolicitedNeighbourAdvertisement({ sourceMac, address, router });
  }
}
