/** Random configurations that make sense, and random changes of them, as an operator might make before a reload. */

import type { Dice } from "@keepalived/simulation";
import { type Address, type Family, type Instance, own, type Plan, vmacs } from "./plan.ts";

const devices = ["eth0", "eth1"] as const;
const names = ["A", "B", "C", "D", "E", "F", "G", "H"];
const ids = [51, 52, 53, 54, 55, 56];

/** Lines of an instance that may come and go. `eth2` is down. */
const switches = [
  "no_accept",
  "nopreempt",
  "promote_secondaries",
  "garp_master_refresh 1",
  "garp_master_repeat 1",
  "track_interface {\neth1 weight 3\n}",
  "accept",
  "lower_prio_no_advert on",
  "dont_track_primary",
  "preempt_delay 3",
  "track_interface {\neth2\n}",
  "vmac_xmit_base",
  "use_vmac_addr",
  "mcast_dst_ip GROUP",
  "skip_check_adv_addr",
];

const globals = [
  "nftables_counters",
  "nftables_ifindex",
  "vrrp_garp_master_repeat 2",
  "vrrp_garp_interval 0.001",
  "vrrp_higher_prio_send_advert",
];

/** The first configuration of a chain. */
export function firstPlan(dice: Dice): Plan {
  let plan: Plan = { instances: [], groups: [], addresses: [], routes: [], rules: [], global: [] };
  const count = dice.integer(1, 4);
  for (let i = 0; i < count; i++) plan = addInstance(plan, dice);
  for (let i = 0; i < 4; i++) plan = change(plan, dice);
  return plan;
}

/** A configuration with a few changes; it may also be the same. */
export function nextPlan(plan: Plan, dice: Dice): Plan {
  let next = plan;
  for (let i = dice.integer(1, 4); i > 0; i--) next = change(next, dice);
  return next;
}

type Change = (plan: Plan, dice: Dice) => Plan;

/** The more often one stands here, the more often it is taken. */
const changes: readonly Change[] = [
  addInstance,
  removeInstance,
  ofInstance((it, plan, dice) => ({ ...it, name: unused(names, plan.instances, "name", dice) })),
  ofInstance((it, plan, dice) => ({ ...it, id: unused(ids, plan.instances, "id", dice) })),
  ofInstance((it, _, dice) => ({ ...it, priority: dice.integer(1, 254) })),
  ofInstance((it, _, dice) => ({ ...it, interval: dice.integer(1, 3) })),
  ofInstance((it, _, dice) => ({ ...it, lines: toggled(it.lines, dice.pick(switches)) })),
  ofInstance((it, _, dice) => ({ ...it, lines: toggled(it.lines, dice.pick(switches)) })),
  ofInstance((it, _, dice) => ({ ...it, vmac: dice.pick(vmacs) })),
  ofInstance((it, _, dice) => ({ ...it, vmac: dice.pick(vmacs) })),
  ofInstance((it) => ({ ...it, unicast: !it.unicast })),
  ofInstance((it, plan, dice) => ({
    ...it,
    addresses: dice.shuffle([...it.addresses, newAddress(it.family, plan, dice)]),
  })),
  ofInstance((it, plan, dice) => ({
    ...it,
    excluded: [...it.excluded, newAddress(dice.pick([4, 6]), plan, dice)],
  })),
  ofInstance((it, _, dice) => ({ ...it, addresses: dice.shuffle(it.addresses).slice(1) })),
  ofInstance((it, _, dice) => ({ ...it, excluded: dice.shuffle(it.excluded).slice(1) })),
  ofInstance((it, _, dice) => ({ ...it, addresses: dice.shuffle(it.addresses) })),
  ofInstance((it, _, dice) => ({ ...it, addresses: oneChanged(it.addresses, dice) })),
  ofInstance((it, _, dice) => ({ ...it, excluded: oneChanged(it.excluded, dice) })),
  ofInstance((it) => ({
    ...it,
    addresses: it.addresses.slice(0, 1),
    excluded: [...it.addresses.slice(1), ...it.excluded],
  })),
  ofInstance((it, _, dice) => ({ ...it, routes: toggled(it.routes, newRoute(it, dice)) })),
  ofInstance((it, _, dice) => ({ ...it, routes: it.routes.slice(dice.integer(0, 1)) })),
  ofInstance((it, _, dice) => ({ ...it, rules: toggled(it.rules, newRule(dice)) })),
  moveAddress,
  moveAddress,
  moveRouting,
  swap("id"),
  swap("id"),
  swap("name"),
  swap("addresses"),
  swap("dev"),
  swap("device"),
  (plan, dice) => ({ ...plan, instances: dice.shuffle(plan.instances) }),
  changeGroups,
  changeGroups,
  changeGroups,
  (plan, dice) => ({
    ...plan,
    addresses: [...plan.addresses, newAddress(dice.pick([4, 6]), plan, dice)],
  }),
  (plan, dice) => ({ ...plan, addresses: dice.shuffle(plan.addresses).slice(1) }),
  (plan, dice) => ({ ...plan, addresses: oneChanged(plan.addresses, dice) }),
  staticToVirtual,
  (plan, dice) => ({ ...plan, routes: toggled(plan.routes, staticRoute(dice)) }),
  (plan, dice) => ({ ...plan, rules: toggled(plan.rules, newRule(dice)) }),
  (plan, dice) => ({ ...plan, global: toggled(plan.global, dice.pick(globals)) }),
];

