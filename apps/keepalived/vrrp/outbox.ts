import { familyOf, type IpAddress } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import { type EncodedSendPath, encodeSendPath } from "@keepalived/linux";
import { type ChecksumForm, encodeAdvertisement } from "@keepalived/vrrp-codec";
import type { Advertisement } from "@keepalived/vrrp-fsm";
import type { Authenticator } from "./authentication/authenticator.ts";
import { usesHeader } from "./authentication/choose.ts";

/** The socket that a packet is for. */
export type SenderKind = {
  /** undefined: what the kernel gives all packets. */
  readonly hopLimit: number | undefined;
  /** Whether messages begin with their IPv4 header. */
  readonly headerIncluded: boolean;
};

/** One packet, ready for the kernel. */
export type Packet = {
  readonly destination: IpAddress;
  readonly sender: SenderKind;
  readonly path: EncodedSendPath;
  readonly message: Uint8Array;
};

/** Whence and with what an outbox sends. */
export type OutboxOptions = {
  readonly source: IpAddress;
  /** The sending interface; undefined: what the routes say. */
  readonly interfaceIndex: number | undefined;
  readonly authenticator: Authenticator;
};

/** Different advertisements kept; tracked priorities change rarely, so a few are enough. */
const capacity = 16;

/** The socket that a virtual router sends through. */
export function senderOf(config: VrrpInstanceConfig): SenderKind {
  return {
    hopLimit: config.unicast === undefined ? 255 : config.unicast.ttl,
    headerIncluded: usesHeader(config),
  };
}

/**
 * The packets of one virtual router's advertisements, from one source address: to the group, or to each unicast peer.
 *
 * An advertisement is the same each time until the configuration changes, so it is encoded once, and the first one of a
 * takeover beforehand; unless it is authenticated so that none is like another.
 */
export class Outbox {
  readonly sourceAddress: IpAddress;
  readonly #config: VrrpInstanceConfig;
  readonly #interfaceIndex: number | undefined;
  readonly #authenticator: Authenticator;
  readonly #sender: SenderKind;
  readonly #destinations: readonly (readonly [IpAddress, EncodedSendPath])[];
  readonly #packets = new Map<string, readonly Packet[]>();
  /** Unicast peers that need another checksum than the configured one. */
  readonly #forms = new Map<IpAddress, ChecksumForm>();

  constructor(config: VrrpInstanceConfig, options: OutboxOptions) {
    const { source, interfaceIndex, authenticator } = options;
    this.#config = config;
    this.#interfaceIndex = interfaceIndex;
    this.#authenticator = authenticator;
    this.#sender = senderOf(config);
    this.sourceAddress = source;
    const destinations = config.unicast?.peers.map(({ address }) => address) ??
      [config.multicastGroup];
    this.#destinations = destinations.map((to) => [to, pathOf(to, source, interfaceIndex)]);
  }

  /** Whether it sends from there. */
  isFor(source: IpAddress, interfaceIndex: number | undefined): boolean {
    return source === this.sourceAddress && interfaceIndex === this.#interfaceIndex;
  }

  packetsOf(advertisement: Advertisement): readonly Packet[] {
    if (this.#authenticator.isUnique) return this.#encode(advertisement);
    const { priority, maxAdvertiseIntervalUs, addresses } = advertisement;
    const key = `${priority} ${maxAdvertiseIntervalUs} ${addresses.join()}`;
    const known = this.#packets.get(key);
    if (known !== undefined) return known;
    const packets = this.#encode(advertisement);
    if (this.#packets.size >= capacity) this.#packets.clear();
    this.#packets.set(key, packets);
    return packets;
  }

  /** Answers a unicast peer from now on with the checksum that it uses: keepalived changed its own in release 1.3.7. */
  mirror(peer: IpAddress, form: ChecksumForm): void {
    if (this.#config.unicast?.oldChecksum !== "detect" || form === this.#formFor(peer)) return;
    if (form === "message-only") return;
    this.#forms.set(peer, form);
    this.#packets.clear();
  }

  /** One signature for all copies. */
  #encode(advertisement: Advertisement): readonly Packet[] {
    const source = this.sourceAddress;
    const signed = this.#authenticator.sign(advertisement, source);
    return this.#destinations.map(([destination, path]) => {
      const checksumForm = this.#formFor(destination);
      const message = encodeAdvertisement(signed, { source, destination, checksumForm });
      return {
        destination,
        sender: this.#sender,
        path,
        message: this.#authenticator.wrap?.(message, {
          source,
          destination,
          hopLimit: this.#sender.hopLimit ?? 255,
        }) ?? message,
      };
    });
  }

  #formFor(destination: IpAddress): ChecksumForm {
    const { checksumForm, unicast } = this.#config;
    if (checksumForm === "message-only") return checksumForm;
    const own = unicast?.oldChecksum === "always" ? "group-pseudo-header" : checksumForm;
    return this.#forms.get(destination) ?? own;
  }
}

function pathOf(
  address: IpAddress,
  source: IpAddress,
  interfaceIndex: number | undefined,
): EncodedSendPath {
  return encodeSendPath({
    to: familyOf(address) === 4
      ? { family: "ipv4", address, port: 0 }
      : { family: "ipv6", address, port: 0, scopeId: interfaceIndex ?? 0 },
    source,
    ...(interfaceIndex === undefined ? {} : { interfaceIndex }),
  });
}
