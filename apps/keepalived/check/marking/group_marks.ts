import { familyOf, type IpFamily } from "@keepalived/ip-address";
import type { Config, ServiceMember, VirtualServer } from "@keepalived/keepalived-config";

/** What of a configuration says which groups have marks. */
export type MarkedConfig = Pick<Config, "global" | "virtualServers">;

/** Addresses and ports whose packets get a firewall mark. */
export type Marking = {
  readonly mark: number;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly addresses: readonly AddressRange[];
};

/** One address, or all from the first to the last. */
export type AddressRange = Extract<ServiceMember, { readonly kind: "addresses" }>;

const lastMark = 0xffff_ffff;

/**
 * `nftables_ipvs`: the addresses of a group are one service of IPVS, that of a mark which the firewall gives.
 *
 * There is a mark for each protocol of a group. One that is given stays as long as its group, and is none that the
 * configuration names.
 */
export class GroupMarks {
  /** By group and protocol. */
  #marks: ReadonlyMap<string, number> = new Map();
  #markings: readonly Marking[] = [];

  /** Goes over to another configuration. */
  configure({ global, virtualServers }: MarkedConfig): void {
    const { nftablesIpvs, nftablesIpvsStartMark } = global.firewall;
    const marked = new Map<string, VirtualServer>();
    for (const it of nftablesIpvs === undefined ? [] : virtualServers) {
      if (isMarked(it)) marked.set(keyOf(it), it);
    }
    const taken = new Set(
      virtualServers.flatMap(({ members }) => members)
        .flatMap((it) => it.kind === "fwmark" ? [it.mark] : []),
    );
    const marks = new Map<string, number>();
    for (const [key, mark] of this.#marks) {
      if (!marked.has(key) || taken.has(mark)) continue;
      marks.set(key, mark);
      taken.add(mark);
    }
    let next = nftablesIpvsStartMark;
    for (const key of marked.keys()) {
      if (marks.has(key)) continue;
      while (taken.has(next)) next = next === lastMark ? 1 : next + 1;
      marks.set(key, next);
      taken.add(next);
    }
    this.#marks = marks;
    this.#markings = [...marked].map(([key, it]) => ({
      mark: marks.get(key) ?? 0,
      protocol: it.protocol ?? "udp",
      addresses: rangesOf(it),
    }));
  }

  /** No packet is marked after all. */
  clear(): void {
    this.#marks = new Map();
    this.#markings = [];
  }

  get areGiven(): boolean {
    return this.#marks.size > 0;
  }

  /** What the firewall has to do. */
  get markings(): readonly Marking[] {
    return this.#markings;
  }

  /** What the kernel is to serve for a virtual server. */
  membersOf(virtualServer: VirtualServer): readonly ServiceMember[] {
    const { group, members } = virtualServer;
    const mark = group === undefined ? undefined : this.#marks.get(keyOf(virtualServer));
    if (mark === undefined) return members;
    const families = new Set(rangesOf(virtualServer).map(({ first }): IpFamily => familyOf(first)));
    return [...families].map((family) => ({ kind: "fwmark", mark, family }));
  }
}

/** A group that names marks itself is not marked. */
function isMarked({ group, members }: VirtualServer): boolean {
  return group !== undefined && members.every(({ kind }) => kind === "addresses");
}

function keyOf({ group, protocol }: VirtualServer): string {
  return `${group} ${protocol}`;
}

function rangesOf({ members }: VirtualServer): readonly AddressRange[] {
  return members.filter((it) => it.kind === "addresses");
}
