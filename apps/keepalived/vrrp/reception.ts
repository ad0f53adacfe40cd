import type { IpAddress } from "@keepalived/ip-address";
import type { VrrpInstanceConfig } from "@keepalived/keepalived-config";
import type { AdvertisementFault, ReceivedAdvertisement } from "@keepalived/vrrp-codec";
import { Admission, type Refusal } from "./admission.ts";
import type { Authenticator } from "./authentication/authenticator.ts";
import { chooseAuthenticator } from "./authentication/choose.ts";
import { type AuthenticationMemory, newMemory } from "./authentication/memory.ts";
import type { Complaints } from "./complaints.ts";
import type { Counters } from "./counters.ts";
import type { Datagram } from "./datagram.ts";
import { Peers } from "./peers.ts";

/** Where a reception tells what it finds. */
export type ReceptionTools = {
  readonly counters: Counters;
  readonly complaints: Complaints;
};

/**
 * What stands between the wire and the machine of one virtual router: checks each advertisement, counts, remembers who
 * sent it, and says what is wrong with it once.
 */
export class Reception {
  readonly peers: Peers;
  readonly #counters: Counters;
  readonly #complaints: Complaints;
  readonly #memory: AuthenticationMemory = newMemory();
  #config: VrrpInstanceConfig;
  #authenticator: Authenticator | undefined;
  #admission: Admission | undefined;
  /** Whose advertisement was the last that was accepted. */
  #master: IpAddress | undefined;

  constructor(config: VrrpInstanceConfig, { counters, complaints }: ReceptionTools) {
    this.peers = new Peers(counters);
    this.#counters = counters;
    this.#complaints = complaints;
    this.#config = config;
    this.configure(config);
  }

  /** Undefined: the key to sign with is not usable; then nothing is admitted either. */
  get authenticator(): Authenticator | undefined {
    return this.#authenticator;
  }

  /** Whether keys may change while the configuration does not. */
  get hasKeyFiles(): boolean {
    return this.#config.hmac?.keys.some(({ kind }) => kind === "file") === true;
  }

  /** Takes another configuration, or the same one with keys that may have changed in their files. */
  configure(config: VrrpInstanceConfig): void {
    this.#config = config;
    this.#memory.marks.expect(config.unicast?.peers.length ?? 0);
    const { authenticator, problems } = chooseAuthenticator(config, this.#memory);
    this.#authenticator = authenticator;
    this.#admission = authenticator === undefined
      ? undefined
      : new Admission(config, authenticator);
    for (const problem of problems) {
      this.#complaints.once(problem, () => `(${config.name}) ${problem}`);
    }
  }

  /** Whether a datagram is for this one among several virtual routers with one VRID. */
  expects(datagram: Datagram): boolean {
    return this.#admission?.expects(datagram) === true;
  }

  /** Whether an advertisement with our VRID counts. */
  admit(advertisement: ReceivedAdvertisement, datagram: Datagram, atUs: number): boolean {
    const admission = this.#admission;
    if (admission === undefined) {
      this.#count("no-hmac-key");
      return false;
    }
    const { source } = datagram;
    const refusal = admission.refusalOf(advertisement, datagram);
    if (refusal !== undefined) {
      this.#refuse(refusal, advertisement, source, atUs);
      return false;
    }
    this.#counters.add("advertisement-received");
    if (advertisement.priority === 0) this.#counters.add("priority-zero-received");
    this.peers.accept(source, advertisement, atUs);
    this.#remark(admission, advertisement, source);
    this.#master = source;
    return true;
  }

  /** Bytes with our VRID that are no advertisement. */
  malformed(fault: AdvertisementFault, source: IpAddress, atUs: number): void {
    this.#count(fault);
    this.peers.refuse(source, fault, undefined, atUs);
    this.#complaints.once(
      fault,
      () => `(${this.#config.name}) malformed advert from ${source}: ${wordsOf(fault)}`,
    );
  }

  /** What came is either received, or refused for one reason. */
  #count(reason: string): void {
    this.#counters.add("advertisement-refused");
    this.#counters.add(reason);
  }

  #refuse(
    refusal: Refusal,
    advertisement: ReceivedAdvertisement,
    source: IpAddress,
    atUs: number,
  ): void {
    this.#count(refusal);
    this.peers.refuse(source, refusal, advertisement, atUs);
    this.#complaints.once(
      refusal,
      () =>
        `(${this.#config.name}) ignoring advert from ${source}: ${
          reasonOf(refusal, advertisement, this.#config)
        }`,
    );
  }

  /** What is odd about an advertisement that counts nevertheless. */
  #remark(
    admission: Admission,
    advertisement: ReceivedAdvertisement,
    source: IpAddress,
  ): void {
    const { name, advertisementIntervalUs, skipAddressCheck } = this.#config;
    const { maxAdvertiseIntervalUs, addresses } = advertisement;
    if (maxAdvertiseIntervalUs !== advertisementIntervalUs) {
      this.#complaints.once(
        "interval-differs",
        () =>
          `(${name}) advert from ${source} says interval ${
            secondsOf(maxAdvertiseIntervalUs)
          }, ours is ${secondsOf(advertisementIntervalUs)}`,
      );
    }
    if (skipAddressCheck && source === this.#master) return;
    if (admission.hasSameAddresses(advertisement)) return;
    this.#counters.add("address-list-mismatch");
    this.#complaints.once(
      "address-list-mismatch",
      () =>
        `(${name}) advert from ${source} lists other addresses: ${addresses.join(", ") || "none"}`,
    );
  }
}

function reasonOf(
  refusal: Refusal,
  { version, maxAdvertiseIntervalUs }: ReceivedAdvertisement,
  config: VrrpInstanceConfig,
): string {
  switch (refusal) {
    case "version-mismatch":
      return `it has version ${version}, ours is ${config.version}`;
    case "interval-mismatch":
      return `it has interval ${secondsOf(maxAdvertiseIntervalUs)}, ours is ${
        secondsOf(config.advertisementIntervalUs)
      }`;
    case "hmac-stale":
      return "its HMAC is stale: its clock and ours differ, or it is an old copy";
    default:
      return wordsOf(refusal);
  }
}

function wordsOf(kind: string): string {
  return kind.replaceAll("-", " ");
}

function secondsOf(us: number): string {
  return `${us / 1_000_000} s`;
}
