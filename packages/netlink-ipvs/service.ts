import { type Decoded, fault, ok } from "@keepalived/bytes";
import { formatIp, type IpAddress, type IpFamily, ipToBytes } from "@keepalived/ip-address";
import type { RawAttribute } from "@keepalived/netlink-codec";
import { familyOfNumber } from "./address.ts";
import { decodeBody, type IpvsFault, type IpvsRequest, request } from "./message.ts";
import {
  decodeKey,
  describeKey,
  encodeKey,
  familyOfService,
  type ServiceKey,
  serviceTable,
  type ServiceValues,
} from "./service_key.ts";
import { type Statistics, statisticsOf, statisticsTable } from "./statistics.ts";

/** A virtual service. */
export type Service = {
  readonly key: ServiceKey;
  /** `rr`, `wlc` and so on; the kernel loads a module of its name. */
  readonly scheduler: string;
  /** Absent: connections of one client may go to different destinations. */
  readonly persistence?: Persistence;
  /** Each datagram is scheduled by itself. Of UDP services and firewall marks only. */
  readonly onePacket: boolean;
  /** What they mean is the scheduler's: of sh and mh, 1 is fallback and 2 is port. In ascending order. */
  readonly schedulerFlags: readonly SchedulerFlag[];
  /** Attributes that have no name here. */
  readonly unknown?: readonly RawAttribute[];
};

/** A flag by its number. */
export type SchedulerFlag = 1 | 2 | 3;

/** Connections of one client go to the same destination. */
export type Persistence = {
  /** Since the last connection; whole seconds. */
  readonly timeoutUs: number;
  /** Clients that count as one: netmask (IPv4) or prefix length (IPv6). Absent: each for itself. */
  readonly netmask?: IpAddress | number;
  /** What else than the client's address counts: `sip`. */
  readonly engine?: string;
};

/** What the kernel says of a service. */
export type ServiceEntry = {
  readonly service: Service;
  readonly statistics: Statistics;
};

/** IP_VS_SVC_F_*. The kernel sets another one, 2, for services that are in its table. */
const PERSISTENT = 1;
const ONE_PACKET = 4;
const schedulerBits: readonly (readonly [SchedulerFlag, number])[] = [[1, 8], [2, 16], [3, 32]];

const everyFlag = 0xffff_ffff;

const table = {
  service: {
    number: 1,
    type: "nested",
    table: { ...serviceTable, ...statisticsTable },
    flagged: true,
  },
} as const;

/** `ipvsadm -A -t 192.0.2.1:80 -s rr`: refused with EEXIST if there is one with this key, ENOENT for an unknown scheduler */
export function addService(service: Service): IpvsRequest {
  return serviceRequest("newService", `-A ${describeService(service)}`, encodeService(service));
}

/** `ipvsadm -E -t 192.0.2.1:80 -s wrr`: connections and destinations stay. Refused with ESRCH if there is none */
export function editService(service: Service): IpvsRequest {
  return serviceRequest("setService", `-E ${describeService(service)}`, encodeService(service));
}

/** `ipvsadm -D -t 192.0.2.1:80`, with its destinations. Refused with ESRCH if there is none */
export function deleteService(key: ServiceKey): IpvsRequest {
  return serviceRequest("deleteService", `-D ${describeKey(key)}`, bareService(key));
}

/** `ipvsadm -Ln -t 192.0.2.1:80`: one service, without its destinations. Refused with ESRCH if there is none */
export function getService(key: ServiceKey): IpvsRequest {
  return serviceRequest("getService", `-Ln ${describeKey(key)}`, {
    ...bareService(key),
    netmask: new Uint8Array(4),
  });
}

/** `ipvsadm -Ln`: all services, without their destinations */
export function listServices(): IpvsRequest {
  return request({ words: "-Ln", command: "getService", dump: true, table, values: {} });
}

/** `ipvsadm -Z -t 192.0.2.1:80`: its counters and those of its destinations start anew; `ipvsadm -Z`: those of all */
export function zero(key?: ServiceKey): IpvsRequest {
  if (key !== undefined) {
    return serviceRequest("zero", `-Z ${describeKey(key)}`, bareService(key));
  }
  return request({ words: "-Z", command: "zero", table, values: {} });
}

