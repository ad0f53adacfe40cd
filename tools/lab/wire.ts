import {
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
import type { Host } from "./network.ts";

/** A frame as it was seen. */
export type Frame = { readonly atUs: number; readonly bytes: Uint8Array };

/** An advertisement as it was seen. */
export type Sighting = ReceivedAdvertisement & {
  readonly atUs: number;
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

/** Keeps every frame of an interface, and finds the advertisements among them. */
export class Wire {
  readonly frames: Frame[] = [];
  readonly adverts: Sighting[] = [];
  readonly #capture: Capture;
  readonly #waiters = new Set<Waiter>();

  constructor(reactor: Reactor, host: Host, interfaceName: string) {
    this.#capture = new Capture(
      reactor,
      host,
      interfaceName,
      (bytes, atUs) => this.#see(bytes, atUs),
    );
  }

  /** The first advertisement seen from now on, or since a time, that is wanted. @throws Error if none comes in time */
  next(
    what: string,
    wanted: (sighting: Sighting) => boolean,
    options: { readonly withinMs: number; readonly sinceUs?: number },
  ): Promise<Sighting> {
    const { withinMs, sinceUs = nowUs() } = options;
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
    this.#capture[Symbol.dispose]();
  }

  #see(bytes: Uint8Array, atUs: number): void {
    this.frames.push({ atUs, bytes });
    const sighting = sightingOf(bytes, atUs);
    if (sighting === undefined) return;
    this.adverts.push(sighting);
    for (const waiter of this.#waiters) if (waiter.wanted(sighting)) waiter.found(sighting);
  }
}

function sightingOf(bytes: Uint8Array, atUs: number): Sighting | undefined {
  const ethernet = decodeEthernet(bytes);
  if (!ethernet.ok) return undefined;
  const { etherType: type, payload, source: mac } = ethernet.value;
  if (type !== etherType.ipv4 && type !== etherType.ipv6) return undefined;
  const packet = type === etherType.ipv4 ? decodeIpv4(payload) : decodeIpv6(payload);
  if (!packet.ok || packet.value.protocol !== ipProtocol.vrrp) return undefined;
  const { source, destination, hopLimit } = packet.value;
  const decoded = decodeAdvertisement(packet.value.payload, packet.value);
  if (!decoded.ok) return undefined;
  return { ...decoded.value, atUs, mac, source, destination, hopLimit };
}
