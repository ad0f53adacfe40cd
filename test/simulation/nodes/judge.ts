import {
  decodeArp,
  decodeIpv6,
  decodeNeighbour,
  etherType,
  ipProtocol,
} from "@keepalived/inet-codec";
import type { IpAddress } from "@keepalived/ip-address";
import { decodeEthernet } from "@keepalived/inet-codec";
import type { StateKind } from "@keepalived/vrrp-fsm";
import { macOf, type Network, type Witness } from "./network.ts";
import type { Node } from "./node.ts";

const SECOND = 1_000_000;

/**
 * What must hold of nodes, seen from outside: in their kernels and on their wires.
 *
 * - `in-step`: an interface has a virtual address exactly while its instance is MASTER.
 * - `together`: of a sync group all members are MASTER, or none.
 * - `announced`: who becomes MASTER says so at once to the neighbours of each of its addresses.
 * - `neighbours`: after a quiet window neighbours send to the MASTER's interface.
 * - `convergence`: and there is one MASTER, if anybody can be.
 * - `election`: and nobody that pre-empts has a higher priority.
 * - `stability`: and nobody takes over any more without a fault.
 * - `latency`: a takeover within Skew_Time of an orderly end, within Active_Down_Interval of a crash.
 * - `storm`: what a node sends stays within a budget.
 * - `clean`: a process that ended leaves no address and no descriptor behind.
 * - `sound`: no process fails, and none logs an error.
 */
export type Invariant =
  | "in-step"
  | "together"
  | "announced"
  | "neighbours"
  | "convergence"
  | "election"
  | "stability"
  | "latency"
  | "storm"
  | "clean"
  | "sound";

export type Violation = {
  readonly invariant: Invariant;
  readonly atUs: number;
  readonly text: string;
};

type Watched = {
  states: ReadonlyMap<string, StateKind>;
  /** Addresses that were announced in this turn. */
  readonly announced: Set<IpAddress>;
  /** Until when its kernel may differ from what it believes. */
  graceUntilUs: number;
  second: number;
  sent: number;
};

/** Watches a network and keeps the first violation. */
export class Judge implements Witness {
  violation: Violation | undefined;
  readonly checks: Record<Invariant, number> = {
    "in-step": 0,
    together: 0,
    announced: 0,
    neighbours: 0,
    convergence: 0,
    election: 0,
    stability: 0,
    latency: 0,
    storm: 0,
    clean: 0,
    sound: 0,
  };
  network: Network | undefined;
  /** Whether nothing is to change until the next fault. */
  isCalm = false;
  readonly #watched = new Map<Node, Watched>();
  /** Whom the neighbours on a segment take for the owner of an address. */
  readonly #neighbours = new Map<string, string>();

  sent(node: Node, segment: number, frame: Uint8Array): void {
    const watched = this.#of(node);
    const second = Math.floor(node.host.clockUs / SECOND);
    if (watched.second !== second) Object.assign(watched, { second, sent: 0 });
    watched.sent++;
    this.checks.storm++;
    const instances = this.#world.plan.families.length;
    // What waited for a process that did not run is answered all at once.
    const isLate = this.#world.nowUs < watched.graceUntilUs;
    if (watched.sent > 150 * instances && !isLate) {
      this.blame("storm", `node ${node.host.index} sent ${watched.sent} frames in a second`);
    }
    const announced = announcementOf(frame);
    if (announced === undefined) return;
    watched.announced.add(announced.address);
    this.#neighbours.set(`${segment} ${announced.address}`, announced.mac);
  }

  rested(node: Node): void {
    const watched = this.#of(node);
    const { index } = node.host;
    this.checks.sound++;
    if (node.failure !== undefined) {
      const { failure } = node;
      const text = failure instanceof Error ? failure.stack ?? failure.message : String(failure);
      this.blame("sound", `node ${index} failed: ${text}`);
    }
    const { firstError } = node;
    if (firstError !== undefined) this.blame("sound", `node ${index} says: ${firstError}`);
    if (!node.isRunning) {
      watched.states = new Map();
      return;
    }
    if (node.isChanging) return;
    const { states } = node;
    for (const [name, state] of states) {
      if (state === "active" && watched.states.get(name) !== "active") {
        this.#becameMaster(node, name);
      }
    }
    watched.states = states;
    watched.announced.clear();
    this.#checkInStep(node, watched);
    this.#checkTogether(node);
  }

