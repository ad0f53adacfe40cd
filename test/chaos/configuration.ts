import type { Dice } from "@keepalived/simulation";

export type NodeName = "a" | "b";

export const nodeNames: readonly NodeName[] = ["a", "b"];

/** Seconds between two advertisements. */
export const intervalS = 0.2;

/** Until a backup takes over that hears nothing: three intervals and a skew that is shorter than one. */
export const activeDownUs: number = 4 * intervalS * 1_000_000;

/** A virtual router of the cluster, and the addresses that are wherever it is MASTER. */
export type Router = {
  readonly name: string;
  readonly id: number;
  readonly addresses: readonly string[];
};

/** V4 and V6 are one sync group. */
export const routers: readonly Router[] = [
  { name: "V4", id: 51, addresses: ["192.0.2.100", "192.0.2.110"] },
  { name: "V6", id: 52, addresses: ["fe80::100", "2001:db8::100"] },
  { name: "MAC", id: 53, addresses: ["192.0.2.101"] },
  { name: "MORE", id: 54, addresses: ["192.0.2.102"] },
];

/** What reloads change; both nodes always have the same. */
export type Plan = {
  /** The node that is to be MASTER, by virtual router. */
  readonly preferred: Readonly<Record<string, NodeName>>;
  readonly hasMore: boolean;
  /** Whether the address that goes with the first router goes with the third one. */
  readonly moved: boolean;
};

export const firstPlan: Plan = {
  preferred: { V4: "a", V6: "a", MAC: "b", MORE: "a" },
  hasMore: false,
  moved: false,
};

/** A plan with something else. */
export function otherPlan(plan: Plan, dice: Dice): Plan {
  const group = dice.pick(nodeNames);
  const [mac, more] = [dice.pick(nodeNames), dice.pick(nodeNames)];
  return {
    preferred: { V4: group, V6: group, MAC: mac, MORE: more },
    hasMore: dice.oneIn(2) ? !plan.hasMore : plan.hasMore,
    moved: dice.oneIn(2) ? !plan.moved : plan.moved,
  };
}

/** The virtual routers of a plan, with their addresses. */
export function routersOf(plan: Plan): readonly Router[] {
  const [mobile = ""] = routers[0]?.addresses.slice(1) ?? [];
  return routers.filter(({ name }) => name !== "MORE" || plan.hasMore).map((router) => {
    const rest = router.addresses.filter((address) => address !== mobile);
    const home = plan.moved ? "MAC" : "V4";
    return { ...router, addresses: router.name === home ? [...rest, mobile] : rest };
  });
}

/** The priority that a node has by a plan. */
export function priorityOf(plan: Plan, node: NodeName, router: string): number {
  return plan.preferred[router] === node ? 150 : 100;
}

/** The configuration file of a node. */
export function configurationOf(plan: Plan, node: NodeName): string {
  const more: Readonly<Record<string, string>> = {
    V4: "virtual_routes {\n198.51.100.0/24 via 192.0.2.3 dev eth0\n}\n",
    MAC: "use_vmac\n",
  };
  const instances = routersOf(plan).map(({ name, id, addresses }) =>
    `vrrp_instance ${name} {
interface eth0
virtual_router_id ${id}
priority ${priorityOf(plan, node, name)}
advert_int ${intervalS}
${more[name] ?? ""}virtual_ipaddress {
${addresses.map((it) => `${it}/${it.includes(":") ? 64 : 24}`).join("\n")}
}
}
`
  );
  // Without its last word the winner of a split does not know that others have learned the loser's MAC address.
  return `global_defs {
vrrp_version 3
vrrp_higher_prio_send_advert
script_user root
enable_script_security
}
vrrp_sync_group G {
group {
V4
V6
}
notify "/bin/true"
}
${instances.join("")}virtual_server 192.0.2.120 80 {
delay_loop 1
protocol TCP
lvs_method NAT
real_server 192.0.2.3 80 {
TCP_CHECK {
connect_timeout 1
}
}
}
`;
}
