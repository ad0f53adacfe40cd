import { Lab, sleep } from "../../tools/lab/lab.ts";
import { differenceOf, type KernelState, kernelState } from "../app/reload/kernel_state.ts";
import { Client } from "./client.ts";
import {
  firstPlan,
  intervalS,
  type NodeName,
  nodeNames,
  type Plan,
  priorityOf,
  type Router,
  routers,
  routersOf,
} from "./configuration.ts";
import { Holders } from "./holders.ts";
import { descriptorsOf, Node, type Role, roles, type Runtime } from "./node.ts";

/** So much time of the wire without another MASTER shows that there is none. */
const quietUs = 3 * intervalS * 1_000_000;

/** So many of a kind a runtime opens when it first needs them; more is a leak. */
const lazyDescriptors = 6;

/** Addresses that a client asks all the time; they are there in every plan. */
const asked = ["192.0.2.100", "192.0.2.101", "2001:db8::100"];

const sources: Readonly<Record<NodeName, readonly string[]>> = {
  a: ["192.0.2.1", "fe80::a"],
  b: ["192.0.2.2", "fe80::b"],
};

/** Two nodes with a daemon each, and a client, on one bridge. */
export class Cluster {
  readonly lab: Lab;
  readonly nodes: Readonly<Record<NodeName, Node>>;
  readonly holders: Holders;
  readonly clients: ReadonlyMap<string, Client>;
  plan: Plan = firstPlan;
  /** The most descriptors of each kind that a process of a role had when the cluster was first at rest. */
  readonly #usual = new Map<string, Readonly<Record<string, number>>>();
  readonly #bare: Readonly<Record<NodeName, KernelState>>;

  private constructor(lab: Lab, [first, second]: readonly [Runtime, Runtime]) {
    this.lab = lab;
    this.nodes = { a: new Node(lab, "a", first), b: new Node(lab, "b", second) };
    const { a: { host: a }, b: { host: b } } = this.nodes;
    this.#bare = { a: kernelState(a), b: kernelState(b) };
    this.holders = new Holders(lab.reactor, { a, b });
    this.clients = new Map(asked.map((it) => [it, new Client(lab.host("client"), it)]));
  }

  static async start(runtimes: readonly [Runtime, Runtime]): Promise<Cluster> {
    const hosts = ["a", "b", "client"].map((name, i) => ({
      name,
      addresses: [`192.0.2.${i + 1}/24`, `2001:db8::${i + 1}/64`, `fe80::${"abc"[i]}/64`],
    }));
    const lab = await Lab.create(hosts);
    const cluster = new Cluster(lab, runtimes);
    for (const name of nodeNames) cluster.nodes[name].start(cluster.plan);
    return cluster;
  }

  get nowUs(): number {
    return this.lab.reactor.nowUs();
  }

  get routers(): readonly Router[] {
    return routersOf(this.plan);
  }

  /** Waits until all is as the protocol promises. @throws Error with what is not */
  async settle(withinMs: number): Promise<void> {
    const beganMs = performance.now();
    for (;;) {
      const problems = this.#problems();
      if (problems.length === 0) return;
      if (performance.now() - beganMs > withinMs) {
        throw new Error(`Not within ${withinMs} ms: ${problems.join("; ")}`);
      }
      await sleep(100);
    }
  }

  /** Waits until a node alone has all addresses. @throws Error if it does not come to that */
  async alone(node: NodeName, withinMs: number): Promise<void> {
    const beganMs = performance.now();
    const shared = () =>
      this.routers.flatMap(({ addresses }) => addresses)
        .filter((address) => String(this.holders.of(address)) !== node);
    while (shared().length > 0) {
      if (performance.now() - beganMs > withinMs) {
        const list = shared().map((it) => `${it} is on [${this.holders.of(it)}]`);
        throw new Error(`Not alone on ${node} within ${withinMs} ms: ${list.join("; ")}`);
      }
      await sleep(50);
    }
  }

