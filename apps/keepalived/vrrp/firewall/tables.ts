import type { Firewall as Settings } from "@keepalived/keepalived-config";
import {
  type Chain,
  counter,
  duplicate,
  type Element,
  equals,
  type Field,
  goTo,
  inPrefix,
  inSet,
  type KeyValue,
  notInSet,
  type Rule,
  type Table,
  type TableContent,
  verdict,
} from "@keepalived/netlink-nftables";
import { type FirewallConfig, type Place, type Wanted, wanted } from "./wanted.ts";

/** The number of an interface; undefined while there is none of that name. */
export type IndexOf = (name: string) => number | undefined;

/** What rules are made with. */
type Means = { readonly settings: Settings; readonly indexOf: IndexOf };

const VMAC_MAP = "vmac_map";
const IGMP = 2;
const icmpv6 = {
  mldReport: 131,
  mldDone: 132,
  routerSolicitation: 133,
  neighbourSolicitation: 135,
  neighbourAdvertisement: 136,
  mld2Report: 143,
} as const;
const linkLocal = { address: "fe80::", prefixLength: 10 } as const;

const accept = verdict("accept");
const drop = verdict("drop");

/** The tables of both families, whether they are wanted or not; `nftables` names them. */
export function tablesOf({ nftables = "keepalived" }: Settings): readonly Table[] {
  return [{ family: "ip", name: nftables }, { family: "ip6", name: nftables }];
}

/** The tables that a configuration wants, with all that they hold. */
export function wantedTables(config: FirewallConfig, indexOf: IndexOf): readonly TableContent[] {
  const { firewall: settings, disableLocalIgmp } = config.global;
  const means = { settings, indexOf };
  const [ip, ip6] = tablesOf(settings);
  const ipv4 = wanted(config, 4);
  // With the kernel silent about link-local groups there is nothing to take off the devices.
  const contents = [
    { table: ip, ...ipv4Content({ ...ipv4, vmacs: disableLocalIgmp ? [] : ipv4.vmacs }, means) },
    { table: ip6, ...ipv6Content(wanted(config, 6), means) },
  ];
  return contents.flatMap(({ table, sets, chains }) =>
    table === undefined || chains.length === 0 ? [] : [{ table, sets, chains }]
  );
}

type Content = Omit<TableContent, "table">;
type FilledSet = Content["sets"][number];

/**
 * IGMP that leaves a device with a virtual MAC address goes out on the interface below instead: switches learn from it
 * where groups are wanted, and must not learn there where the virtual MAC address is.
 */
function ipv4Content({ blocked, vmacs }: Wanted, means: Means): Content {
  const sets: FilledSet[] = [];
  const input: Rule[] = [];
  const output: Rule[] = [];
  if (vmacs.length > 0) {
    sets.push(vmacMap(vmacs, means));
    const move = duplicate("ip daddr", "oifname", VMAC_MAP);
    output.push(rule([equals("ip protocol", IGMP), move], drop, means));
  }
  if (blocked.length > 0) {
    sets.push({ name: "vips", key: ["ipv4_addr"], elements: blocked.map(elementOf) });
    // The copies on the interface below come from virtual addresses.
    if (vmacs.length > 0) output.push(rule([equals("ip protocol", IGMP)], accept, means));
    input.push(rule([inSet(["ip daddr"], "vips")], drop, means));
    output.push(rule([inSet(["ip saddr"], "vips")], drop, means));
  }
  return { sets, chains: baseChains(input, output, means) };
}

