import {
  formatIp,
  type IpAddress,
  isLinkLocal,
  type MacAddress,
  macToBytes,
} from "@keepalived/ip-address";
import type { Interfaces } from "../interfaces.ts";
import { readSetting } from "./sysctl.ts";

/**
 * The link-local address for a macvlan: that of the interface below, so that a host speaks with one address whichever
 * MAC it uses; or one made of that interface's MAC if the kernel does not make it one.
 *
 * @param virtual addresses that belong to virtual routers, and so are no router's own
 * @returns undefined while the interface below has none yet
 */
export function linkLocalFor(
  base: string,
  interfaces: Interfaces,
  virtual: ReadonlySet<IpAddress>,
): IpAddress | undefined {
  const present = interfaces.sourceAddress(base, 6, virtual);
  if (present !== undefined) return present;
  const coming = interfaces.addresses(base).some(({ address }) =>
    isLinkLocal(address) && !virtual.has(address)
  );
  const mac = interfaces.link(base)?.mac;
  if (coming || mac === undefined || makesOne(base)) return undefined;
  return linkLocalOf(mac);
}

/** Whether the kernel gives an interface a link-local address by itself. */
function makesOne(name: string): boolean {
  return readSetting(`ipv6/conf/${name}/disable_ipv6`) === 0 &&
    readSetting(`ipv6/conf/${name}/addr_gen_mode`) !== generationNone;
}

const generationNone = 1;

/** Of `02:00:00:00:00:01`; InfiniBand's are longer. */
const ethernetLength = 17;

/** The link-local address that has a MAC address in its modified EUI-64 form (RFC 4291, appendix A). */
export function linkLocalOf(mac: MacAddress): IpAddress | undefined {
  if (mac.length !== ethernetLength) return undefined;
  const [first = 0, ...rest] = macToBytes(mac);
  const id = [first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return formatIp(Uint8Array.of(0xfe, 0x80, 0, 0, 0, 0, 0, 0, ...id));
}