  /** Descriptors of processes beyond what they had when all was first at rest, and that do not go. */
  async leaks(): Promise<readonly string[]> {
    const limit = performance.now() + 10_000;
    for (;;) {
      const leaks = this.#leaks();
      if (leaks.length === 0 || performance.now() > limit) return leaks;
      await sleep(200);
    }
  }

  #leaks(): readonly string[] {
    const leaks: string[] = [];
    for (const name of nodeNames) {
      const node = this.nodes[name];
      for (const [role, pid] of node.processes()) {
        const now = descriptorsOf(pid);
        if (now === undefined) continue;
        const key = `${name} ${role}`;
        const usual = this.#usual.get(key);
        if (usual === undefined) this.#usual.set(key, now);
        else leaks.push(...moreOf(now, usual).map((it) => `${key} has ${it}`));
      }
    }
    return leaks;
  }

  /** Ends the daemons as an operator does. @returns what is not as it should be then */
  async end(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const name of nodeNames) {
      const node = this.nodes[name];
      const status = await node.daemon.stop();
      if (status !== 0) problems.push(`${name} ended with ${status}`);
      if (node.all().length > 0) problems.push(`processes left on ${name}`);
      problems.push(
        ...differenceOf({ ...kernelState(node.host), settings: [] }, {
          ...this.#bare[name],
          settings: [],
        }).map((it) => `${name}: ${it}`),
      );
    }
    return problems;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.holders[Symbol.dispose]();
    for (const client of this.clients.values()) await client.stop();
    await this.lab[Symbol.asyncDispose]();
  }

  #problems(): readonly string[] {
    const problems: string[] = [];
    for (const { name, id, addresses } of this.routers) {
      const master = this.plan.preferred[name] ?? "a";
      for (const address of addresses) {
        const holders = this.holders.of(address);
        if (String(holders) !== master) {
          problems.push(`${address} is on [${holders}] and not on ${master}`);
        }
      }
      problems.push(...this.#wireProblems(name, id, master));
    }
    const wanted = new Set(this.routers.flatMap(({ addresses }) => addresses));
    for (const address of routers.flatMap(({ addresses }) => addresses)) {
      const holders = this.holders.of(address);
      if (!wanted.has(address) && holders.length > 0) {
        problems.push(`${address} is in no configuration, and on [${holders}]`);
      }
    }
    for (const [address, client] of this.clients) {
      if (client.answersSince(performance.now() - 500) < 3) {
        problems.push(`${address} does not answer`);
      }
    }
    if (problems.length > 0) return problems;
    for (const name of nodeNames) problems.push(...this.#processProblems(this.nodes[name]));
    return problems;
  }

  #wireProblems(name: string, id: number, master: NodeName): readonly string[] {
    const sinceUs = this.nowUs - quietUs;
    const adverts = this.lab.wire.adverts.filter((it) =>
      it.virtualRouterId === id && it.atUs >= sinceUs
    );
    const wanted = priorityOf(this.plan, master, name);
    const isRight = (it: { source: string; priority: number }) =>
      sources[master].includes(it.source) && it.priority === wanted;
    const wrong = adverts.find((it) => !isRight(it));
    if (wrong !== undefined) {
      return [`${wrong.source} advertises ${name} with priority ${wrong.priority}`];
    }
    return adverts.length === 0 ? [`nobody advertises ${name}`] : [];
  }

  #processProblems(node: Node): readonly string[] {
    const running = node.processes();
    const missing = roles.filter((role: Role) => !running.has(role));
    if (missing.length > 0) return [`${node.name} has no process ${missing.join(", ")}`];
    const known = new Set(running.values());
    const strange = node.all().filter((pid) => !known.has(pid));
    return strange.length === 0 ? [] : [`${node.name} has more processes: ${strange.join(" ")}`];
  }
}

/** What one has more of, with both counts. */
function moreOf(
  now: Readonly<Record<string, number>>,
  usual: Readonly<Record<string, number>>,
): readonly string[] {
  return Object.entries(now).flatMap(([kind, count]) => {
    const before = usual[kind] ?? 0;
    return count > before + lazyDescriptors ? [`${count} x ${kind}, ${before} at first`] : [];
  });
}
