import type { ChildProcess } from "node:child_process";
import type { Dice } from "@keepalived/simulation";
import { sleep } from "../../tools/lab/lab.ts";
import { kill } from "../../tools/lab/processes.ts";
import type { Cluster } from "./cluster.ts";
import { configurationOf, type NodeName, nodeNames, otherPlan } from "./configuration.ts";
import { type Node, type Role, roles } from "./node.ts";

/** Something that is done to a node, up to the moment in which it is repaired. */
export type Step = {
  readonly name: string;
  /** The more, the more often it is taken. */
  readonly weight: number;
  /** Whether the node cannot do its part meanwhile, so that both may have the address. */
  readonly disables: boolean;
  /** @param tell takes what is done exactly */
  readonly run: (site: Site) => Promise<void>;
};

export type Site = {
  readonly cluster: Cluster;
  readonly node: Node;
  readonly dice: Dice;
  readonly tell: (detail: string) => void;
};

/** A machine that is slow needs so long for what takes a second elsewhere. */
const patienceMs = 120_000;

const children: readonly Role[] = ["vrrp", "check"];

export const steps: readonly Step[] = [
  {
    name: "kill a child",
    weight: 5,
    disables: true,
    run: async (site) => await killChild(site, pickRole(site, children)),
  },
  {
    name: "kill the VRRP process twice",
    weight: 2,
    disables: true,
    run: async (site) => {
      await killChild(site, "vrrp");
      await killChild(site, "vrrp");
    },
  },
  {
    name: "kill the parent",
    weight: 3,
    disables: true,
    run: async (site) => {
      site.node.signal("parent", "SIGKILL");
      await startAgain(site);
    },
  },
  {
    name: "kill all processes at once",
    weight: 2,
    disables: true,
    run: async (site) => {
      await site.node.crash();
      await startAgain(site);
    },
  },
  {
    name: "stop and start again",
    weight: 2,
    disables: false,
    run: async (site) => {
      site.node.daemon.signal("SIGTERM");
      await startAgain(site);
    },
  },
  {
    name: "freeze one process for a while",
    weight: 4,
    disables: true,
    run: async (site) => await freeze(site, [pickRole(site, roles)]),
  },
  {
    name: "freeze all processes for a while",
    weight: 2,
    disables: true,
    run: async (site) => await freeze(site, roles),
  },
  { name: "hang a child until it is replaced", weight: 1, disables: true, run: hang },
  { name: "reload with something else", weight: 5, disables: false, run: reloadBoth },
  {
    name: "reload the same",
    weight: 1,
    disables: false,
    run: async ({ node }) => await reloaded(node, () => node.daemon.signal("SIGHUP")),
  },
  {
    name: "reload a broken file",
    weight: 1,
    disables: false,
    run: async ({ node, cluster }) => {
      const text = configurationOf(cluster.plan, node.name);
      const { daemon } = node;
      const from = daemon.log.length;
      daemon.configure(text.replace("priority", "no_such_keyword"));
      daemon.signal("SIGHUP");
      await daemon.says(/Reload refused/, { from, withinMs: patienceMs });
      daemon.configure(text);
    },
  },
  { name: "kill a child during a reload", weight: 3, disables: true, run: reloadAndKill },
  { name: "reload while a child is frozen", weight: 2, disables: true, run: reloadFrozen },
  { name: "starve", weight: 3, disables: true, run: starve },
  {
    name: "pull the cable",
    weight: 3,
    disables: true,
    run: async ({ cluster, node, dice, tell }) => {
      const ms = dice.oneIn(3) ? 0 : dice.integer(0, 2500);
      tell(`for ${ms} ms`);
      cluster.lab.network.setCable(node.name, false);
      await sleep(ms);
      cluster.lab.network.setCable(node.name, true);
    },
  },
  {
    name: "cut off, with carrier",
    weight: 2,
    disables: true,
    run: async ({ cluster, node, dice, tell }) => {
      const ms = dice.integer(0, 2500);
      tell(`for ${ms} ms`);
      cluster.lab.network.setBridged(node.name, false);
      await sleep(ms);
      cluster.lab.network.setBridged(node.name, true);
    },
  },
  {
    name: "take an address by hand",
    weight: 2,
    disables: false,
    run: async ({ cluster, dice, tell }) => {
      const router = dice.pick(cluster.routers);
      const address = dice.pick(router.addresses);
      const node = cluster.nodes[cluster.plan.preferred[router.name] ?? "a"];
      const device = router.name === "MAC" ? `vrrp.${router.id}` : "eth0";
      tell(`${address} of ${node.name}`);
      await node.host.read(
        `ip address delete ${address}/${address.includes(":") ? 64 : 24} dev ${device}`,
      );
    },
  },
  { name: "maintenance", weight: 2, disables: false, run: maintain },
  { name: "ask for everything", weight: 1, disables: false, run: askForEverything },
];

