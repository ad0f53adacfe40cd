/** What kind of packets a table sees. */
export type Family = keyof typeof families;

const families = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;

/** `NFPROTO_*` of a family. */
export function numberOfFamily(family: Family): number {
  return families[family];
}

export function familyOfNumber(number: number): Family | undefined {
  return (Object.keys(families) as Family[]).find((family) => families[family] === number);
}
