/**
 * Reloads that change anything about virtual servers: the kernel ends with the table that a fresh start makes, and nothing
 * is asked for of what is in both configurations, counted on what goes to the kernel.
 *
 * More of them: `SEED=100 CHAINS=50 tools/guest/run -- node --test test/ipvs/reload_operations_test.ts`.
 */

import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import { NETLINK_GENERIC } from "@keepalived/linux";
import { decodeFamily, getFamily } from "@keepalived/netlink-codec";
import {
  describeDestination,
  describeKey,
  describeService,
  IPVS_FAMILY,
} from "@keepalived/netlink-ipvs";
import { NetlinkConnection } from "@keepalived/reactor";
import { Dice } from "@keepalived/simulation";
import { CheckProcess } from "../../apps/keepalived/check/check_process.ts";
import { KernelBench, run } from "./kernel.ts";
import { RequestMonitor } from "./request_monitor.ts";

const chains = Number(process.env["CHAINS"] ?? 8);
const firstSeed = Number(process.env["SEED"] ?? 1);
const reloads = 6;

test("reloads end where fresh starts do, and do not touch what is in both configurations", async () => {
  await using bench = await KernelBench.open();
  using monitor = await monitorOf(bench);
  let kept = 0;
  for (let seed = firstSeed; seed < firstSeed + chains; seed++) {
    const plans = chainOf(seed);
    const fresh: Table[] = [];
    for (const plan of plans) {
      const check = await start(bench, plan);
      fresh.push(await tableOf(bench));
      await check.stop();
    }
    const [first = [], ...others] = plans;
    const check = await start(bench, first);
    for (const [i, plan] of others.entries()) {
      const before = await tableOf(bench);
      monitor.take();
      await check.configure(configOf(plan));
      const asked = new Set(monitor.take());
      const after = await tableOf(bench);
      const story = `seed ${seed}\n${textOf(plans[i] ?? [])}\n=== to ===\n${textOf(plan)}`;
      assert.deepEqual(after, fresh[i + 1], story);
      const inBoth = [...after].filter(([name, content]) => before.get(name) === content);
      assert.deepEqual(inBoth.filter(([name]) => asked.has(name) || asked.has("all")), [], story);
      // And what differs was seen, or the monitor would be blind.
      for (const name of differing(before, after)) assert.ok(asked.has(name), `${name}\n${story}`);
      kept += inBoth.length;
    }
    await check.stop();
  }
  assert.ok(kept > chains * reloads, `only ${kept} objects were in both`);
  assert.deepEqual(bench.news().filter((line) => !/^(info|notice)/.test(line)), []);
});

test("the monitor sees what others ask for too", async () => {
  await using bench = await KernelBench.open();
  using monitor = await monitorOf(bench);
  run("ipvsadm -A -t 192.0.2.9:80 -s rr");
  run("ipvsadm -a -t 192.0.2.9:80 -r 10.0.0.9:80 -m");
  run("ipvsadm -A -f 7 -6 -s rr");
  run("ipvsadm -C");
  assert.deepEqual(monitor.take(), [
    "-t 192.0.2.9:80",
    "-t 192.0.2.9:80 -r 10.0.0.9:80",
    "-f 7 -6",
    "all",
  ]);
});

/** Names of services and destinations, with all that is set of them. */
type Table = ReadonlyMap<string, string>;

async function tableOf({ ipvs }: KernelBench): Promise<Table> {
  const services = await ipvs.read(() => true);
  return new Map(
    services.flatMap(({ service, destinations }): [string, string][] => {
      const key = describeKey(service.key);
      return [
        [key, describeService(service)],
        ...destinations.map(({ destination }): [string, string] => {
          const text = describeDestination(destination);
          return [`${key} ${text.split(" ").slice(0, 2).join(" ")}`, text];
        }),
      ];
    }).sort(([one], [other]) => one < other ? -1 : 1),
  );
}

/** What is not the same in both; with a service its destinations go unasked. */
function differing(before: Table, after: Table): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => {
    const [service = ""] = name.split(" -r ");
    return before.get(name) !== after.get(name) && (name === service || after.has(service));
  });
}

