import { familyOf, type IpAddress, type IpFamily } from "@keepalived/ip-address";
import type { AttributeValues } from "@keepalived/netlink-codec";
import { decodeAddress, describeEndpoint, encodeAddress, numberOfFamily } from "./address.ts";
import { type NameIn, nameOf, numberOf } from "./registry.ts";

/** Numbers of the transport protocols that services have. */
const protocols = { tcp: 6, udp: 17, sctp: 132 } as const;

/** A transport protocol; a number that has no name here stands for itself. */
export type Protocol = NameIn<typeof protocols>;

/** What tells a service from others: where clients connect to, or the mark that a firewall gives their packets. */
export type ServiceKey =
  | {
    readonly protocol: Protocol;
    readonly address: IpAddress;
    /** 0: all ports. */
    readonly port: number;
  }
  | {
    /** 1–4294967295. */
    readonly fwmark: number;
    readonly family: IpFamily;
  };

/** The attributes of a service that requests have, in the order in which `ipvsadm` writes them. */
export const serviceTable = {
  family: { number: 1, type: "u16" },
  protocol: { number: 2, type: "u16" },
  address: { number: 3, type: "bytes" },
  port: { number: 4, type: "u16", order: "network" },
  fwmark: { number: 5, type: "u32" },
  scheduler: { number: 6, type: "string" },
  engine: { number: 11, type: "string" },
  flags: { number: 7, type: "struct", fields: { flags: "u32", mask: "u32" } },
  timeout: { number: 8, type: "u32" },
  netmask: { number: 9, type: "bytes" },
} as const;

/** Values of {@linkcode serviceTable}. */
export type ServiceValues = AttributeValues<typeof serviceTable>;

/** 4 or 6. */
export function familyOfService(key: ServiceKey): IpFamily {
  return "fwmark" in key ? key.family : familyOf(key.address);
}

/** The attributes of a key. */
export function encodeKey(key: ServiceKey): ServiceValues {
  const family = numberOfFamily(familyOfService(key));
  if ("fwmark" in key) return { family, fwmark: key.fwmark };
  const { protocol, address, port } = key;
  return {
    family,
    protocol: numberOf(protocols, protocol),
    address: encodeAddress(address),
    port,
  };
}

/** The key in attributes, undefined if they are none. @param family that of its number */
export function decodeKey(
  values: ServiceValues,
  family: IpFamily,
): ServiceKey | undefined {
  const { protocol, address, port, fwmark } = values;
  if (fwmark !== undefined) return { fwmark, family };
  if (protocol === undefined || address === undefined || port === undefined) return undefined;
  const decoded = decodeAddress(address, family);
  if (decoded === undefined) return undefined;
  return { protocol: nameOf(protocols, protocol), address: decoded, port };
}

/** Options of `ipvsadm` for the transport protocols. */
const options: { readonly [protocol: string]: string } = {
  tcp: "-t",
  udp: "-u",
  sctp: "--sctp-service",
};

/** As `ipvsadm` writes it, different for different keys: `-t 192.0.2.1:80`, `-f 5`, `-f 5 -6`. */
export function describeKey(key: ServiceKey): string {
  if ("fwmark" in key) return key.family === 4 ? `-f ${key.fwmark}` : `-f ${key.fwmark} -6`;
  const { protocol, address, port } = key;
  return `${options[protocol] ?? `--protocol ${protocol}`} ${describeEndpoint(address, port)}`;
}
