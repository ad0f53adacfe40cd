import { fakeLinux } from "../kernel/stand_in.ts";
import { type Dice, Queue } from "@keepalived/simulation";
import type { Address, Link } from "@keepalived/netlink-route";
import { Host } from "../kernel/host.ts";
import { Wire } from "../kernel/wire.ts";
import { Node } from "./node.ts";
import { configText, type NetworkPlan, ownAddress } from "./plan.ts";

/** Turns of one process at one moment; one more is a process that never sleeps. */
const MAX_TURNS = 1000;

type Happening =
  | {
    readonly kind: "arrive";
    readonly host: Host;
    readonly segment: number;
    readonly frame: Uint8Array;
  }
  | { readonly kind: "wake"; readonly host: Host }
  | { readonly kind: "act"; readonly act: () => void };

/** Who looks on. */
export type Witness = {
  /** A frame leaves a host. */
  readonly sent: (node: Node, segment: number, frame: Uint8Array) => void;
  /** A node has done what there was to do. */
  readonly rested: (node: Node) => void;
};

/** Nodes on wires, on virtual time. */
export class Network {
  nowUs = 0;
  /** As it is by now: reloads change it. */
  plan: NetworkPlan;
  readonly nodes: readonly Node[];
  /** By segment. */
  readonly wires: readonly Wire[];
  /** Turns that processes had. */
  turns = 0;
  readonly #queue = new Queue<Happening>();
  readonly #paused = new Set<Node>();
  readonly #nodeOf: ReadonlyMap<Host, Node>;
  readonly #witness: Witness;
  /** Interfaces that were pulled out and came again have another number. */
  readonly #generations = new Map<string, number>();

  constructor(plan: NetworkPlan, dice: Dice, witness: Witness) {
    this.plan = plan;
    this.#witness = witness;
    const world = {
      nowUs: () => this.nowUs,
      armed: (host: Host, atUs: number) => {
        if (atUs < Infinity) this.#queue.put(Math.max(atUs, this.nowUs), { kind: "wake", host });
      },
      transmit: (from: Host, index: number, frame: Uint8Array) =>
        this.#transmit(from, index, frame),
    };
    this.nodes = plan.nodes.map((_, i) => new Node(new Host(i, world)));
    this.#nodeOf = new Map(this.nodes.map((node) => [node.host, node]));
    this.wires = plan.families.map((_, segment) =>
      new Wire(dice, (from, frame) => {
        const node = this.#nodeOf.get(from);
        if (node !== undefined) witness.sent(node, segment, frame);
      })
    );
    for (const node of this.nodes) this.boot(node);
  }

  /** Does something later. */
  at(atUs: number, act: () => void): void {
    this.#queue.put(atUs, { kind: "act", act });
  }