async function monitorOf({ reactor }: KernelBench): Promise<RequestMonitor> {
  using connection = new NetlinkConnection(reactor, { protocol: NETLINK_GENERIC });
  const [answer] = await connection.request(getFamily(IPVS_FAMILY));
  const family = decodeFamily(answer?.body ?? new Uint8Array(0));
  assert.ok(family.ok);
  return new RequestMonitor(family.value.id);
}

async function start({ reactor, log }: KernelBench, plan: Plan): Promise<CheckProcess> {
  const check = new CheckProcess(reactor, log, {});
  await check.start(configOf(plan));
  return check;
}

/** Virtual servers, each with its lines and servers. */
type Plan = readonly VirtualServer[];

type VirtualServer = {
  readonly name: string;
  readonly lines: Readonly<Record<string, string>>;
  /** Lines of each, by address and port. */
  readonly servers: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

const names = ["192.0.2.1 80", "192.0.2.1 443", "2001:db8::1 80", "fwmark 7", "group G"];
const settings: Readonly<Record<string, readonly string[]>> = {
  lvs_sched: ["rr", "wlc", "sh"],
  lvs_method: ["NAT", "DR"],
  persistence_timeout: ["60", "300"],
};
const serverSettings: Readonly<Record<string, readonly string[]>> = {
  weight: ["1", "2", "3"],
  uthreshold: ["10", "20"],
};

function chainOf(seed: number): readonly Plan[] {
  const dice = new Dice(seed);
  const plans: Plan[] = [names.filter(() => !dice.oneIn(3)).map((name) => newServer(name, dice))];
  while (plans.length <= reloads) {
    let plan = plans.at(-1) ?? [];
    for (let i = dice.integer(1, 3); i > 0; i--) plan = changed(plan, dice);
    plans.push(plan);
  }
  return plans;
}

function changed(plan: Plan, dice: Dice): Plan {
  const name = dice.pick(names);
  const present = plan.find((it) => it.name === name);
  if (present === undefined) return [...plan, newServer(name, dice)];
  const others = plan.filter((it) => it !== present);
  switch (dice.integer(1, 6)) {
    case 1:
      return others;
    case 2:
      return dice.shuffle(plan);
    case 3:
      return [...others, { ...present, lines: linesOf(settings, dice) }];
    default:
      return [...others, { ...present, servers: otherServers(present, dice) }];
  }
}

/** One less, one more, or another one. */
function otherServers({ name, servers }: VirtualServer, dice: Dice): VirtualServer["servers"] {
  const server = newRealServer(name, dice);
  const { [server]: present, ...others } = servers;
  if (present !== undefined && Object.keys(others).length > 0 && dice.oneIn(2)) return others;
  return { ...servers, [server]: linesOf(serverSettings, dice) };
}

function newServer(name: string, dice: Dice): VirtualServer {
  const servers = Array.from({ length: dice.integer(1, 4) }, () => newRealServer(name, dice));
  return {
    name,
    lines: linesOf(settings, dice),
    servers: Object.fromEntries(servers.map((it) => [it, linesOf(serverSettings, dice)])),
  };
}

function newRealServer(name: string, dice: Dice): string {
  const number = dice.integer(1, 5);
  return `${name.includes(":") ? `2001:db8:1::${number}` : `10.0.0.${number}`} 80`;
}

/** Each setting with one of its values, or without. */
function linesOf(all: typeof settings, dice: Dice): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(all).filter(() => dice.oneIn(2)).map((
      [word, values],
    ) => [word, dice.pick(values)]),
  );
}

function textOf(plan: Plan): string {
  const block = (head: string, lines: readonly string[]) => `${head} {\n${lines.join("\n")}\n}`;
  const words = (lines: Readonly<Record<string, string>>) =>
    Object.entries(lines).map((it) => it.join(" "));
  return [
    block("virtual_server_group G", ["192.0.2.3-5 80", "fwmark 9"]),
    ...plan.map(({ name, lines, servers }) =>
      block(`virtual_server ${name}`, [
        "protocol TCP",
        "lvs_sched rr",
        "lvs_method NAT",
        ...words(lines),
        ...Object.entries(servers).map(([server, its]) =>
          block(`real_server ${server}`, words(its))
        ),
      ])
    ),
  ].join("\n");
}

function configOf(plan: Plan): Config {
  const text = textOf(plan);
  const { config, diagnostics } = loadConfig((path) => [{ path, text }], "a", { hostName: "h" });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(errors, [], text);
  assert.ok(config !== undefined);
  return config;
}
