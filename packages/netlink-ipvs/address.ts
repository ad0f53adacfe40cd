import { formatIp, type IpAddress, type IpFamily, ipToBytes } from "@keepalived/ip-address";

const AF_INET = 2;
const AF_INET6 = 10;

/** Bytes of an address attribute, whatever the family: of IPv4 the first four count. */
const addressBytes = 16;

/** 4 or 6; undefined for another family. */
export function familyOfNumber(number: number): IpFamily | undefined {
  if (number === AF_INET) return 4;
  return number === AF_INET6 ? 6 : undefined;
}

/** What the kernel calls a family. */
export function numberOfFamily(family: IpFamily): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** An address as it is in an attribute. */
export function encodeAddress(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(addressBytes);
  bytes.set(ipToBytes(address));
  return bytes;
}

/** The address in an attribute, undefined if that is too short. */
export function decodeAddress(bytes: Uint8Array, family: IpFamily): IpAddress | undefined {
  const size = family === 4 ? 4 : addressBytes;
  return bytes.length < size ? undefined : formatIp(bytes.subarray(0, size));
}

/** `192.0.2.1:80`, `[2001:db8::1]:80` */
export function describeEndpoint(address: IpAddress, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
