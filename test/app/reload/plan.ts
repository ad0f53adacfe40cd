/** Configurations as data that is easily changed, and as text. */

export type Family = 4 | 6;

/** An address line without what can be derived. */
export type Address = {
  readonly address: string;
  readonly length: number;
  readonly dev: string;
  readonly extra: string;
};

export type Instance = {
  readonly name: string;
  readonly dev: string;
  readonly family: Family;
  readonly id: number;
  readonly priority: number;
  /** Hundredths of a second. */
  readonly interval: number;
  readonly addresses: readonly Address[];
  readonly excluded: readonly Address[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  /** What is in the name of its VMAC, if that is given. */
  readonly device: number;
  readonly vmac: (typeof vmacs)[number];
  readonly unicast: boolean;
  readonly lines: readonly string[];
};

/** A configuration, to be changed and printed. */
export type Plan = {
  readonly instances: readonly Instance[];
  /** Names of members. */
  readonly groups: readonly (readonly string[])[];
  readonly addresses: readonly Address[];
  readonly routes: readonly string[];
  readonly rules: readonly string[];
  readonly global: readonly string[];
};

/** What the hosts have on each interface. */
export const own: Readonly<Record<string, string>> = { eth0: "192.0.2", eth1: "198.51.100" };

/** The ways to have a VMAC or none. */
export const vmacs = ["", "use_vmac", "use_vmac NAME", "use_vmac NAME 02:00:00:00:01:ID"] as const;

/** Words by which `ip` lets know the objects of the chosen instances; with those of others, the static ones too. */
export function objectsOf(plan: Plan, isChosen: (name: string) => boolean): readonly string[] {
  const holders = [
    ...plan.instances.filter(({ name }) => isChosen(name)),
    ...isChosen("") ? [plan] : [],
  ];
  return holders.flatMap((it) => [
    ...[...it.addresses, ..."excluded" in it ? it.excluded : []]
      .map(({ address, length }) => `${address}/${length}`),
    ...it.routes.map((route) => route.split(" ")[0] ?? ""),
    ...it.rules.map((rule) => `${/\d+$/.exec(rule)?.[0]}:`),
  ]);
}

/** The text of the configuration file. */
export function printPlan({ instances, groups, addresses, routes, rules, global }: Plan): string {
  return [
    block("global_defs", ["dynamic_interfaces", ...global]),
    block("static_ipaddress", addresses.map(printAddress)),
    block("static_routes", routes),
    block("static_rules", rules),
    ...groups.map((members, i) => block(`vrrp_sync_group S${i}`, [block("group", members)])),
    ...instances.map(printInstance),
  ].join("\n");
}

function printInstance(it: Instance): string {
  const { dev, family, vmac, unicast } = it;
  const peer = family === 4 ? `${own[dev]}.9` : "fe80::9";
  return block(`vrrp_instance ${it.name}`, [
    "version 3",
    `interface ${dev}`,
    `virtual_router_id ${it.id}`,
    `priority ${it.priority}`,
    `advert_int 0.0${it.interval}`,
    vmac.replace("NAME", `own.${it.device}`).replace("ID", String(it.id)),
    ...unicast ? [block("unicast_peer", [peer])] : [],
    ...it.lines.map((line) => line.replace("GROUP", family === 4 ? "224.0.0.99" : "ff02::99")),
    block("virtual_ipaddress", it.addresses.map(printAddress)),
    ...it.excluded.length === 0
      ? []
      : [block("virtual_ipaddress_excluded", it.excluded.map(printAddress))],
    ...it.routes.length === 0 ? [] : [block("virtual_routes", it.routes)],
    ...it.rules.length === 0 ? [] : [block("virtual_rules", it.rules)],
  ]);
}

function printAddress({ address, length, dev, extra }: Address): string {
  return `${address}/${length} dev ${dev} ${extra}`.trim();
}

function block(head: string, lines: readonly string[]): string {
  return `${head} {\n${lines.join("\n")}\n}`;
}
