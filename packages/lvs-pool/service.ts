import {
  familyOf,
  formatIp,
  type IpAddress,
  type IpFamily,
  ipToBytes,
} from "@keepalived/ip-address";
import type { Destination, PoolTable } from "./desired.ts";

/** What a virtual server says of its services. */
export type ServiceConfig = {
  readonly members: readonly ServiceMember[];
  /** Of members with an address. */
  readonly protocol?: Protocol;
  readonly scheduler: string;
  readonly schedulerFlags: readonly (1 | 2 | 3)[];
  readonly onePacket: boolean;
  readonly persistence?: {
    readonly timeoutUs: number;
    readonly engine?: string;
    /** Clients that count as one: netmask or prefix length. */
    readonly granularity?: IpAddress | number;
  };
};

type Protocol = "tcp" | "udp" | "sctp";

/** What is served: addresses from the first to the last, each a service of its own, or a firewall mark. */
export type ServiceMember =
  | {
    readonly kind: "addresses";
    readonly first: IpAddress;
    readonly last: IpAddress;
    readonly port: number;
  }
  | { readonly kind: "fwmark"; readonly mark: number; readonly family: IpFamily };

/** A service as the kernel has it. */
export type Service = {
  readonly key: ServiceKey;
  readonly scheduler: string;
  readonly schedulerFlags: readonly (1 | 2 | 3)[];
  readonly onePacket: boolean;
  readonly persistence?: {
    readonly timeoutUs: number;
    readonly engine?: string;
    /** Netmask (IPv4) or prefix length (IPv6); absent: each client for itself. */
    readonly netmask?: IpAddress | number;
  };
};

/** What the kernel tells services apart by. */
export type ServiceKey =
  | { readonly protocol: Protocol; readonly address: IpAddress; readonly port: number }
  | { readonly fwmark: number; readonly family: IpFamily };

/** A service with its servers. */
export type VirtualService = PoolTable & { readonly service: Service };

/** The services of a virtual server, one for each address and mark. */
export function servicesOf(config: ServiceConfig): readonly Service[] {
  const { members, protocol = "udp", scheduler, schedulerFlags, onePacket, persistence } = config;
  const keys = members.flatMap((member): readonly ServiceKey[] =>
    member.kind === "fwmark"
      ? [{ fwmark: member.mark, family: member.family }]
      : [...addressesOf(member)].map((address) => ({
        protocol,
        address,
        port: member.port,
      }))
  );
  return keys.map((key) => ({
    key,
    scheduler,
    schedulerFlags,
    onePacket,
    ...persistence !== undefined && { persistence: persistenceOf(persistence, familyOfKey(key)) },
  }));
}

/** A service with the servers of its pool, those without a port on that of the service. */
export function virtualService(service: Service, pool: PoolTable): VirtualService {
  const port = "port" in service.key ? service.key.port : 0;
  const placed = <T extends { readonly port: number }>(it: T): T =>
    it.port === 0 && port !== 0 ? { ...it, port } : it;
  return {
    service,
    destinations: unique(pool.destinations.map(placed)),
    undecided: pool.undecided.map(placed),
  };
}

/** Of several entries for one server, as when it is the sorry server too, the first holds, with the highest weight. */
function unique(destinations: readonly Destination[]): readonly Destination[] {
  const all = new Map<string, Destination>();
  for (const destination of destinations) {
    const key = `${destination.address} ${destination.port}`;
    const known = all.get(key);
    if (known === undefined) all.set(key, destination);
    else if (known.weight < destination.weight) {
      all.set(key, { ...known, weight: destination.weight });
    }
  }
  return [...all.values()];
}

/** All addresses from the first to the last. */
export function* addressesOf(
  { first, last }: { readonly first: IpAddress; readonly last: IpAddress },
): Generator<IpAddress> {
  const bytes = ipToBytes(first);
  for (let address = first;; address = formatIp(bytes)) {
    yield address;
    if (address === last) return;
    let at = bytes.length - 1;
    while (at >= 0 && bytes[at] === 255) bytes[at--] = 0;
    if (at < 0) return;
    bytes[at] = (bytes[at] ?? 0) + 1;
  }
}

function familyOfKey(key: ServiceKey): IpFamily {
  return "fwmark" in key ? key.family : familyOf(key.address);
}

/** What stands for a single client is left out, as the kernel does. */
function persistenceOf(
  { timeoutUs, engine, granularity }: NonNullable<ServiceConfig["persistence"]>,
  family: IpFamily,
): NonNullable<Service["persistence"]> {
  const netmask = granularity === undefined || isSingle(granularity) || isOther(granularity, family)
    ? undefined
    : granularity;
  return {
    timeoutUs,
    ...engine !== undefined && { engine },
    ...netmask !== undefined && { netmask },
  };
}

function isSingle(granularity: IpAddress | number): boolean {
  return granularity === "255.255.255.255" || granularity === 128;
}

/** Whether it says nothing about a family: of a virtual server of both, it is that of IPv6. */
function isOther(granularity: IpAddress | number, family: IpFamily): boolean {
  return (family === 4) !== (typeof granularity === "string");
}
