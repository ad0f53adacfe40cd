/** A canonical 48-bit hardware address: `02:00:5e:10:00:0a`. */
export type MacAddress = string;

/** The canonical form of six hexadecimal groups with colons or hyphens, or undefined. */
export function parseMac(text: string): MacAddress | undefined {
  const groups = text.split(/[:-]/);
  if (groups.length !== 6 || !groups.every((group) => /^[0-9a-f]{1,2}$/i.test(group))) {
    return undefined;
  }
  return groups.map((group) => group.toLowerCase().padStart(2, "0")).join(":");
}

/** The six bytes of a canonical address. @throws RangeError if it is none */
export function macToBytes(address: MacAddress): Uint8Array {
  if (parseMac(address) === undefined) throw new RangeError(`Not a MAC address: ${address}`);
  return Uint8Array.from(address.split(/[:-]/), (group) => Number.parseInt(group, 16));
}

/** The canonical form of six bytes. @throws RangeError for another length */
export function formatMac(bytes: Uint8Array): MacAddress {
  if (bytes.length !== 6) throw new RangeError(`Not a MAC address: ${bytes.length} bytes`);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
