import { familyOf, formatIp, type IpAddress, ipToBytes, parseIp } from "./ip.ts";

/** An address with the length of its network prefix; host bits may be set, as in `ip address`. */
export type IpPrefix = {
  readonly address: IpAddress;
  /** 0–32 for IPv4, 0–128 for IPv6. */
  readonly prefixLength: number;
};

/**
 * `ADDRESS[/LENGTH]`; undefined if the text is none.
 *
 * @param defaultLength length where the text names none; undefined: the whole address (32 or 128)
 */
export function parsePrefix(text: string, defaultLength?: number): IpPrefix | undefined {
  const slash = text.indexOf("/");
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const max = familyOf(address) === 4 ? 32 : 128;
  if (slash < 0) return { address, prefixLength: defaultLength ?? max };
  const length = text.slice(slash + 1);
  if (!/^[0-9]{1,3}$/.test(length) || Number(length) > max) return undefined;
  return { address, prefixLength: Number(length) };
}

/** `ADDRESS/LENGTH`. */
export function formatPrefix(prefix: IpPrefix): string {
  return `${prefix.address}/${prefix.prefixLength}`;
}

/** The address with its host bits cleared. */
export function networkOf(prefix: IpPrefix): IpAddress {
  const bytes = ipToBytes(prefix.address);
  return formatIp(bytes.map((byte, i) => byte & mask(prefix.prefixLength - 8 * i)));
}

/** Whether an address lies in a prefix; never across families. */
export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (familyOf(prefix.address) !== familyOf(address)) return false;
  return networkOf({ address, prefixLength: prefix.prefixLength }) === networkOf(prefix);
}

/** The mask of one byte of which `bits` leading bits belong to the network. */
function mask(bits: number): number {
  if (bits >= 8) return 0xff;
  return bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}
