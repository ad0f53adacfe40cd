import type { ChildProcess } from "node:child_process";
import { decodeArp, decodeIpv4, etherType } from "@keepalived/inet-codec";
import type { IpAddress } from "@keepalived/ip-address";
import { decodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Packet } from "./pcap.ts";
import { type Cluster, nodeAddress, type Size, virtualAddress } from "./scale_network.ts";
import { captureSettled, startCapture, startMonitor } from "./wire.ts";

/** What was seen of one virtual router. Microseconds since 1970. */
export type Sight = {
  readonly address: IpAddress;
  /** The last advertisement of a; NaN before the first. */
  aLastUs: number;
  /** Advertisements of a, and the longest time between two of them. */
  aCount: number;
  aLongestUs: number;
  /** The first advertisement, address and gratuitous ARP of b since the last {@linkcode ScaleWatch.mark}; NaN: none. */
  bAdvertUs: number;
  bAddressUs: number;
  bArpUs: number;
};

/** What `any` puts before each packet, instead of the Ethernet header. */
const cookedHeaderBytes = 16;

/** Sees every advertisement between the nodes and what b does with addresses; keeps no more than a few times of each. */
export class ScaleWatch {
  readonly sights: readonly Sight[];
  readonly #byAdvert = new Map<string, { readonly node: "a" | "b"; readonly sight: Sight }>();
  readonly #byAddress = new Map<IpAddress, Sight>();
  readonly #children: ChildProcess[] = [];
  #sinceUs = 0;

  private constructor(size: Size) {
    const sights: Sight[] = [];
    for (let link = 0; link < size.links; link++) {
      for (let id = 1; id <= size.perLink; id++) {
        const address = virtualAddress(link, id);
        const sight: Sight = { address, ...unseenOfA, ...unseenOfB };
        sights.push(sight);
        this.#byAddress.set(address, sight);
        for (const node of ["a", "b"] as const) {
          this.#byAdvert.set(`${nodeAddress(node, link)} ${id}`, { node, sight });
        }
      }
    }
    this.sights = sights;
  }

  static async open({ b }: Cluster, size: Size): Promise<ScaleWatch> {
    const watch = new ScaleWatch(size);
    watch.#children.push(
      await startCapture(b, "ip proto 112 or arp", (packet) => watch.#take(packet), "any"),
      await startMonitor(b, ({ atUs, address }) => {
        const sight = watch.#byAddress.get(address);
        if (sight !== undefined && atUs >= watch.#sinceUs) sight.bAddressUs ||= atUs;
      }),
    );
    return watch;
  }

  /** Begins anew: what happened before does not count. */
  mark(): void {
    this.#sinceUs = Date.now() * 1000;
    for (const sight of this.sights) Object.assign(sight, { ...unseenOfA, ...unseenOfB });
  }

  /** What b did until now does not count. */
  forgetB(): void {
    for (const sight of this.sights) Object.assign(sight, unseenOfB);
  }

  async settle(): Promise<void> {
    await captureSettled();
  }

  dispose(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }

  #take({ atUs, bytes }: Packet): void {
    if (atUs < this.#sinceUs) return;
    const type = new DataView(bytes.buffer, bytes.byteOffset).getUint16(cookedHeaderBytes - 2);
    const payload = bytes.subarray(cookedHeaderBytes);
    if (type === etherType.arp) {
      const arp = decodeArp(payload);
      if (!arp.ok || arp.value.senderAddress !== arp.value.targetAddress) return;
      const sight = this.#byAddress.get(arp.value.senderAddress);
      // a announces too, before b does.
      if (sight !== undefined && !Number.isNaN(sight.bAdvertUs)) sight.bArpUs ||= atUs;
      return;
    }
    const packet = decodeIpv4(payload);
    if (!packet.ok) return;
    const advert = decodeAdvertisement(packet.value.payload, packet.value);
    if (!advert.ok) return;
    const known = this.#byAdvert.get(`${packet.value.source} ${advert.value.virtualRouterId}`);
    if (known === undefined) return;
    const { node, sight } = known;
    if (node === "b") {
      sight.bAdvertUs ||= atUs;
      return;
    }
    sight.aCount++;
    if (!Number.isNaN(sight.aLastUs)) {
      sight.aLongestUs = Math.max(sight.aLongestUs, atUs - sight.aLastUs);
    }
    sight.aLastUs = atUs;
  }
}

const unseenOfA = { aLastUs: NaN, aCount: 0, aLongestUs: 0 } as const;
const unseenOfB = { bAdvertUs: NaN, bAddressUs: NaN, bArpUs: NaN } as const;