  /** Lets a node's kernel differ for a while from what its process believes. */
  grace(node: Node, forUs: number): void {
    const watched = this.#of(node);
    watched.graceUntilUs = Math.max(watched.graceUntilUs, this.#world.nowUs + forUs);
  }

  /**
   * There may have been two MASTERs, of which one does not know: neighbours were told by both, and nobody will tell them
   * again (but for `garp_master_refresh`).
   */
  forgetNeighbours(): void {
    this.#neighbours.clear();
  }

  /** What holds after a quiet window. */
  settled(): void {
    for (const [segment, { lan }] of this.#world.wires.entries()) {
      if (lan.cut !== "" || lan.lossPercent > 0) continue;
      const able = this.#world.nodes.filter((node) => this.isAble(node, segment));
      const masters = this.#world.nodes.filter((node) => this.isMaster(node, segment));
      this.checks.convergence++;
      this.checks.stability++;
      if (masters.length !== Math.min(1, able.length)) {
        const names = masters.map(({ host }) => host.index).join(" ");
        this.blame("convergence", `MASTER of ${able.length} on ${segment}: ${names || "nobody"}`);
      }
      const [master] = masters;
      if (master !== undefined) this.#checkElected(master, able, segment);
    }
  }

  /** After a process ended in order. */
  ended(node: Node): void {
    this.checks.clean++;
    const { host } = node;
    if (host.files.size > 0) {
      this.blame("clean", `node ${host.index} left ${host.files.size} descriptors open`);
    }
    const left = this.#world.plan.nodes[0]?.instances.flatMap(({ addresses }) => addresses)
      .filter((address) => host.tables.holds(address)) ?? [];
    if (left.length > 0) this.blame("clean", `node ${host.index} left ${left.join(" ")}`);
  }

  /** Somebody else must be MASTER by now. */
  checkTakenOver(from: Node, segment: number, after: string): void {
    this.checks.latency++;
    const masters = this.#world.nodes.filter((node) => this.isMaster(node, segment));
    if (masters.some((node) => node !== from)) return;
    this.blame(
      "latency",
      `nobody took over ${segment} from node ${from.host.index} after ${after}`,
    );
  }

  /** Whether a node can be MASTER on a segment, as far as one can see from outside. */
  isAble(node: Node, segment: number): boolean {
    const network = this.#world;
    if (!node.isRunning || network.isPaused(node)) return false;
    const segments = network.plan.isGrouped ? [...network.wires.keys()] : [segment];
    return segments.every((it) => network.hasCarrier(node, it));
  }

  isMaster(node: Node, segment: number): boolean {
    return node.isRunning && node.states.get(`VI_${segment}`) === "active";
  }

  blame(invariant: Invariant, text: string): void {
    this.violation ??= { invariant, atUs: this.#world.nowUs, text };
  }

  get #world(): Network {
    if (this.network === undefined) throw new TypeError("Judges nothing yet");
    return this.network;
  }

  #of(node: Node): Watched {
    let watched = this.#watched.get(node);
    if (watched === undefined) {
      watched = { states: new Map(), announced: new Set(), graceUntilUs: 0, second: 0, sent: 0 };
      this.#watched.set(node, watched);
    }
    return watched;
  }

  #becameMaster(node: Node, name: string): void {
    const { index } = node.host;
    const segment = Number(name.slice(3));
    if (this.isCalm) this.blame("stability", `node ${index} took over ${name} without a cause`);
    if (!this.#world.hasCarrier(node, segment)) return;
    this.checks.announced++;
    const { announced } = this.#of(node);
    const silent = (node.virtualAddresses.get(name) ?? []).filter((it) => !announced.has(it));
    if (silent.length === 0) return;
    this.blame(
      "announced",
      `node ${index} is MASTER of ${name} and kept ${silent.join(" ")} to itself`,
    );
  }

  #checkInStep(node: Node, { graceUntilUs }: Watched): void {
    if (this.#world.nowUs < graceUntilUs) return;
    const { tables, index } = node.host;
    const { states } = node;
    for (const [name, addresses] of node.virtualAddresses) {
      const state = states.get(name);
      const link = tables.linkNamed(`eth${name.slice(3)}`);
      if (link === undefined) continue;
      this.checks["in-step"]++;
      for (const address of addresses) {
        if (tables.holds(address) === (state === "active")) continue;
        const has = tables.holds(address) ? "has" : "lacks";
        this.blame("in-step", `node ${index} is ${state} in ${name} and ${has} ${address}`);
      }
    }
  }

  #checkTogether(node: Node): void {
    if (!this.#world.plan.isGrouped) return;
    this.checks.together++;
    const states = [...node.states.values()].filter((state) => state !== "initialize");
    const active = states.filter((state) => state === "active").length;
    if (active === 0 || active === states.length) return;
    this.blame("together", `node ${node.host.index} is ${states.join(" ")}`);
  }

  #checkElected(master: Node, able: readonly Node[], segment: number): void {
    const { plan } = this.#world;
    const planOf = ({ host }: Node) => plan.nodes[host.index];
    const rank = (node: Node) => planOf(node)?.instances[segment]?.priority ?? 0;
    this.checks.election++;
    const better = able.find((node) => planOf(node)?.preempts && rank(node) > rank(master));
    if (better !== undefined) {
      const text = `node ${better.host.index} does not pre-empt node ${master.host.index}`;
      this.blame("election", `${text} on ${segment}`);
    }
    for (const address of master.virtualAddresses.get(`VI_${segment}`) ?? []) {
      this.checks.neighbours++;
      const mac = this.#neighbours.get(`${segment} ${address}`);
      if (mac === undefined || mac === macOf(master.host.index, segment)) continue;
      this.blame("neighbours", `${address} of node ${master.host.index} is sent to ${mac}`);
    }
  }
}

/** Whose frame says that it has an address. */
function announcementOf(
  frame: Uint8Array,
): { readonly address: IpAddress; readonly mac: string } | undefined {
  const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  if (type === etherType.arp) {
    const arp = decodeArp(frame.subarray(14));
    if (!arp.ok || arp.value.senderAddress !== arp.value.targetAddress) return undefined;
    return { address: arp.value.senderAddress, mac: arp.value.senderMac };
  }
  if (type !== etherType.ipv6 || frame[20] !== ipProtocol.icmpv6) return undefined;
  const outer = decodeEthernet(frame);
  const packet = decodeIpv6(frame.subarray(14));
  if (!packet.ok || !outer.ok) return undefined;
  const { source, destination, payload } = packet.value;
  const message = decodeNeighbour(payload, { source, destination, hopLimit: 255 });
  if (!message.ok || message.value.kind !== "advertisement") return undefined;
  return { address: message.value.target, mac: outer.value.source };
}
