import {
  decodeEthernet,
  decodeIpv4,
  decodeIpv6,
  etherType,
  ipProtocol,
} from "@keepalived/inet-codec";
import { nowUs } from "@keepalived/linux";
import { decodeAdvertisement } from "@keepalived/vrrp-codec";
import { skewTimeUs } from "@keepalived/vrrp-fsm";

/** An advertisement seen on the wire. */
export type Sighting = {
  readonly atUs: number;
  readonly priority: number;
  readonly intervalUs: number;
  readonly address: string;
  /** Skew_Time of a backup with some priority, under this master's interval. */
  readonly skewUs: (priority: number) => number;
};

/** Keeps what is seen of VRRP on the wire, by source address. */
export class Observer {
  readonly #sightings = new Map<string, Sighting[]>();

  see(frame: Uint8Array, atUs: number): void {
    const ethernet = decodeEthernet(frame);
    if (!ethernet.ok) return;
    const { etherType: type, payload } = ethernet.value;
    const packet = type === etherType.ipv4
      ? decodeIpv4(payload)
      : type === etherType.ipv6
      ? decodeIpv6(payload)
      : undefined;
    if (packet?.ok !== true || packet.value.protocol !== ipProtocol.vrrp) return;
    const { source } = packet.value;
    const decoded = decodeAdvertisement(packet.value.payload, packet.value);
    if (!decoded.ok) return;
    const { version, priority, maxAdvertiseIntervalUs: intervalUs, addresses } = decoded.value;
    const list = this.#sightings.get(source) ?? [];
    list.push({
      atUs,
      priority,
      intervalUs,
      address: addresses[0] ?? "",
      skewUs: (own) => skewTimeUs(version, own, intervalUs),
    });
    this.#sightings.set(source, list);
  }

  /** The first virtual address that anybody advertised. */
  get address(): string | undefined {
    return [...this.#sightings.values()][0]?.[0]?.address;
  }

  count(source: string): number {
    return this.#sightings.get(source)?.length ?? 0;
  }

  last(source: string): Sighting | undefined {
    return this.#sightings.get(source)?.at(-1);
  }

  firstAfter(source: string, atUs: number): Sighting | undefined {
    return this.#sightings.get(source)?.find((sighting) =>
      sighting.atUs > atUs && sighting.priority > 0
    );
  }

  /** Whether a source advertised within its interval and a half, and has not resigned. */
  isTalking(source: string): boolean {
    const last = this.last(source);
    return last !== undefined && last.priority > 0 && nowUs() - last.atUs < last.intervalUs * 1.5;
  }
}
