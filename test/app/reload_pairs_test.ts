/**
 * Reloads that change anything: what the kernel has afterwards is what a fresh start would have made, and what is in both
 * configurations is not touched.
 *
 * The VRRP process runs in this one, in a namespace of its own, so that hundreds of reloads take a minute. More of them:
 * `SEED=100 CHAINS=500 node --test test/app/reload_pairs_test.ts`.
 */

import assert from "node:assert/strict";
import process from "node:process";
import { after, before, test } from "node:test";
import { type Config, loadConfig } from "@keepalived/keepalived-config";
import { matchInstances } from "@keepalived/keepalived-config/match";
import { Reactor } from "@keepalived/reactor";
import { Dice } from "@keepalived/simulation";
import { VrrpProcess } from "../../apps/keepalived/vrrp/vrrp_process.ts";
import { stayInside } from "../../tools/lab/inside.ts";
import { sleep } from "../../tools/lab/lab.ts";
import { type Host, Network } from "../../tools/lab/network.ts";
import { FirewallMonitor } from "./reload/firewall_monitor.ts";
import { isAbout } from "./reload/firewall_objects.ts";
import { differenceOf, type KernelState, kernelState } from "./reload/kernel_state.ts";
import { Monitor } from "./reload/monitor.ts";
import { firstPlan, nextPlan } from "./reload/changes.ts";
import { objectsOf, type Plan, printPlan } from "./reload/plan.ts";

const chains = Number(process.env["CHAINS"] ?? 20);
const firstSeed = Number(process.env["SEED"] ?? 1);
const reloads = 10;

/** `A active`, for each instance, beside what the kernel has. */
type State = KernelState & { readonly instances: readonly string[] };

let network: Network;
before(async () => {
  network = await Network.create([{ name: "a", addresses: ["192.0.2.1/24"] }]);
  network.host("a").shell(`
    sysctl -qw net.ipv6.conf.default.accept_dad=0
    ip link add eth1 type veth peer name peer1
    ip link add eth2 type veth peer name peer2
    ip link set dev eth1 up
    ip link set dev peer1 up
    ip address add 198.51.100.1/24 dev eth1
  `);
});
after(async () => await network.dispose());

for (let seed = firstSeed; seed < firstSeed + chains; seed++) {
  test(`reloads of chain ${seed} end where fresh starts do`, async () => {
    const plans = chainOf(seed);
    const host = network.host("a");
    using _inside = stayInside(host);
    const bare = kernelState(host);
    const fresh: State[] = [];
    for (const plan of plans) {
      await using running = await Running.start(host, plan);
      fresh.push(running.state());
    }
    assert.deepEqual(differenceOf(kernelState(host), bare), [], "left behind");
    await reloadThrough(host, plans, fresh);
  });
}

async function reloadThrough(
  host: Host,
  plans: readonly Plan[],
  fresh: readonly State[],
): Promise<void> {
  const pairs = plans.flatMap((to, i) => {
    const [from, expected] = [plans[i - 1], fresh[i]];
    return from && expected ? [{ from, to, expected }] : [];
  });
  const first = plans[0];
  if (first === undefined) throw new RangeError("No plans");
  using monitor = await Monitor.begin(host);
  using firewallMonitor = await FirewallMonitor.begin(host);
  await using running = await Running.start(host, first);
  await monitor.take();
  await firewallMonitor.take();
  let start = running.state();
  for (const { from, to, expected } of pairs) {
    const { moved, stays, end } = await running.reload(to, start, expected);
    const problems = [...differenceOf(end, expected), ...moved];
    const kept = unchanged(start, end).filter((line) => !isOnlyOf(to, stays, line));
    const touched = (await monitor.take()).filter(({ object }) => kept.includes(object));
    // The kernel tells of an address that becomes the first of its network.
    const ours = touched.filter((it) => it.removed || !start.secondary.includes(it.object));
    problems.push(...ours.map(({ object }) => `touched: ${object}`));
    const told = [...await firewallMonitor.take()];
    problems.push(
      ...end.firewall.filter((line) =>
        start.firewall.includes(line) && told.some((name) => isAbout(line, name))
      ).map((line) => `touched: ${line}`),
    );
    const texts = `${running.log.slice(-40).join("\n")}\n${printPlan(from)}\n=== reload to ===\n${
      printPlan(to)
    }`;
    assert.ok(problems.length === 0, `${problems.join("\n")}\n${texts}`);
    start = end;
  }
}

