import { familyOf } from "@keepalived/ip-address";
import type { Firewall } from "@keepalived/keepalived-config";
import { addressesOf } from "@keepalived/lvs-pool";
import {
  counter,
  type Element,
  equals,
  type KeyType,
  type Rule,
  setMark,
  type Table,
  type TableContent,
  verdict,
} from "@keepalived/netlink-nftables";
import type { Marking } from "./group_marks.ts";

const families = [
  { number: 4, name: "ip", address: "ipv4_addr" },
  { number: 6, name: "ip6", address: "ipv6_addr" },
] as const;
type Family = (typeof families)[number];

const protocols = { tcp: 6, udp: 17, sctp: 132 } as const;
type Protocol = keyof typeof protocols;

type FilledMap = TableContent["sets"][number];

/** The tables of both families, whether they are wanted or not; none without `nftables_ipvs`. */
export function tablesOf({ nftablesIpvs }: Firewall): readonly Table[] {
  if (nftablesIpvs === undefined) return [];
  return families.map(({ name }) => ({ family: name, name: nftablesIpvs }));
}

/** The tables that give packets for this host their marks, before IPVS looks at them. */
export function markingTables(
  settings: Firewall,
  markings: readonly Marking[],
): readonly TableContent[] {
  const { nftablesIpvsPriority: priority, nftablesCounters } = settings;
  const end = [...nftablesCounters ? [counter] : [], verdict("return")];
  return tablesOf(settings).flatMap((table, i) => {
    const family = families[i] ?? families[0];
    const maps = (Object.keys(protocols) as Protocol[]).flatMap((protocol) => [
      portMap(markings, protocol, family),
      addressMap(markings, protocol, family),
    ]).filter(({ map }) => map.elements.length > 0);
    if (maps.length === 0) return [];
    const base = { type: "filter", hook: "input", priority, policy: "accept" } as const;
    const rules = maps.map(({ rule }) => [...rule, ...end]);
    return [{ table, sets: maps.map(({ map }) => map), chains: [{ name: "in", base, rules }] }];
  });
}

/** A map, and the beginning of the rule that looks packets up in it. */
type Lookup = { readonly map: FilledMap; readonly rule: Rule };

/** Of members with a port. */
function portMap(markings: readonly Marking[], protocol: Protocol, family: Family): Lookup {
  const map = filled(markings, protocol, family, {
    name: `${protocol}_map`,
    key: [family.address, "inet_service"],
    isPortless: false,
  });
  return { map, rule: [setMark([`${family.name} daddr`, `${protocol} dport`], map.name)] };
}

/** Of members for all ports. */
function addressMap(markings: readonly Marking[], protocol: Protocol, family: Family): Lookup {
  const map = filled(markings, protocol, family, {
    name: `${protocol}_address_map`,
    key: [family.address],
    isPortless: true,
  });
  const rule = [
    equals("meta l4proto", protocols[protocol]),
    setMark([`${family.name} daddr`], map.name),
  ];
  return { map, rule };
}

/** With each key once, and the first mark that it is to get. */
function filled(
  markings: readonly Marking[],
  protocol: Protocol,
  family: Family,
  { name, key, isPortless }: {
    readonly name: string;
    readonly key: readonly KeyType[];
    readonly isPortless: boolean;
  },
): FilledMap {
  const elements = new Map<string, Element>();
  for (const { mark, addresses } of markings.filter((it) => it.protocol === protocol)) {
    for (const range of addresses) {
      if (familyOf(range.first) !== family.number || (range.port === 0) !== isPortless) continue;
      for (const address of addressesOf(range)) {
        const its = isPortless ? [address] : [address, range.port];
        if (!elements.has(its.join())) elements.set(its.join(), { key: its, value: mark });
      }
    }
  }
  return { name, key, value: "mark", elements: [...elements.values()] };
}
