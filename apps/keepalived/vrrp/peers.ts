import type { IpAddress } from "@keepalived/ip-address";
import type { ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import { Counters } from "./counters.ts";

/** Routers that one virtual router remembers; further ones are counted as `peers-full`. */
const capacity = 64;

/** A router that sends advertisements with our VRID. Changes while it is heard. */
export type Peer = {
  readonly source: IpAddress;
  readonly lastSeenUs: number;
  /** When the last advertisement of it was accepted; undefined: never. */
  readonly acceptedUs: number | undefined;
  /** How many were. */
  readonly advertisements: number;
  /** What the last advertisement that could be read said; undefined: none could. */
  readonly version: 2 | 3 | undefined;
  readonly priority: number | undefined;
  readonly intervalUs: number | undefined;
  /** Of the refusals, those for authentication. */
  readonly authenticationFailures: number;
  readonly refusals: Counters;
  /** What the last refusal was for. */
  readonly lastRefusal: string | undefined;
};

type Entry = { -readonly [Field in keyof Peer]: Peer[Field] };

/** Who sends to one virtual router, by source address. Bounded: routers that were accepted push out others. */
export class Peers {
  readonly #peers = new Map<IpAddress, Entry>();
  readonly #counters: Counters;

  /** @param counters where routers that find no place are counted */
  constructor(counters: Counters) {
    this.#counters = counters;
  }

  accept(source: IpAddress, advertisement: ReceivedAdvertisement, atUs: number): void {
    const peer = this.#peers.get(source) ?? this.#add(source, true);
    if (peer === undefined) return;
    note(peer, advertisement, atUs);
    peer.acceptedUs = atUs;
    peer.advertisements++;
  }

  /** @param advertisement undefined if it could not be read */
  refuse(
    source: IpAddress,
    refusal: string,
    advertisement: ReceivedAdvertisement | undefined,
    atUs: number,
  ): void {
    const peer = this.#peers.get(source) ?? this.#add(source, false);
    if (peer === undefined) return;
    if (advertisement === undefined) peer.lastSeenUs = atUs;
    else note(peer, advertisement, atUs);
    peer.refusals.add(refusal);
    peer.lastRefusal = refusal;
    if (/authentication|hmac/.test(refusal)) peer.authenticationFailures++;
  }

  get(source: IpAddress): Peer | undefined {
    return this.#peers.get(source);
  }

  /** All of them, in the order in which they were first heard. */
  list(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  #add(source: IpAddress, accepted: boolean): Entry | undefined {
    if (this.#peers.size >= capacity) {
      this.#counters.add("peers-full");
      const victim = accepted ? this.#leastUseful() : undefined;
      if (victim === undefined) return undefined;
      this.#peers.delete(victim);
    }
    const peer = {
      source,
      lastSeenUs: 0,
      acceptedUs: undefined,
      advertisements: 0,
      version: undefined,
      priority: undefined,
      intervalUs: undefined,
      authenticationFailures: 0,
      refusals: new Counters(),
      lastRefusal: undefined,
    };
    this.#peers.set(source, peer);
    return peer;
  }

  /** One that was never accepted, else the one that was silent longest. */
  #leastUseful(): IpAddress | undefined {
    let oldest: Entry | undefined;
    for (const peer of this.#peers.values()) {
      if (peer.acceptedUs === undefined) return peer.source;
      if (oldest === undefined || peer.lastSeenUs < oldest.lastSeenUs) oldest = peer;
    }
    return oldest?.source;
  }
}

function note(peer: Entry, advertisement: ReceivedAdvertisement, atUs: number): void {
  peer.lastSeenUs = atUs;
  peer.version = advertisement.version;
  peer.priority = advertisement.priority;
  peer.intervalUs = advertisement.maxAdvertiseIntervalUs;
}
