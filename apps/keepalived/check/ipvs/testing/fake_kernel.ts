import { EEXIST, ENOENT, ESRCH } from "@keepalived/linux";
import {
  decodeDestination,
  decodeService,
  describeDestination,
  describeKey,
  describeService,
  type Destination,
  type IpvsRequest,
  type Service,
  type ServiceKey,
} from "@keepalived/netlink-ipvs";
import { type BatchFailures, NetlinkError } from "@keepalived/reactor";
import type { KernelService } from "../client.ts";
import { textOf } from "../wanted.ts";

const none = {
  connections: 0n,
  inPackets: 0n,
  outPackets: 0n,
  inBytes: 0n,
  outBytes: 0n,
  connectionRate: 0n,
  inPacketRate: 0n,
  outPacketRate: 0n,
  inByteRate: 0n,
  outByteRate: 0n,
};

type FakeService = { service: Service; readonly destinations: Map<string, Destination> };

/** An IPVS that carries requests out as the kernel does, in a later turn, and can be told to fail. */
export class FakeKernel {
  /** What it has, by the text of the service's key. */
  readonly table: Map<string, FakeService> = new Map();
  /** Names of the requests of each datagram, without `ipvsadm`. */
  readonly batches: string[][] = [];
  /** Error numbers for requests that hold these words. */
  readonly refused: Map<string, number> = new Map();
  /** Requests that hold these words are carried out and answered with this error. */
  readonly unanswered: Map<string, number> = new Map();
  /** The error of the next readings. */
  unreadable: number | undefined;
  readings = 0;
  /** What happens before the next batch is carried out. */
  before: (() => void) | undefined;

  async batch(requests: readonly IpvsRequest[]): Promise<BatchFailures> {
    await Promise.resolve();
    const before = this.before;
    this.before = undefined;
    before?.();
    this.batches.push(requests.map(({ name }) => name.replace("ipvsadm ", "")));
    const failures = new Map<number, NetlinkError>();
    for (const [i, request] of requests.entries()) {
      const errno = numberFor(this.refused, request) ?? this.#carryOut(request) ??
        numberFor(this.unanswered, request);
      if (errno !== undefined) failures.set(i, new NetlinkError(request.name, { errno }));
    }
    return failures;
  }

  async read(isWanted: (key: ServiceKey) => boolean): Promise<readonly KernelService[]> {
    await Promise.resolve();
    this.readings++;
    if (this.unreadable !== undefined) {
      throw new NetlinkError("ipvsadm -Ln", { errno: this.unreadable });
    }
    return [...this.table.values()].filter(({ service }) => isWanted(service.key)).map((it) => ({
      service: it.service,
      statistics: none,
      destinations: [...it.destinations.values()].map((destination) => ({
        destination,
        activeConnections: 0,
        inactiveConnections: 0,
        persistentConnections: 0,
        statistics: none,
      })),
    }));
  }

  /** Somebody else's change. */
  put(service: Service, ...destinations: readonly Destination[]): void {
    this.table.set(describeKey(service.key), {
      service,
      destinations: new Map(destinations.map((it) => [textOf(it), it])),
    });
  }

  /** As `ipvsadm -Sn` prints it, in order. */
  get lines(): readonly string[] {
    return [...this.table].flatMap(([text, { service, destinations }]) => [
      `-A ${describeService(service)}`,
      ...[...destinations.values()].map((it) => `-a ${text} ${describeDestination(it)}`),
    ]).sort();
  }

  /** @returns the error, if it is refused */
  #carryOut({ body }: IpvsRequest): number | undefined {
    const command = body[0] ?? 0;
    const isService = command <= 3;
    const service = serviceIn(body);
    const text = describeKey(service.key);
    const known = this.table.get(text);
    if (isService) {
      if ((known === undefined) !== (command === 1)) return command === 1 ? EEXIST : ESRCH;
      if (known === undefined) this.put(service);
      else if (command === 2) known.service = service;
      else this.table.delete(text);
      return undefined;
    }
    if (known === undefined) return ESRCH;
    const decoded = decodeDestination(body.with(0, 5), service.key);
    if (!decoded.ok) throw new Error(decoded.error.fault);
    const { destination } = decoded.value;
    const place = textOf(destination);
    if (known.destinations.has(place) !== (command !== 5)) return command === 5 ? EEXIST : ENOENT;
    if (command === 7) known.destinations.delete(place);
    else known.destinations.set(place, destination);
    return undefined;
  }
}

/** The service that a request is about, with the settings that it has there. */
function serviceIn(body: Uint8Array): Service {
  const decoded = decodeService(body.with(0, 1));
  if (!decoded.ok) throw new Error(decoded.error.fault);
  return decoded.value.service;
}

function numberFor(errors: ReadonlyMap<string, number>, { name }: IpvsRequest): number | undefined {
  return [...errors].find(([words]) => name.includes(words))?.[1];
}
