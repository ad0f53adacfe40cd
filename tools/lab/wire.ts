import {
  decodeAuthenticationHeader,
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  etherType,
  ipProtocol,
} from "@keepalived/inet-codec";
import { nowUs } from "@keepalived/linux";
import type { Reactor } from "@keepalived/reactor";
import { decodeAdvertisement, type ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import { Capture } from "./capture.ts";
import { patienceMs } from "./daemon.ts";
import type { Host } from "./network.ts";

/** A frame as it was seen. */
export type Frame = {
  readonly atUs: number;
  readonly bytes: Uint8Array;
  /** The interface that saw it. */
  readonly port: string;
};

/** An advertisement as it was seen. */
export type Sighting = ReceivedAdvertisement & {
  readonly atUs: number;
  /** The interface that saw it. */
  readonly port: string;
  /** Ethernet address of the sender, which tells hosts apart whatever the IP source is. */
  readonly mac: string;
  readonly source: string;
  readonly destination: string;
  readonly hopLimit: number;
};

/** What a wait ends with. */
type Waiter = {
  readonly wanted: (sighting: Sighting) => boolean;
  readonly found: (sighting: Sighting) => void;
};

/**
 * Keeps every frame of an interface, or what comes in on each of several, and finds the advertisements among them.
 *
 * The port of a bridge sees what its host sends, to one as to all.
 */
export class Wire {
  readonly frames: Frame[] = [];
  readonly adverts: Sighting[] = [];
  readonly #captures: readonly Capture[];
  readonly #waiters = new Set<Waiter>();

  constructor(reactor: Reactor, host: Host, interfaces: string | readonly string[]) {
    const ports = typeof interfaces === "string" ? [interfaces] : interfaces;
    const incomingOnly = typeof interfaces !== "string";
    this.#captures = ports.map((port) =>
      new Capture(reactor, host, port, (bytes, atUs) => this.#see({ bytes, atUs, port }), {
        incomingOnly,
      })
    );
  }

  /** The first advertisement seen from now on, or since a time, that is wanted. @throws Error if none comes in time */
  next(
    what: string,
    wanted: (sighting: Sighting) => boolean,
    options: { readonly withinMs?: number; readonly sinceUs?: number } = {},
  ): Promise<Sighting> {
    const { withinMs = patienceMs, sinceUs = nowUs() } = options;
    const known = this.adverts.find((sighting) => sighting.atUs >= sinceUs && wanted(sighting));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`${what}: not seen within ${withinMs} ms`));
      }, withinMs);
      const waiter: Waiter = {
        wanted: (sighting) => sighting.atUs >= sinceUs && wanted(sighting),
        found: (sighting) => {
          clearTimeout(timer);
          this.#waiters.delete(waiter);
          resolve(sighting);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  [Symbol.dispose](): void {
    for (const capture of this.#captures) capture[Symbol.dispose]();
  }

  #see(frame: Frame): void {
    this.frames.push(frame);
    const sighting = sightingOf(frame);
    if (sighting === undefined) return;
    this.adverts.push(sighting);
    for (const waiter of this.#waiters) if (waiter.wanted(sighting)) waiter.found(sighting);
  }
}

function sightingOf({ bytes, atUs, port }: Frame): Sighting | undefined {
  const ethernet = decodeEthernet(bytes);
  if (!ethernet.ok) return undefined;
  const { etherType: type, payload, source: mac } = ethernet.value;
  if (type !== etherType.ipv4 && type !== etherType.ipv6) return undefined;
  const packet = type === etherType.ipv4 ? decodeIpv4(payload) : decodeIpv6(payload);
  if (!packet.ok) return undefined;
  const message = messageOf(packet.value);
  if (message === undefined) return undefined;
  const { source, destination, hopLimit } = packet.value;
  const decoded = decodeAdvertisement(message, packet.value);
  if (!decoded.ok) return undefined;
  return { ...decoded.value, atUs, port, mac, source, destination, hopLimit };
}

/** The VRRP message of an IP packet, taken out of an Authentication Header if there is one. */
function messageOf(
  packet: { readonly protocol: number; readonly payload: Uint8Array },
): Uint8Array | undefined {
  if (packet.protocol === ipProtocol.vrrp) return packet.payload;
  if (packet.protocol !== ipProtocol.authenticationHeader) return undefined;
  const header = decodeAuthenticationHeader(packet.payload);
  return header.ok && header.value.protocol === ipProtocol.vrrp ? header.value.payload : undefined;
}
