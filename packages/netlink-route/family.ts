import type { IpFamily } from "@keepalived/ip-address";

export const AF_UNSPEC = 0;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** The kernel's number of an IP version. */
export function numberOfFamily(family: IpFamily): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** The IP version of a kernel's number; undefined if it is another protocol's. */
export function familyOfNumber(number: number): IpFamily | undefined {
  if (number === AF_INET) return 4;
  return number === AF_INET6 ? 6 : undefined;
}