  /** Goes on until a time, or until it is told that it is over. */
  async run(untilUs: number, isOver: () => boolean): Promise<void> {
    for (;;) {
      const atUs = this.#queue.nextAtUs();
      if (atUs === undefined || atUs > untilUs || isOver()) break;
      this.nowUs = atUs;
      const happening = this.#queue.take();
      if (happening === undefined) break;
      if (happening.kind === "act") {
        happening.act();
        for (const node of this.nodes) await this.turn(node);
        continue;
      }
      const { host } = happening;
      const node = this.#nodeOf.get(host);
      if (happening.kind === "arrive") {
        host.deliver(this.#indexOf(host, happening.segment), happening.frame);
      }
      if (node === undefined || this.#paused.has(node)) continue;
      host.begin();
      if (!host.isReady && !node.isChanging) continue;
      if (!node.isChanging) this.#work(node);
      // Why a process has ended it tells in a promise.
      if (node.isChanging || host.waiting === undefined) await this.turn(node);
    }
    if (!isOver()) this.nowUs = Math.max(this.nowUs, untilUs);
  }

  /** Has a node do what there is to do, also what it does in promises. */
  async turn(node: Node): Promise<void> {
    if (this.#paused.has(node)) return;
    const { host } = node;
    for (let i = 0;; i++) {
      if (i > MAX_TURNS) throw new RangeError(`Node ${host.index} never sleeps`);
      host.begin();
      fakeLinux.current = host;
      node.begin();
      await settled();
      const isReady = host.isReady;
      if (isReady) {
        this.turns++;
        host.waiting?.callback();
        await settled();
      }
      fakeLinux.current = undefined;
      if (!isReady) break;
    }
    this.#witness.rested(node);
  }

  /** The power comes: interfaces with their own addresses, and nothing else. */
  boot(node: Node): void {
    const { tables } = node.host;
    for (const index of [...tables.links.keys()]) tables.removeLink(index);
    if (this.plan.hasLoopback) {
      const flags = { up: true, running: true, loopback: true } as const;
      tables.setLink({ index: 1, name: "lo", hardwareType: 772, flags });
    }
    for (const segment of this.plan.families.keys()) this.#plug(node, segment);
  }

  /** An interface comes, with its own address. */
  #plug(node: Node, segment: number): void {
    const { host } = node;
    const key = `${host.index} ${segment}`;
    const generation = (this.#generations.get(key) ?? -1) + 1;
    this.#generations.set(key, generation);
    const index = 2 + segment + 10 * generation;
    const link: Link = {
      index,
      name: `eth${segment}`,
      hardwareType: 1,
      mac: macOf(host.index, segment),
      broadcastMac: "ff:ff:ff:ff:ff:ff",
      mtu: 1500,
      operState: "up",
      flags: { up: true, running: true, lowerUp: true, broadcast: true, multicast: true },
    };
    const family = this.plan.families[segment] ?? 4;
    const address: Address = {
      index,
      address: ownAddress(family, segment, host.index),
      prefixLength: family === 4 ? 24 : 64,
      scope: family === 4 ? "global" : "link",
      flags: { permanent: true },
    };
    host.plug(link, [address]);
  }

  /** An interface is there again with its carrier, whatever it lacked: a boot may have brought it meanwhile. */
  restore(node: Node, segment: number): void {
    if (node.host.tables.linkNamed(`eth${segment}`) === undefined) this.#plug(node, segment);
    else this.setCarrier(node, segment, true);
  }

  /** An interface goes. */
  pull(node: Node, segment: number): void {
    node.host.tables.removeLink(this.#indexOf(node.host, segment));
  }

  setCarrier(node: Node, segment: number, on: boolean): void {
    node.host.setCarrier(this.#indexOf(node.host, segment), on);
  }

  hasCarrier(node: Node, segment: number): boolean {
    const { links } = node.host.tables;
    return links.get(this.#indexOf(node.host, segment))?.flags.running === true;
  }

  /** Stops the process for a while, as SIGSTOP does: what comes waits. */
  pause(node: Node): void {
    this.#paused.add(node);
  }

  resume(node: Node): void {
    this.#paused.delete(node);
  }

  isPaused(node: Node): boolean {
    return this.#paused.has(node);
  }

  /** The configuration of a node; may be replaced by a wrong one. */
  text: (node: Node) => string = (node) => configText(this.plan, node.host.index);

  /** Nothing waits for the microtasks of a steady process: it has none. */
  #work(node: Node): void {
    const { host } = node;
    for (let i = 0; host.isReady; i++) {
      if (i > MAX_TURNS) throw new RangeError(`Node ${host.index} never sleeps`);
      fakeLinux.current = host;
      this.turns++;
      host.waiting?.callback();
      fakeLinux.current = undefined;
    }
    if (host.waiting !== undefined) this.#witness.rested(node);
  }

  #transmit(from: Host, index: number, frame: Uint8Array): void {
    const { name = "" } = from.tables.links.get(index) ?? {};
    // Nobody listens on the loopback interface.
    if (!name.startsWith("eth")) return;
    const segment = Number(name.slice(3));
    const hosts = this.nodes.map(({ host }) => host);
    this.wires[segment]?.send(from, frame, hosts, from.clockUs, (host, frame, atUs) => {
      this.#queue.put(Math.max(atUs, this.nowUs), { kind: "arrive", host, segment, frame });
    });
  }

  #indexOf({ tables }: Host, segment: number): number {
    return tables.linkNamed(`eth${segment}`)?.index ?? 0;
  }
}

export function macOf(node: number, segment: number): string {
  return `02:00:00:00:0${segment}:0${node}`;
}

/** Until promises have come to rest. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