/** Once of each that has a runtime or the daemon load what it keeps, so that it is no leak later. */
export async function warmUp(cluster: Cluster, dice: Dice): Promise<void> {
  for (const name of nodeNames) {
    const node = cluster.nodes[name];
    const site: Site = { cluster, node, dice, tell: () => {} };
    await askForEverything(site);
    await reloaded(node, () => node.daemon.signal("SIGHUP"));
    await killChild(site, "check");
  }
}

/** One of them, by their weights. @param only part of the names of those that count */
export function pickStep(dice: Dice, only: string): Step {
  const chosen = steps.filter(({ name }) => name.includes(only));
  return dice.pick(chosen.flatMap((step) => Array<Step>(step.weight).fill(step)));
}

function pickRole({ dice, tell }: Site, among: readonly Role[]): Role {
  // What keeps the addresses is the most interesting.
  const role = dice.oneIn(2) ? "vrrp" : dice.pick(among);
  tell(role);
  return role;
}

/** Kills it, and waits until its successor works. */
async function killChild(site: Site, role: Role): Promise<void> {
  const { node } = site;
  const pid = node.pidOf(role);
  const from = node.daemon.log.length;
  node.signal(role, "SIGKILL");
  await succeeded(site, role, { pid, from });
}

async function succeeded(
  { cluster, node, tell }: Site,
  role: Role,
  { pid, from }: { readonly pid: number | undefined; readonly from: number },
): Promise<void> {
  const { daemon } = node;
  const title = role === "vrrp" ? "VRRP" : "Healthcheck";
  await daemon.says(new RegExp(`${title} child process\\(${pid}\\) died: Respawning`), {
    from,
    withinMs: patienceMs,
  });
  const delayed = new RegExp(`Restart of ${title} process delayed (\\d+) seconds`);
  const words = daemon.log.slice(from).map((line) => delayed.exec(line)?.[1]).find(Boolean);
  if (words !== undefined) {
    tell(`its restart is delayed ${words} s`);
    // Meanwhile the other node has everything, alone. What is back in a moment may be back before that.
    if (role === "vrrp" && Number(words) > 4) {
      await cluster.alone(other(node.name), patienceMs);
      if (node.pidOf("vrrp") !== undefined) throw new Error("Two had it until the restart");
    }
    await node.wake();
  }
  const works = role === "vrrp"
    ? /\(V4\) Entering (BACKUP|MASTER|FAULT) STATE/
    : /Starting Healthcheck child process/;
  await daemon.says(works, { from, withinMs: patienceMs });
}

/** What a service manager does: once the daemon has ended it starts another one. */
async function startAgain({ cluster, node, dice, tell }: Site): Promise<void> {
  await node.daemon.exit(patienceMs);
  const ms = dice.integer(0, 1500);
  await sleep(ms);
  // It clears the control group first: children that the end of the parent finds busy need their time.
  const limit = performance.now() + patienceMs;
  while (node.all().length > 0) {
    if (performance.now() > limit) throw new Error(`Processes are left on ${node.name}`);
    await sleep(20);
  }
  tell(`started again after ${ms} ms`);
  node.start(cluster.plan);
  await node.daemon.says(/Startup complete/, { withinMs: patienceMs });
}

async function freeze({ node, dice, tell }: Site, frozen: readonly Role[]): Promise<void> {
  const ms = dice.integer(20, 2500);
  tell(`for ${ms} ms`);
  for (const role of frozen) node.signal(role, "SIGSTOP");
  await sleep(ms);
  for (const role of frozen.toReversed()) node.signal(role, "SIGCONT");
}

