/** A canonical IPv4 or IPv6 address, as {@linkcode parseIp} and {@linkcode formatIp} return it. */
export type IpAddress = string;

/** The version number of the Internet Protocol. */
export type IpFamily = 4 | 6;

/**
 * The canonical form of an address, or undefined if the text is none.
 *
 * IPv4 wants four decimal numbers without leading zeros. IPv6 takes every form of RFC 4291 §2.2, without a zone.
 */
export function parseIp(text: string): IpAddress | undefined {
  const bytes = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return bytes === undefined ? undefined : formatIp(bytes);
}

/** Whether the text is an address in any accepted form. */
export function isIp(text: string): boolean {
  return parseIp(text) !== undefined;
}

/** 4 or 6 of a canonical address. */
export function familyOf(address: IpAddress): IpFamily {
  return address.includes(":") ? 6 : 4;
}

/** The 4 or 16 bytes of a canonical address, network order. @throws RangeError if it is not an address */
export function ipToBytes(address: IpAddress): Uint8Array {
  const bytes = address.includes(":") ? parseIpv6(address) : parseIpv4(address);
  if (bytes === undefined) throw new RangeError(`Not an IP address: ${address}`);
  return bytes;
}

/** The canonical form of 4 or 16 bytes in network order. @throws RangeError for another length */
export function formatIp(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new RangeError(`Not an IP address: ${bytes.length} bytes`);
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
  const mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (mapped) return `::ffff:${bytes.slice(12).join(".")}`;
  const gap = longestZeroRun(groups);
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (gap.length > 1 && i === gap.start) {
      text += i === 0 ? "::" : ":";
      i += gap.length - 1;
    } else text += (groups[i] ?? 0).toString(16) + (i < 7 ? ":" : "");
  }
  return text;
}

/**
 * Numeric order of two addresses: negative, 0 or positive. IPv4 sorts before IPv6.
 *
 * The order of the election among equal priorities (RFC 9568 §6.4.3); the order of the strings is another one.
 */
export function compareIp(a: IpAddress, b: IpAddress): number {
  if (a === b) return 0;
  const [left, right] = [ipToBytes(a), ipToBytes(b)];
  if (left.length !== right.length) return left.length - right.length;
  for (let i = 0; i < left.length; i++) {
    const order = (left[i] ?? 0) - (right[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: IpAddress): boolean {
  const first = ipToBytes(address)[0] ?? 0;
  return familyOf(address) === 4 ? (first & 0xf0) === 0xe0 : first === 0xff;
}

/** 169.254.0.0/16 or fe80::/10. */
export function isLinkLocal(address: IpAddress): boolean {
  const [first = 0, second = 0] = ipToBytes(address);
  if (familyOf(address) === 4) return first === 169 && second === 254;
  return first === 0xfe && (second & 0xc0) === 0x80;
}

function parseIpv4(text: string): Uint8Array | undefined {
  // By character, because every received packet has its addresses read.
  const bytes = new Uint8Array(4);
  let at = 0;
  for (let i = 0; i < 4; i++) {
    if (i > 0 && text.charCodeAt(at++) !== 0x2e) return undefined;
    const start = at;
    let value = 0;
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) {
      value = value * 10 + digit;
    }
    const length = at - start;
    if (length === 0 || length > 3 || value > 255) return undefined;
    if (length > 1 && digitAt(text, start) === 0) return undefined;
    bytes[i] = value;
  }
  return at === text.length ? bytes : undefined;
}

/** The decimal digit at a place, or -1. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 0x30;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(16);
  let filled = 0;
  /** Where `::` stands for zeros. */
  let gap = -1;
  let at = text.startsWith("::") ? 1 : 0;
  while (at < text.length) {
    const start = at;
    let value = 0;
    for (let digit = hexDigitAt(text, at); digit >= 0; digit = hexDigitAt(text, ++at)) {
      value = value << 4 | digit;
    }
    if (at - start > 4) return undefined;
    const next = text.charCodeAt(at);
    if (next === 0x2e) {
      // The last four bytes may be written as an IPv4 address.
      const ipv4 = filled <= 12 ? parseIpv4(text.slice(start)) : undefined;
      if (ipv4 === undefined) return undefined;
      bytes.set(ipv4, filled);
      filled += 4;
      break;
    }
    if (at > start) {
      if (filled === 16) return undefined;
      bytes[filled++] = value >> 8;
      bytes[filled++] = value & 0xff;
    } else {
      if (next !== 0x3a || at === 0 || gap >= 0) return undefined;
      gap = filled;
    }
    if (at === text.length) break;
    if (next !== 0x3a) return undefined;
    at++;
    if (at === text.length && gap !== filled) return undefined;
  }
  if (gap < 0) return filled === 16 ? bytes : undefined;
  if (filled === 16) return undefined;
  bytes.copyWithin(16 - filled + gap, gap, filled);
  return bytes.fill(0, gap, 16 - filled + gap);
}

/** The hexadecimal digit at a place, or -1. */
function hexDigitAt(text: string, at: number): number {
  const digit = digitAt(text, at);
  if (digit >= 0) return digit;
  const letter = text.charCodeAt(at) | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The first of the longest runs of zero groups (RFC 5952 §4.2). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}
