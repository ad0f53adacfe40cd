import type { IpAddress } from "@keepalived/ip-address";
import { authenticationType, type ReceivedAdvertisement } from "@keepalived/vrrp-codec";

/** Foreign virtual routers that one channel remembers. */
const capacity = 256;

/** A virtual router on the network that is none of ours. Changes while it is heard. */
export type Neighbour = {
  readonly source: IpAddress;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  /** Of version 2; 0 without. */
  readonly authenticationType: number;
  readonly firstSeenUs: number;
  readonly lastSeenUs: number;
};

type Entry = { -readonly [Field in keyof Neighbour]: Neighbour[Field] };

/**
 * Who advertises on a channel what is for none of our virtual routers: where a peer is that ours miss.
 *
 * Bounded: beyond that nobody new is taken in.
 */
export class Neighbours {
  /** By source, then by what tells its virtual routers apart, as one number. */
  readonly #entries = new Map<IpAddress, Map<number, Entry>>();
  #size = 0;

  /** @returns the neighbour if it is a new one; "full" if there is no place for it */
  hear(
    source: IpAddress,
    advertisement: ReceivedAdvertisement,
    atUs: number,
  ): Neighbour | "full" | undefined {
    const { virtualRouterId, version, authentication } = advertisement;
    const type = authentication?.type ?? authenticationType.none;
    const key = (type << 12) | (version << 8) | virtualRouterId;
    const known = this.#entries.get(source)?.get(key);
    if (known !== undefined) {
      known.lastSeenUs = atUs;
      return undefined;
    }
    if (this.#size >= capacity) return "full";
    const neighbour: Entry = {
      source,
      virtualRouterId,
      version,
      authenticationType: type,
      firstSeenUs: atUs,
      lastSeenUs: atUs,
    };
    this.#size++;
    const ofSource = this.#entries.get(source) ?? new Map<number, Entry>();
    this.#entries.set(source, ofSource.set(key, neighbour));
    return neighbour;
  }

  /** Those of one router, or all. */
  list(source?: IpAddress): readonly Neighbour[] {
    const of = source === undefined ? [...this.#entries.values()] : [this.#entries.get(source)];
    return of.flatMap((entries) => entries === undefined ? [] : [...entries.values()]);
  }
}