/** The service in an answer to {@linkcode listServices} or {@linkcode getService}. */
export function decodeService(body: Uint8Array): Decoded<ServiceEntry, IpvsFault> {
  const decoded = decodeBody(table, body, "newService");
  if (!decoded.ok) return decoded;
  const values = decoded.value.service ?? {};
  const { family: number, scheduler, flags, timeout, netmask, engine } = values;
  if (number === undefined || scheduler === undefined || flags === undefined) {
    return fault("ipvs-incomplete", body.length);
  }
  const family = familyOfNumber(number);
  if (family === undefined) return fault("ipvs-family", body.length);
  const key = decodeKey(values, family);
  if (key === undefined || timeout === undefined || netmask === undefined) {
    return fault("ipvs-incomplete", body.length);
  }
  if (netmask.length !== 4) return fault("ipvs-address", body.length);
  const bits = flags.flags;
  const service: Service = {
    key,
    scheduler,
    ...(bits & PERSISTENT) !== 0 && {
      persistence: {
        timeoutUs: timeout * 1_000_000,
        ...decodeNetmask(netmask, family),
        ...engine !== undefined && { engine },
      },
    },
    onePacket: (bits & ONE_PACKET) !== 0,
    schedulerFlags: schedulerBits.flatMap(([flag, bit]) => (bits & bit) === 0 ? [] : [flag]),
    ...values.unknown !== undefined && { unknown: values.unknown },
  };
  return ok({ service, statistics: statisticsOf(values) });
}

/** Whether two services of one key have the same settings; what has no name here does not count. */
export function sameService(a: Service, b: Service): boolean {
  return describeService(a) === describeService(b);
}

/** As `ipvsadm -Sn` writes it: `-t 192.0.2.1:80 -s rr -p 360` */
export function describeService(service: Service): string {
  const { key, scheduler, persistence, onePacket, schedulerFlags } = service;
  const words = [describeKey(key), "-s", scheduler];
  if (persistence !== undefined) {
    words.push("-p", String(persistence.timeoutUs / 1_000_000));
    if (persistence.netmask !== undefined) words.push("-M", String(persistence.netmask));
    if (persistence.engine !== undefined) words.push("--pe", persistence.engine);
  }
  if (onePacket) words.push("-o");
  if (schedulerFlags.length > 0) {
    words.push("-b", schedulerFlags.map((flag) => nameOfFlag(scheduler, flag)).join(","));
  }
  return words.join(" ");
}

/** The attributes by which requests about its destinations name a service. */
export function bareService(key: ServiceKey): ServiceValues {
  return {
    ...encodeKey(key),
    scheduler: "",
    flags: { flags: 0, mask: everyFlag },
    timeout: 0,
    netmask: encodeNetmask(undefined, familyOfService(key)),
  };
}

function serviceRequest(
  command: "newService" | "setService" | "deleteService" | "getService" | "zero",
  words: string,
  service: ServiceValues,
): IpvsRequest {
  return request({ words, command, table, values: { service } });
}

function encodeService(service: Service): ServiceValues {
  const { key, scheduler, persistence, onePacket, schedulerFlags, unknown } = service;
  const bits = schedulerBits.filter(([flag]) => schedulerFlags.includes(flag));
  return {
    ...encodeKey(key),
    scheduler,
    ...persistence?.engine !== undefined && { engine: persistence.engine },
    flags: {
      flags: bits.reduce((sum, [, bit]) => sum + bit, 0) +
        (persistence === undefined ? 0 : PERSISTENT) + (onePacket ? ONE_PACKET : 0),
      mask: everyFlag,
    },
    timeout: persistence === undefined ? 0 : persistence.timeoutUs / 1_000_000,
    netmask: encodeNetmask(persistence?.netmask, familyOfService(key)),
    ...unknown !== undefined && { unknown },
  };
}

/** Of IPv6 the field holds a prefix length in host order. */
function encodeNetmask(netmask: IpAddress | number | undefined, family: IpFamily): Uint8Array {
  if (family === 6) {
    const length = netmask ?? 128;
    if (typeof length !== "number" || !(length >= 0 && length <= 128)) {
      throw new RangeError(`Not a prefix length for IPv6: ${netmask}`);
    }
    return Uint8Array.of(length, 0, 0, 0);
  }
  const bytes = ipToBytes(String(netmask ?? "255.255.255.255"));
  if (bytes.length !== 4) throw new RangeError(`Not a netmask for IPv4: ${netmask}`);
  return bytes;
}

function decodeNetmask(bytes: Uint8Array, family: IpFamily): { netmask?: IpAddress | number } {
  if (family === 4) {
    const netmask = formatIp(bytes);
    return netmask === "255.255.255.255" ? {} : { netmask };
  }
  const [length = 0, ...high] = bytes;
  return length >= 128 || high.some((byte) => byte !== 0) ? {} : { netmask: length };
}

function nameOfFlag(scheduler: string, flag: SchedulerFlag): string {
  const own = scheduler === "sh" || scheduler === "mh"
    ? [`${scheduler}-fallback`, `${scheduler}-port`]
    : [];
  return own[flag - 1] ?? `flag-${flag}`;
}
