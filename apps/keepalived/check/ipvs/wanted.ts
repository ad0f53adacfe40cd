import { describeKey, type Destination, type Service } from "@keepalived/netlink-ipvs";

/** A service as the kernel is to have it. */
export type WantedService = {
  readonly service: Service;
  /** No two of one address and port. */
  readonly destinations: readonly Destination[];
  /** Addresses and ports of servers of which it is not known yet whether they are up: where they are, they stay. */
  readonly undecided?: readonly Pick<Destination, "address" | "port">[];
};

/** Who wants which services. Several may want one: then it has the destinations of all. */
export class Wanted {
  readonly #byOwner = new Map<string, ReadonlyMap<string, WantedService>>();
  readonly #owners = new Map<string, Set<string>>();

  /** What one owner wants from now on. @returns texts of the keys of services that this concerns */
  set(owner: string, services: readonly WantedService[]): ReadonlySet<string> {
    const before = this.#byOwner.get(owner) ?? new Map();
    const now = new Map(services.map((it) => [describeKey(it.service.key), it]));
    for (const text of before.keys()) this.#owners.get(text)?.delete(owner);
    for (const text of now.keys()) {
      const owners = this.#owners.get(text);
      if (owners === undefined) this.#owners.set(text, new Set([owner]));
      else owners.add(owner);
    }
    for (const text of before.keys()) {
      if (this.#owners.get(text)?.size === 0) this.#owners.delete(text);
    }
    if (now.size === 0) this.#byOwner.delete(owner);
    else this.#byOwner.set(owner, now);
    return new Set([...before.keys(), ...now.keys()]);
  }

  /** Texts of the keys of all services. */
  get texts(): readonly string[] {
    return [...this.#owners.keys()];
  }

  /** The owners of everything. */
  get owners(): readonly string[] {
    return [...this.#byOwner.keys()];
  }

  has(text: string): boolean {
    return this.#owners.has(text);
  }

  /** A service, by the text of its key. */
  get(text: string): WantedService | undefined {
    // In an order that does not depend on who was set last.
    const owners = [...this.#owners.get(text) ?? []].sort();
    const wanted = owners.flatMap((owner) => this.#byOwner.get(owner)?.get(text) ?? []);
    const [first, ...others] = wanted;
    return first === undefined || others.length === 0 ? first : merge(first, others);
  }
}

/** The settings of the first; of a destination that several have, the highest weight. */
function merge(first: WantedService, others: readonly WantedService[]): WantedService {
  const destinations = new Map(first.destinations.map((it) => [textOf(it), it]));
  for (const it of others.flatMap(({ destinations }) => destinations)) {
    const known = destinations.get(textOf(it));
    if (known === undefined || it.weight > known.weight) destinations.set(textOf(it), it);
  }
  return {
    service: first.service,
    destinations: [...destinations.values()],
    undecided: [first, ...others].flatMap(({ undecided = [] }) => undecided),
  };
}

/** What tells destinations of a service apart. */
export function textOf({ address, port }: Pick<Destination, "address" | "port">): string {
  return `${address} ${port}`;
}