/** As for IPv4; neighbour discovery always passes, or nobody could send packets on through the addresses. */
function ipv6Content(want: Wanted, means: Means): Content {
  const sets: FilledSet[] = [];
  const input: Rule[] = [];
  const output: Rule[] = [];
  const others: Content["chains"][number][] = [];
  if (want.vmacs.length > 0) {
    sets.push(...vmacSets(want, means));
    output.push(...vmacRules(means));
  }
  if (want.blocked.length + want.blockedLinkLocal.length > 0) {
    const discovery = [icmpv6.neighbourSolicitation, icmpv6.neighbourAdvertisement];
    sets.push(constantTypes("neighbor-discovery", discovery));
    for (const rules of [input, output]) {
      rules.push(rule([inSet(["icmpv6 type"], "neighbor-discovery")], accept, means));
    }
  }
  if (want.blockedLinkLocal.length > 0) {
    const { settings: { nftablesIfindex: byIndex } } = means;
    const name = byIndex ? "vips_link_local" : "vips_link_local_name";
    const key = ["ipv6_addr", byIndex ? "iface_index" : "ifname"] as const;
    sets.push({ name, key, elements: placeElements(want.blockedLinkLocal, byIndex, means) });
    for (
      const [rules, chain, fields] of [
        [input, "in_link_local", ["ip6 daddr", byIndex ? "iif" : "iifname"]],
        [output, "out_link_local", ["ip6 saddr", byIndex ? "oif" : "oifname"]],
      ] as const
    ) {
      rules.push(rule([inPrefix(fields[0], linkLocal)], goTo(chain), means));
      others.push({ name: chain, rules: [rule([inSet(fields, name)], drop, means)] });
    }
  }
  if (want.blocked.length > 0) {
    sets.push({ name: "vips", key: ["ipv6_addr"], elements: want.blocked.map(elementOf) });
    input.push(rule([inSet(["ip6 daddr"], "vips")], drop, means));
    output.push(rule([inSet(["ip6 saddr"], "vips")], drop, means));
  }
  return { sets, chains: [...baseChains(input, output, means), ...others] };
}

function vmacSets({ vmacs, vmacLinkLocal }: Wanted, means: Means): readonly FilledSet[] {
  return [
    vmacMap(vmacs, means),
    { name: "vmac_set", key: ["ifname"], elements: vmacs.map(({ name }) => elementOf(name)) },
    {
      name: "vmac_link_local",
      key: ["ipv6_addr", "ifname"],
      elements: placeElements(vmacLinkLocal, false, means),
    },
    constantTypes("mld-report", [icmpv6.mldReport, icmpv6.mldDone, icmpv6.mld2Report]),
  ];
}

/**
 * What must not leave a device with a virtual MAC address: that it had the link-local address of the interface below, which
 * it needs to send advertisements; MLD, which goes out below as IGMP does; and questions for routers.
 */
function vmacRules(means: Means): readonly Rule[] {
  const onVmac = inSet(["oifname"], "vmac_set");
  const own: readonly Field[] = ["ip6 saddr", "oifname"];
  return [
    rule(
      [
        equals("icmpv6 type", icmpv6.neighbourAdvertisement),
        onVmac,
        inPrefix("ip6 saddr", linkLocal),
        notInSet(own, "vmac_link_local"),
      ],
      drop,
      means,
    ),
    rule(
      [
        inSet(["icmpv6 type"], "mld-report"),
        duplicate("ip6 daddr", "oifname", VMAC_MAP),
      ],
      drop,
      means,
    ),
    rule([equals("icmpv6 type", icmpv6.routerSolicitation), onVmac], drop, means),
  ];
}

/** From the name of each device to the number of the interface below; without those that are not there. */
function vmacMap(vmacs: Wanted["vmacs"], { indexOf }: Means): FilledSet {
  const elements = vmacs.flatMap(({ name, base }) => {
    const value = indexOf(base);
    return value === undefined ? [] : [{ key: [name], value }];
  });
  return { name: VMAC_MAP, key: ["ifname"], value: "iface_index", elements };
}

function placeElements(
  places: readonly Place[],
  byIndex: boolean,
  { indexOf }: Means,
): readonly Element[] {
  return places.flatMap(({ address, interface: name }) => {
    const where = byIndex ? indexOf(name) : name;
    return where === undefined ? [] : [{ key: [address, where] }];
  });
}

function constantTypes(name: string, types: readonly number[]): FilledSet {
  return { name, key: ["icmpv6_type"], constant: true, elements: types.map(elementOf) };
}

function elementOf(part: KeyValue): Element {
  return { key: [part] };
}

function rule(matches: Rule, end: Rule[number], { settings }: Means): Rule {
  return [...matches, ...settings.nftablesCounters ? [counter] : [], end];
}

/** Chains at the hooks of what comes in and goes out, without those that have nothing to do. */
function baseChains(
  input: readonly Rule[],
  output: readonly Rule[],
  { settings: { nftablesPriority: priority } }: Means,
): Content["chains"] {
  const chain = (name: string, hook: "input" | "output"): Chain => ({
    name,
    base: { type: "filter", hook, priority, policy: "accept" },
  });
  return [
    { ...chain("in", "input"), rules: input },
    { ...chain("out", "output"), rules: output },
  ].filter(({ rules }) => rules.length > 0);
}
