import { type Decoded, fault, ok } from "@keepalived/bytes";
import { familyOf, type IpAddress } from "@keepalived/ip-address";
import {
  type AttributeValues,
  AttributeWriter,
  encodeAttributes,
  NLA_F_NESTED,
  type RawAttribute,
} from "@keepalived/netlink-codec";
import {
  decodeAddress,
  describeEndpoint,
  encodeAddress,
  familyOfNumber,
  numberOfFamily,
} from "./address.ts";
import {
  decodeForwarding,
  describeMethod,
  describeTunnel,
  encodeForwarding,
  type Forwarding,
  forwardingTable,
} from "./forwarding.ts";
import { decodeBody, type IpvsFault, type IpvsRequest, request } from "./message.ts";
import { bareService } from "./service.ts";
import {
  describeKey,
  encodeKey,
  familyOfService,
  type ServiceKey,
  serviceTable,
} from "./service_key.ts";
import { type Statistics, statisticsOf, statisticsTable } from "./statistics.ts";

/** A real server of a service, known by its address and port. */
export type Destination = {
  /** Of another family than the service's only if it is tunnelled. */
  readonly address: IpAddress;
  readonly port: number;
  readonly forwarding: Forwarding;
  /** 0–2147483647; 0: quiesced, what is connected stays. */
  readonly weight: number;
  /** Connections above which it gets no new one; 0: none. */
  readonly upperThreshold: number;
  /** Connections below which it gets new ones again; 0: three quarters of the upper threshold. */
  readonly lowerThreshold: number;
  /** Attributes that have no name here. */
  readonly unknown?: readonly RawAttribute[];
};

/** What the kernel says of a destination. */
export type DestinationEntry = {
  readonly destination: Destination;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly statistics: Statistics;
};

/** In the order in which `ipvsadm` writes them. */
const destinationTable = {
  family: { number: 11, type: "u16" },
  address: { number: 1, type: "bytes" },
  port: { number: 2, type: "u16", order: "network" },
  ...forwardingTable,
  upperThreshold: { number: 5, type: "u32" },
  lowerThreshold: { number: 6, type: "u32" },
  activeConnections: { number: 7, type: "u32" },
  inactiveConnections: { number: 8, type: "u32" },
  persistentConnections: { number: 9, type: "u32" },
  ...statisticsTable,
} as const;

const table = {
  service: { number: 1, type: "nested", table: serviceTable, flagged: true },
  destination: { number: 2, type: "nested", table: destinationTable, flagged: true },
} as const;

/** The same for requests, with the attributes of the service as they are. */
const changeTable = { ...table, service: { number: 1 | NLA_F_NESTED, type: "bytes" } } as const;

/** Room for the requests about one service: some, or a part of many. */
const roomBytes = 4096;

type Change = "newDestination" | "setDestination" | "deleteDestination";

/** What a request to remove says beside address and port, which is all that counts. */
const anyDestination: Omit<Destination, "address" | "port"> = {
  forwarding: { method: "direct-route" },
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
};

/** Requests about destinations of one service. */
export type DestinationRequests = {
  /** `ipvsadm -a -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 1`: EEXIST if it is there, ESRCH if there is no such service */
  readonly add: (destination: Destination) => IpvsRequest;
  /** `ipvsadm -e -t 192.0.2.1:80 -r 10.0.0.1:80 -m -w 2`: connections stay. ENOENT if it is not there, ESRCH as above */
  readonly edit: (destination: Destination) => IpvsRequest;
  /** `ipvsadm -d -t 192.0.2.1:80 -r 10.0.0.1:80`: ENOENT if it is not there, ESRCH if there is no such service */
  readonly remove: (destination: Pick<Destination, "address" | "port">) => IpvsRequest;
};

/** Requests about destinations of one service, whose attributes are encoded once for all. */
export function destinationRequests(key: ServiceKey): DestinationRequests {
  const service = encodeAttributes(serviceTable, bareService(key));
  const text = describeKey(key);
  const writer = new AttributeWriter(roomBytes);
  const make = (command: Change, words: string, destination: Destination): IpvsRequest =>
    request({
      writer,
      words,
      command,
      table: changeTable,
      values: { service, destination: encode(destination) },
    });
  return {
    add: (it) => make("newDestination", `-a ${text} ${describeDestination(it)}`, it),
    edit: (it) => make("setDestination", `-e ${text} ${describeDestination(it)}`, it),
    remove: ({ address, port }) =>
      make(
        "deleteDestination",
        `-d ${text} -r ${describeEndpoint(address, port)}`,
        { ...anyDestination, address, port },
      ),
  };
}

