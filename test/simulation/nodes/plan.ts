import { Dice } from "@keepalived/simulation";

const SECOND = 1_000_000;

/** What a node's part in a segment is. */
export type InstancePlan = {
  readonly segment: number;
  readonly priority: number;
  readonly intervalUs: number;
  readonly addresses: readonly string[];
};

/** What a node is configured to be. */
export type NodePlan = {
  readonly instances: readonly InstancePlan[];
  readonly preempts: boolean;
  readonly preemptDelayS: number;
  readonly state: "MASTER" | "BACKUP";
};

/** What a network is, from one seed. */
export type NetworkPlan = {
  readonly seed: number;
  readonly version: 2 | 3;
  /** By segment. */
  readonly families: readonly (4 | 6)[];
  readonly isUnicast: boolean;
  readonly isGrouped: boolean;
  readonly nodes: readonly NodePlan[];
  /** Whether hosts have a loopback interface, on which nodes rehearse. */
  readonly hasLoopback: boolean;
};

/** A network of two to four nodes on one to three segments. */
export function planOf(dice: Dice, seed: number): NetworkPlan {
  const version = dice.pick([2, 3] as const);
  const segments = dice.integer(1, 3);
  const families = Array.from(
    { length: segments },
    () => version === 3 && dice.oneIn(3) ? 6 : 4 as const,
  );
  const isUnicast = dice.oneIn(4);
  const isGrouped = segments > 1 && dice.oneIn(2);
  const intervalsUs = Array.from(
    { length: segments },
    () => dice.pick(version === 2 ? [SECOND, 2 * SECOND] : [SECOND / 2, SECOND, 3 * SECOND]),
  );
  const hasEquals = dice.oneIn(5);
  const priorities = dice.shuffle([20, 50, 100, 150, 200, 254]);
  const preempts = !dice.oneIn(4);
  const nodes = Array.from({ length: dice.integer(2, 4) }, (_, node): NodePlan => ({
    preempts: preempts || dice.oneIn(2),
    preemptDelayS: dice.oneIn(8) ? 2 : 0,
    state: preempts && dice.oneIn(4) ? "MASTER" : "BACKUP",
    instances: families.map((family, segment) => ({
      segment,
      priority: hasEquals ? 100 : priorities[(node + (isGrouped ? 0 : segment)) % 6] ?? 100,
      intervalUs: intervalsUs[segment] ?? SECOND,
      addresses: addressesOf(family, segment, dice.integer(1, 2)),
    })),
  }));
  // All that share a virtual router have the same addresses.
  const shared = nodes.map((node) => ({
    ...node,
    instances: node.instances.map((it, segment) => ({
      ...it,
      addresses: nodes[0]?.instances[segment]?.addresses ?? it.addresses,
    })),
  }));
  const hasLoopback = dice.oneIn(20);
  return { seed, version, families, isUnicast, isGrouped, nodes: shared, hasLoopback };
}

function addressesOf(family: 4 | 6, segment: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    if (family === 4) return `10.0.${segment}.${200 + i}`;
    return i === 0 ? `fe80::${segment + 1}:200` : `2001:db8:${segment + 1}::${200 + i}`;
  });
}

/** A node's own address on a segment. */
export function ownAddress(family: 4 | 6, segment: number, node: number): string {
  return family === 4 ? `10.0.${segment}.${10 + node}` : `fe80::${segment + 1}:${10 + node}`;
}

/** `keepalived.conf` of a node. */
export function configText(plan: NetworkPlan, index: number): string {
  const node = plan.nodes[index];
  if (node === undefined) throw new RangeError(`No node ${index}`);
  const instances = node.instances.map((it) => instanceText(plan, node, it, index));
  const names = node.instances.map(({ segment }) => `VI_${segment}`);
  const group = plan.isGrouped
    ? `vrrp_sync_group ALL {\n group {\n  ${names.join("\n  ")}\n }\n}\n`
    : "";
  return `global_defs {\n router_id node${index}\n dynamic_interfaces\n vrrp_version ${plan.version}\n}\n` +
    `${group}${instances.join("")}`;
}

function instanceText(
  plan: NetworkPlan,
  node: NodePlan,
  { segment, priority, intervalUs, addresses }: InstancePlan,
  index: number,
): string {
  const family = plan.families[segment] ?? 4;
  const peers = plan.nodes.flatMap((_, i) => i === index ? [] : [ownAddress(family, segment, i)]);
  return [
    `vrrp_instance VI_${segment} {`,
    ` state ${node.state}`,
    ` interface eth${segment}`,
    ` virtual_router_id ${51 + segment}`,
    ` priority ${priority}`,
    ` advert_int ${intervalUs / SECOND}`,
    ...(node.preempts ? [] : [" nopreempt"]),
    ...(node.preempts && node.preemptDelayS > 0 ? [` preempt_delay ${node.preemptDelayS}`] : []),
    ...(plan.isUnicast
      ? [
        ` unicast_src_ip ${ownAddress(family, segment, index)}`,
        ` unicast_peer {\n  ${peers.join("\n  ")}\n }`,
      ]
      : []),
    ` virtual_ipaddress {\n  ${
      addresses.map((it) => `${it}/${family === 4 ? 24 : 64}`).join("\n  ")
    }\n }`,
    "}\n",
  ].join("\n");
}

/** How long a network needs to come to rest, and more than the longest wait of one router. */
export function timesOf(
  { nodes }: NetworkPlan,
): { readonly quietUs: number; readonly calmUs: number } {
  const all = nodes.flatMap(({ instances }) => instances.map(({ intervalUs }) => intervalUs));
  const intervalUs = Math.max(...all);
  const calmUs = SECOND / 2 + 3 * intervalUs + Math.max(SECOND, intervalUs);
  const delayUs = Math.max(...nodes.map(({ preemptDelayS }) => preemptDelayS * SECOND));
  return { calmUs, quietUs: delayUs + 3 * calmUs };
}