function change(plan: Plan, dice: Dice): Plan {
  return valid(dice.pick(changes)(plan, dice)) ?? plan;
}

/** The plan, or undefined if it is not one that an operator could mean. */
function valid(plan: Plan): Plan | undefined {
  const { instances } = plan;
  if (instances.some(({ addresses }) => addresses.length === 0)) return undefined;
  const of = (...parts: (keyof Instance)[]) =>
    instances.map((it) => parts.map((part) => it[part]).join());
  for (const all of [of("name"), of("dev", "family", "id")]) {
    if (new Set(all).size < all.length) return undefined;
  }
  const known = new Set(of("name"));
  const groups = plan.groups.map((members) => members.filter((name) => known.has(name)));
  return { ...plan, groups: groups.filter((members) => members.length > 0) };
}

function addInstance(plan: Plan, dice: Dice): Plan {
  const dev = dice.pick(devices);
  const family = dice.oneIn(4) ? 6 : 4;
  const instance: Instance = {
    name: unused(names, plan.instances, "name", dice),
    dev,
    family,
    id: unused(ids, plan.instances, "id", dice),
    priority: dice.integer(50, 250),
    interval: 1,
    addresses: [newAddress(family, plan, dice)],
    excluded: [],
    routes: [],
    rules: [],
    device: unused(ids, plan.instances, "device", dice),
    vmac: dice.oneIn(3) ? "use_vmac" : "",
    unicast: dice.oneIn(5),
    lines: [],
  };
  if (plan.instances.length >= 5) return plan;
  return { ...plan, instances: [...plan.instances, instance] };
}

function removeInstance(plan: Plan, dice: Dice): Plan {
  if (plan.instances.length < 2) return plan;
  return { ...plan, instances: dice.shuffle(plan.instances).slice(1) };
}

function ofInstance(act: (it: Instance, plan: Plan, dice: Dice) => Instance): Change {
  return (plan, dice) => {
    const chosen = dice.pick(plan.instances);
    const next = act(chosen, plan, dice);
    return {
      ...plan,
      instances: plan.instances.map((it) => it === chosen ? next : it),
      groups: plan.groups.map((all) => all.map((it) => it === chosen.name ? next.name : it)),
    };
  };
}

/** Two instances exchange something. */
function swap(part: "id" | "name" | "addresses" | "dev" | "device"): Change {
  return (plan, dice) => {
    const [one, two] = dice.shuffle(plan.instances);
    if (one === undefined || two === undefined || one.family !== two.family) return plan;
    const taken = (it: Instance) =>
      it === one ? { ...it, [part]: two[part] } : it === two ? { ...it, [part]: one[part] } : it;
    return { ...plan, instances: plan.instances.map(taken) };
  };
}

/** An address goes to another instance. */
function moveAddress(plan: Plan, dice: Dice): Plan {
  const [one, two] = dice.shuffle(plan.instances);
  const moved = one?.addresses[1] ?? one?.addresses[0];
  if (one === undefined || two === undefined || moved === undefined) return plan;
  if (one.family !== two.family) return plan;
  return {
    ...plan,
    instances: plan.instances.map((it) => {
      if (it === one) return { ...it, addresses: it.addresses.filter((other) => other !== moved) };
      return it === two ? { ...it, addresses: [...it.addresses, moved] } : it;
    }),
  };
}