async function hang(site: Site): Promise<void> {
  const { node } = site;
  const role = pickRole(site, children);
  const pid = node.pidOf(role);
  const from = node.daemon.log.length;
  node.signal(role, "SIGSTOP");
  await succeeded(site, role, { pid, from });
}

/** Both nodes go over to another configuration, one after the other. */
async function reloadBoth({ cluster, dice, tell }: Site): Promise<void> {
  cluster.plan = otherPlan(cluster.plan, dice);
  tell(JSON.stringify(cluster.plan));
  const gapMs = dice.pick([0, 0, 20, 500]);
  await Promise.all(
    dice.shuffle(nodeNames).map(async (name, i) => {
      const node = cluster.nodes[name];
      await sleep(i * gapMs);
      await reloaded(node, () => {
        node.daemon.configure(configurationOf(cluster.plan, name));
        node.daemon.signal("SIGHUP");
      });
    }),
  );
}

async function reloaded(node: Node, act: () => void): Promise<void> {
  const from = node.daemon.log.length;
  act();
  await node.daemon.says(/Reload complete/, { from, withinMs: patienceMs });
}

async function reloadAndKill(site: Site): Promise<void> {
  const { cluster, node, dice, tell } = site;
  cluster.plan = otherPlan(cluster.plan, dice);
  const ms = dice.integer(0, 60);
  tell(`${ms} ms after the signal, ${JSON.stringify(cluster.plan)}`);
  for (const name of nodeNames) {
    cluster.nodes[name].daemon.configure(configurationOf(cluster.plan, name));
  }
  const partner = cluster.nodes[other(node.name)];
  await reloaded(partner, () => partner.daemon.signal("SIGHUP"));
  const role = pickRole(site, children);
  const pid = node.pidOf(role);
  const from = node.daemon.log.length;
  node.daemon.signal("SIGHUP");
  await sleep(ms);
  node.signal(role, "SIGKILL");
  await succeeded(site, role, { pid, from });
  await node.daemon.says(/Reload complete/, { from, withinMs: patienceMs });
}

async function reloadFrozen(site: Site): Promise<void> {
  const { node, cluster, dice, tell } = site;
  const role = pickRole(site, children);
  node.signal(role, "SIGSTOP");
  const ms = dice.integer(0, 1500);
  tell(`frozen for ${ms} ms`);
  const done = reloadBoth({ ...site, cluster });
  await sleep(ms);
  node.signal(role, "SIGCONT");
  await done;
}

/** Its processes share one processor with others that never rest and come first. */
async function starve({ node, dice, tell }: Site): Promise<void> {
  const ms = dice.integer(300, 2500);
  tell(`for ${ms} ms`);
  const usual: (readonly [number, string])[] = [];
  for (const pid of node.processes().values()) {
    usual.push([pid, (await node.host.read(`taskset -p ${pid}`)).trim().split(" ").at(-1) ?? "3"]);
    await node.host.read(`taskset -ap -c 0 ${pid}`);
  }
  const busy = "nice -n -20 taskset -c 0 sh -c";
  const hogs: ChildProcess[] = [];
  for (let i = 0; i < 3; i++) {
    hogs.push(node.host.start([...busy.split(" "), "while :; do :; done"]));
  }
  await sleep(ms);
  for (const { pid } of hogs) if (pid !== undefined) kill(pid, "SIGKILL");
  for (const [pid, mask] of usual) await node.host.read(`taskset -ap ${mask} ${pid}`);
}

async function maintain({ cluster, node, dice, tell }: Site): Promise<void> {
  await node.ask("maintenance on");
  const begun = performance.now();
  await cluster.alone(other(node.name), patienceMs);
  tell(`given away after ${Math.round(performance.now() - begun)} ms`);
  await sleep(dice.integer(0, 500));
  await node.ask("maintenance off");
}

async function askForEverything({ node }: Site): Promise<void> {
  for (const signal of ["SIGUSR2", "SIGUSR1"] as const) node.daemon.signal(signal);
  await Promise.all(["status", "status --json"].map((it) => node.ask(it)));
}

function other(name: NodeName): NodeName {
  return name === "a" ? "b" : "a";
}