/** {@linkcode DestinationRequests.add} for one destination */
export function addDestination(service: ServiceKey, destination: Destination): IpvsRequest {
  return destinationRequests(service).add(destination);
}

/** {@linkcode DestinationRequests.edit} for one destination */
export function editDestination(service: ServiceKey, destination: Destination): IpvsRequest {
  return destinationRequests(service).edit(destination);
}

/** {@linkcode DestinationRequests.remove} for one destination */
export function deleteDestination(
  service: ServiceKey,
  destination: Pick<Destination, "address" | "port">,
): IpvsRequest {
  return destinationRequests(service).remove(destination);
}

/** The destinations of `ipvsadm -Ln -t 192.0.2.1:80`: none if there is no such service */
export function listDestinations(service: ServiceKey): IpvsRequest {
  return request({
    words: `-Ln ${describeKey(service)}`,
    command: "getDestination",
    dump: true,
    table,
    values: { service: encodeKey(service) },
  });
}

/** The destination in an answer to {@linkcode listDestinations}. @param service whose destinations were asked for */
export function decodeDestination(
  body: Uint8Array,
  service: ServiceKey,
): Decoded<DestinationEntry, IpvsFault> {
  const decoded = decodeBody(table, body, "newDestination");
  if (!decoded.ok) return decoded;
  const values = decoded.value.destination ?? {};
  const { address: bytes, port, weight, unknown } = values;
  const forwarding = decodeForwarding(values);
  if (
    bytes === undefined || port === undefined || weight === undefined || forwarding === undefined
  ) return fault("ipvs-incomplete", body.length);
  // Kernels before 3.18 do not say, because there it is always that of the service.
  const family = values.family === undefined
    ? familyOfService(service)
    : familyOfNumber(values.family);
  if (family === undefined) return fault("ipvs-family", body.length);
  const address = decodeAddress(bytes, family);
  if (address === undefined) return fault("ipvs-address", body.length);
  const { upperThreshold = 0, lowerThreshold = 0 } = values;
  const { activeConnections = 0, inactiveConnections = 0, persistentConnections = 0 } = values;
  return ok({
    destination: {
      address,
      port,
      forwarding,
      weight,
      upperThreshold,
      lowerThreshold,
      ...unknown !== undefined && { unknown },
    },
    activeConnections,
    inactiveConnections,
    persistentConnections,
    statistics: statisticsOf(values),
  });
}

/** Whether two destinations of one service and address have the same settings; what has no name here does not count. */
export function sameDestination(a: Destination, b: Destination): boolean {
  return a.weight === b.weight && a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold && sameForwarding(a.forwarding, b.forwarding);
}

/** As `ipvsadm -Sn` writes it after the service, and with its thresholds: `-r 10.0.0.1:80 -m -w 1` */
export function describeDestination(destination: Destination): string {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold } = destination;
  const upper = upperThreshold === 0 ? "" : ` -x ${upperThreshold}`;
  const lower = lowerThreshold === 0 ? "" : ` -y ${lowerThreshold}`;
  const place = describeEndpoint(address, port);
  return `-r ${place} ${describeMethod(forwarding)} -w ${weight}${upper}${lower}${
    describeTunnel(forwarding)
  }`;
}

function sameForwarding(a: Forwarding, b: Forwarding): boolean {
  if (a.method !== b.method) return false;
  if (!("tunnel" in a && "tunnel" in b)) return true;
  return a.tunnel.type === b.tunnel.type && a.tunnel.checksum === b.tunnel.checksum &&
    (a.tunnel.port ?? 0) === (b.tunnel.port ?? 0);
}

function encode(destination: Destination): AttributeValues<typeof destinationTable> {
  const { address, port, weight, upperThreshold, lowerThreshold, unknown } = destination;
  const { method, tunnelType, tunnelPort, tunnelFlags } = encodeForwarding(destination.forwarding);
  const values = {
    family: numberOfFamily(familyOf(address)),
    address: encodeAddress(address),
    port,
    method,
    weight,
    tunnelType,
    tunnelPort,
    tunnelFlags,
    upperThreshold,
    lowerThreshold,
  };
  return unknown === undefined ? values : { ...values, unknown };
}