/** What is in both; an address on another device of the same name is another one. */
function unchanged(start: State, end: State): readonly string[] {
  const gone = start.objects.filter((line) => !end.objects.includes(line));
  const devices = gone.flatMap((line) => /^(\S+?)@\S+: </.exec(line)?.[1] ?? []);
  return end.objects.filter((line) =>
    start.objects.includes(line) && !devices.includes(line.split(" ")[0] ?? "")
  );
}

/** Whether only instances that begin have an object: it comes with them, though another one may have had it before. */
function isOnlyOf(plan: Plan, stays: ReadonlySet<string>, line: string): boolean {
  const [going, begun] = [true, false].map((isGoing) =>
    new Set(objectsOf(plan, (name) => (name === "" || stays.has(name)) === isGoing))
  );
  const words = line.split(" ");
  return words.some((word) => begun?.has(word) === true && going?.has(word) !== true);
}

/** A VRRP process in this one. */
class Running {
  readonly #host: Host;
  readonly log: string[] = [];
  readonly #reactor = new Reactor();
  readonly #loop = this.#reactor.run();
  readonly #process: VrrpProcess;
  #config: Config;

  private constructor(host: Host, config: Config) {
    this.#host = host;
    this.#config = config;
    this.#process = new VrrpProcess(this.#reactor, (_, text) => void this.log.push(text), {
      detail: 0,
    });
  }

  static async start(host: Host, plan: Plan): Promise<Running> {
    const running = new Running(host, configOf(plan));
    await running.#process.start(running.#config);
    await running.#settle();
    return running;
  }

  state(): State {
    const instances = this.#process.sources.routers.map(({ status: { config, machine } }) =>
      `${config.name} ${machine.kind}`
    );
    return { ...kernelState(this.#host), instances };
  }

  /** @returns the names of instances that are MASTER all the time, and what they did that they should not have */
  async reload(
    plan: Plan,
    start: State,
    expected: State,
  ): Promise<{
    readonly moved: readonly string[];
    readonly stays: ReadonlySet<string>;
    readonly end: State;
  }> {
    const [before, config] = [this.#config, configOf(plan)];
    const from = this.log.length;
    this.#config = config;
    await this.#process.configure(config);
    await this.#settle();
    let end = this.state();
    for (let i = 0; i < 10 && differenceOf(end, expected).length > 0; i++) {
      await sleep(50);
      end = this.state();
    }
    const { add, change, remove } = matchInstances(before.instances, config.instances);
    const renamed = new Map(change.map(({ from, to }) => [from.name, to.name]));
    const ended = new Set(remove.map(({ name }) => name));
    const stays = new Set(before.instances.flatMap(({ name }) => {
      const next = renamed.get(name) ?? name;
      const isActive = start.instances.includes(`${name} active`) &&
        expected.instances.includes(`${next} active`);
      return isActive && !ended.has(name) ? [next] : [];
    }));
    // A name may go from one to another.
    for (const { name } of [...add, ...remove]) stays.delete(name);
    for (const [from, to] of renamed) if (!stays.has(to)) stays.delete(from);
    const moved = this.log.slice(from).filter((line) =>
      stays.has(/^\((.*?)\) Entering/.exec(line)?.[1] ?? "")
    );
    return { moved, stays, end };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop();
    this.#reactor.stop();
    await this.#loop;
    this.#reactor[Symbol.dispose]();
  }

  /** Nobody else is there: all become MASTER that can. */
  async #settle(): Promise<void> {
    const limit = performance.now() + 3000;
    const waiting = () =>
      this.#process.sources.routers.map(({ status: { config, machine } }) =>
        `${config.name} ${machine.kind}`
      ).filter((line) => !/ (active|fault)$/.test(line));
    while (waiting().length > 0) {
      if (performance.now() > limit) throw new Error(`${waiting()}\n${this.log.join("\n")}`);
      await sleep(5);
    }
    await sleep(20);
  }
}

function chainOf(seed: number): readonly Plan[] {
  const dice = new Dice(seed);
  const plans = [firstPlan(dice)];
  while (plans.length <= reloads) {
    const next = nextPlan(plans.at(-1) ?? firstPlan(dice), dice);
    const isWrong = load(next).diagnostics.some(({ severity }) => severity === "error");
    if (!isWrong) plans.push(next);
  }
  return plans;
}

function load(plan: Plan) {
  const path = "a.conf";
  return loadConfig(() => [{ path, text: printPlan(plan) }], path, { hostName: "low" });
}

/** As the parent hands it over. */
function configOf(plan: Plan): Config {
  return JSON.parse(JSON.stringify(load(plan).config)) as Config;
}