/** Routes and rules go to another instance, or become static. */
function moveRouting(plan: Plan, dice: Dice): Plan {
  const [one, two] = dice.shuffle(plan.instances);
  if (one === undefined) return plan;
  const none = { routes: [], rules: [] };
  const portable = one.routes.filter((route) => !/ src /.test(route));
  if (two === undefined || dice.oneIn(2)) {
    return {
      ...plan,
      instances: plan.instances.map((it) => it === one ? { ...it, ...none } : it),
      routes: [...new Set([...plan.routes, ...portable])],
      rules: [...new Set([...plan.rules, ...one.rules])],
    };
  }
  const { routes, rules } = two;
  return {
    ...plan,
    instances: plan.instances.map((it) => {
      if (it === one) return { ...it, ...none };
      if (it !== two) return it;
      return {
        ...it,
        routes: [...new Set([...routes, ...portable])],
        rules: [...new Set([...rules, ...one.rules])],
      };
    }),
  };
}

function staticToVirtual(plan: Plan, dice: Dice): Plan {
  const [moved, ...rest] = dice.shuffle(plan.addresses);
  const to = dice.pick(plan.instances);
  if (moved === undefined) return plan;
  return {
    ...plan,
    addresses: rest,
    instances: plan.instances.map((it) =>
      it === to ? { ...it, excluded: [...it.excluded, moved] } : it
    ),
  };
}

function changeGroups(plan: Plan, dice: Dice): Plan {
  const { name } = dice.pick(plan.instances);
  const others = plan.groups.map((all) => all.filter((it) => it !== name));
  const into = dice.integer(0, 2);
  if (into === 2) return { ...plan, groups: others };
  return { ...plan, groups: [0, 1].map((i) => [...others[i] ?? [], ...i === into ? [name] : []]) };
}

/** An address that nobody has. */
function newAddress(family: Family, plan: Plan, dice: Dice): Address {
  const all = [
    ...plan.addresses,
    ...plan.instances.flatMap(({ addresses, excluded }) => [...addresses, ...excluded]),
  ];
  const used = new Set(all.map(({ address }) => address));
  for (;;) {
    const dev = dice.pick(devices);
    const host = dice.integer(10, 40);
    const network = dice.oneIn(2) ? own[dev] : "10.9.0";
    const address = family === 4 ? `${network}.${host}` : `2001:db8:${dice.integer(1, 2)}::${host}`;
    if (used.has(address)) continue;
    const length = family === 4 ? dice.pick([24, 32]) : dice.pick([64, 128]);
    return { address, length, dev, extra: dice.oneIn(4) ? "no_track" : "" };
  }
}

/** One address with another length, interface, scope or label. */
function oneChanged(all: readonly Address[], dice: Dice): readonly Address[] {
  if (all.length === 0) return all;
  const chosen = dice.pick(all);
  const { address, length, dev } = chosen;
  const is6 = address.includes(":");
  const other = dice.pick([
    { length: is6 ? 192 - length : 56 - length },
    { dev: dev === "eth0" ? "eth1" : "eth0" },
    { extra: "no_track" },
    { extra: is6 ? "preferred_lft 0" : "scope link" },
    { extra: is6 ? "-nodad" : `label ${dev}:1` },
    { extra: is6 ? "mngtmpaddr" : `brd ${address.replace(/\d+$/, "255")}` },
  ]);
  return all.map((it) => it === chosen ? { ...it, ...other } : it);
}

function newRoute(it: Instance, dice: Dice): string {
  const source = it.addresses.find(({ address }) => !address.includes(":"));
  if (it.family === 6) return `2001:db8:${dice.integer(5, 9)}::/48 dev ${it.dev}`;
  const via = `via ${own[it.dev]}.254 dev ${it.dev}`;
  const from = source === undefined ? "" : ` src ${source.address}`;
  const ways = [via, `dev ${it.dev}`, via + from, `${via} table 200`, `${via} metric 7`];
  return `10.${dice.integer(1, 6)}.0.0/16 ${dice.pick(ways)}`;
}

function staticRoute(dice: Dice): string {
  const dev = dice.pick(devices);
  const ways = [`via ${own[dev]}.254 dev ${dev}`, `dev ${dev} table 201`, `dev ${dev} metric 9`];
  return `10.${dice.integer(1, 9)}.0.0/16 ${dice.pick(ways)}`;
}

function newRule(dice: Dice): string {
  const [network, table] = [dice.integer(1, 4), dice.integer(200, 202)];
  return `from 10.${network}.0.0/16 table ${table} preference ${10 * network + table}`;
}

/** With the line if it was not there, without if it was. */
function toggled(all: readonly string[], line: string): readonly string[] {
  return all.includes(line) ? all.filter((other) => other !== line) : [...all, line];
}

function unused<Key extends "name" | "id" | "device">(
  pool: readonly Instance[Key][],
  instances: readonly Instance[],
  key: Key,
  dice: Dice,
): Instance[Key] {
  const used = new Set(instances.map((it) => it[key]));
  return dice.pick(pool.filter((one) => !used.has(one)));
}
