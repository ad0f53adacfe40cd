import { compareIp, type IpAddress, isMulticast } from "@keepalived/ip-address";
import type { UnicastPeer, VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import type { AuthenticationRefusal, Authenticator } from "./authentication/authenticator.ts";
import type { Datagram } from "./datagram.ts";

/** Why an advertisement that is well formed is not for this virtual router. Counter names too. */
export type Refusal =
  | "version-mismatch"
  | AuthenticationRefusal
  | "checksum"
  | "interval-mismatch"
  | "delivery-mismatch"
  | "owner-advert-ignored"
  | "unknown-unicast-source"
  | "hop-limit";

/** What a virtual router's configuration asks of advertisements, prepared for many of them. */
export class Admission {
  readonly #config: VrrpInstanceConfig;
  readonly #authenticator: Authenticator;
  readonly #peers: ReadonlyMap<IpAddress, UnicastPeer>;
  readonly #addresses: readonly IpAddress[];

  constructor(config: VrrpInstanceConfig, authenticator: Authenticator) {
    this.#config = config;
    this.#authenticator = authenticator;
    this.#peers = new Map(config.unicast?.peers.map((peer) => [peer.address, peer]));
    this.#addresses = config.addresses.map(({ address }) => address);
  }

  /** Whether a datagram is for this one among several virtual routers with one VRID. */
  expects({ source, destination }: Datagram): boolean {
    const { unicast, multicastGroup } = this.#config;
    if (unicast === undefined) return destination === multicastGroup;
    return this.#peers.has(source) && !isMulticast(destination);
  }

  /**
   * What depends on the configuration, in the order in which keepalived checks it.
   *
   * @returns the first check that refuses, or undefined to accept
   */
  refusalOf(advertisement: ReceivedAdvertisement, datagram: Datagram): Refusal | undefined {
    const config = this.#config;
    const { unicast } = config;
    if (advertisement.version !== config.version) return "version-mismatch";
    const doubt = this.#authenticator.check(advertisement, datagram);
    if (doubt !== undefined) return doubt;
    // All routers of version 2 must agree on it (RFC 3768 §7.1); those of version 3 follow the Active one.
    const interval = advertisement.maxAdvertiseIntervalUs;
    if (config.version === 2 && interval !== config.advertisementIntervalUs) {
      return "interval-mismatch";
    }
    if (!this.#allowsForm(advertisement)) return "checksum";
    const { destination } = datagram;
    const delivered = unicast === undefined
      ? destination === config.multicastGroup
      : !isMulticast(destination);
    if (!delivered) return "delivery-mismatch";
    if (config.ownerIgnoreAdverts && config.priority === 255) return "owner-advert-ignored";
    if (unicast === undefined) return undefined;
    const peer = this.#peers.get(datagram.source);
    if (peer === undefined) return unicast.checkSource ? "unknown-unicast-source" : undefined;
    const { hopLimit } = datagram;
    return hopLimit < peer.minTtl || hopLimit > peer.maxTtl ? "hop-limit" : undefined;
  }

  /** Whether the advertised addresses are ours, in whatever order. */
  hasSameAddresses({ addresses }: ReceivedAdvertisement): boolean {
    const own = this.#addresses;
    if (addresses.length !== own.length) return false;
    if (addresses.every((address, i) => address === own[i])) return true;
    const theirs = addresses.toSorted(compareIp);
    return own.toSorted(compareIp).every((address, i) => address === theirs[i]);
  }

  #allowsForm({ version, checksumForm }: ReceivedAdvertisement): boolean {
    if (version === 2 || checksumForm === "pseudo-header") return true;
    const { checksumForm: own, unicast } = this.#config;
    if (checksumForm === "message-only") return own === "message-only";
    return unicast !== undefined && unicast.oldChecksum !== "never";
  }
}
