import type { IpAddress } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { type EncodedSendPath, encodeSendPath } from "@keepalived/linux";
import { encodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Advertisement } from "@keepalived/vrrp-fsm";
import { authenticationOf } from "./admission.ts";

/** One packet, ready for the kernel. */
export type Packet = {
  readonly destination: IpAddress;
  /** undefined: the socket's own. */
  readonly hopLimit: number | undefined;
  readonly path: EncodedSendPath;
  readonly message: Uint8Array;
};

/** Different advertisements kept; tracked priorities change rarely, so a few are enough. */
const capacity = 16;

/**
 * The packets of one virtual router's advertisements, from one source address: to the group, or to each unicast peer.
 *
 * An advertisement is the same each time until the configuration changes, so it is encoded once, and the first one of a
 * takeover beforehand.
 */
export class Outbox {
  readonly sourceAddress: IpAddress;
  readonly #config: VrrpInstanceConfig;
  readonly #interfaceIndex: number | undefined;
  readonly #packets = new Map<string, readonly Packet[]>();

  /** @param interfaceIndex the sending interface; undefined: what the routes say */
  constructor(
    config: VrrpInstanceConfig,
    sourceAddress: IpAddress,
    interfaceIndex: number | undefined,
  ) {
    this.#config = config;
    this.sourceAddress = sourceAddress;
    this.#interfaceIndex = interfaceIndex;
  }

  packetsOf(advertisement: Advertisement): readonly Packet[] {
    const { priority, maxAdvertiseIntervalUs, addresses } = advertisement;
    const key = `${priority} ${maxAdvertiseIntervalUs} ${addresses.join()}`;
    const known = this.#packets.get(key);
    if (known !== undefined) return known;
    const packets = this.#encode(advertisement);
    if (this.#packets.size >= capacity) this.#packets.clear();
    this.#packets.set(key, packets);
    return packets;
  }

  #encode(advertisement: Advertisement): readonly Packet[] {
    const { unicast, multicastGroup, family, checksumForm } = this.#config;
    const authentication = authenticationOf(this.#config);
    const signed = authentication === undefined
      ? advertisement
      : { ...advertisement, authentication };
    const source = this.sourceAddress;
    const interfaceIndex = this.#interfaceIndex;
    const destinations = unicast?.peers.map(({ address }) => address) ?? [multicastGroup];
    return destinations.map((destination) => ({
      destination,
      hopLimit: unicast === undefined ? 255 : unicast.ttl,
      path: encodeSendPath({
        to: family === 4
          ? { family: "ipv4", address: destination, port: 0 }
          : { family: "ipv6", address: destination, port: 0, scopeId: interfaceIndex ?? 0 },
        source,
        ...(interfaceIndex === undefined ? {} : { interfaceIndex }),
      }),
      message: encodeAdvertisement(signed, { source, destination, checksumForm }),
    }));
  }
}
