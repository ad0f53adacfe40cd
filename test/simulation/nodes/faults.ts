import type { Dice } from "@keepalived/simulation";
import type { Judge } from "./judge.ts";
import type { Network } from "./network.ts";
import type { Node } from "./node.ts";
import { timesOf } from "./plan.ts";

const SECOND = 1_000_000;
/** Packets take a while, and hosts wake up late. */
const SLACK = SECOND / 5;

/** Something that is done to a network: says what, and for how long until the quiet window begins. */
export type Deed = { readonly text: string; readonly lastsUs?: number };

/** Does things to a network that make a difference, and remembers what is broken. */
export class Faults {
  readonly #network: Network;
  readonly #judge: Judge;
  readonly #dice: Dice;
  /** What is broken now, and what mends it. */
  readonly #broken = new Map<string, () => void>();

  #deeds = 0;

  constructor(network: Network, judge: Judge, dice: Dice) {
    this.#network = network;
    this.#judge = judge;
    this.#dice = dice;
  }

  /** @param isSettled whether the network was left alone for a quiet window */
  next(isSettled: boolean): Deed {
    this.#deeds++;
    const dice = this.#dice;
    const segment = dice.integer(0, this.#network.wires.length - 1);
    const master = this.#network.nodes.find((it) => this.#judge.isMaster(it, segment));
    const node = dice.oneIn(2)
      ? master ?? dice.pick(this.#network.nodes)
      : dice.pick(this.#network.nodes);
    const name = `node ${node.host.index}`;
    if (this.#broken.size >= this.#network.nodes.length - 1 || this.#isTooBroken(node)) {
      return this.#mend();
    }
    switch (dice.integer(1, 13)) {
      case 1:
        return this.#crash(node, isSettled);
      case 2:
        return this.#kill(node);
      case 3:
      case 4:
        return this.#stop(node, isSettled);
      case 5:
        this.#network.setCarrier(node, segment, false);
        this.#breaks(`eth${segment} of ${name}`, () => this.#network.restore(node, segment));
        return { text: `eth${segment} of ${name} loses its carrier` };
      case 6:
        this.#network.pull(node, segment);
        this.#breaks(`eth${segment} of ${name}`, () => this.#network.restore(node, segment));
        return { text: `eth${segment} of ${name} is pulled out` };
      case 7:
        return this.#split();
      case 8:
        return this.#spell();
      case 9: {
        const forUs = dice.integer(SECOND / 10, 8 * SECOND);
        this.#network.pause(node);
        this.#network.at(this.#network.nowUs + forUs, () => {
          this.#network.resume(node);
          this.#judge.grace(node, SECOND);
        });
        this.#judge.forgetNeighbours();
        return { text: `${name} is stopped for ${forUs / SECOND} s`, lastsUs: forUs };
      }
      case 10:
        return this.#steal(node, segment);
      case 11:
        return this.#reload(node);
      case 12: {
        // Of the flaps of an interface the kernel tells only some.
        this.#judge.grace(node, SECOND);
        this.#network.setCarrier(node, segment, false);
        for (const file of node.host.netlinkFiles()) file.room = 0;
        this.#network.setCarrier(node, segment, true);
        for (const file of node.host.netlinkFiles()) file.room = 10_000;
        return { text: `the kernel of ${name} drops notifications` };
      }
      default:
        return { text: "nothing happens" };
    }
  }

  #isTooBroken(node: Node): boolean {
    return !node.isSteady || this.#network.isPaused(node);
  }

  #breaks(what: string, mend: () => void): void {
    if (!this.#broken.has(what)) this.#broken.set(what, mend);
  }

  #mend(): Deed {
    const [first] = this.#broken;
    if (first === undefined) return { text: "nothing happens" };
    const [what, mend] = this.#dice.pick([...this.#broken]);
    this.#broken.delete(what);
    mend();
    return { text: `${what} is mended` };
  }

  /** The power goes: nothing is left but the configuration. */
  #crash(node: Node, isSettled: boolean): Deed {
    const text = `node ${node.host.index} loses its power`;
    const { calmUs } = timesOf(this.#network.plan);
    if (isSettled) this.#expectTakeover(node, calmUs - SECOND / 2 + SLACK, text);
    node.kill();
    for (const segment of this.#network.wires.keys()) this.#network.pull(node, segment);
    this.#breaks(`node ${node.host.index}`, () => {
      this.#network.boot(node);
      node.start(this.#network.text(node));
    });
    return { text };
  }

  /** The process is killed, and its parent starts another one. */
  #kill(node: Node): Deed {
    const goneSinceUs = node.host.clockUs;
    const forUs = this.#dice.pick([SECOND / 20, SECOND, 10 * SECOND]);
    node.kill();
    this.#network.at(this.#network.nowUs + forUs, () => {
      this.#judge.grace(node, timesOf(this.#network.plan).quietUs);
      node.start(this.#network.text(node), goneSinceUs);
    });
    this.#judge.forgetNeighbours();
    return { text: `the process of node ${node.host.index} is killed`, lastsUs: forUs };
  }

  #stop(node: Node, isSettled: boolean): Deed {
    const text = `node ${node.host.index} is stopped in order`;
    const { plan } = this.#network;
    const all = plan.nodes.flatMap(({ instances }) =>
      instances.map(({ intervalUs }) => intervalUs)
    );
    if (isSettled) this.#expectTakeover(node, Math.max(SECOND, ...all) + SLACK, text);
    node.stop();
    this.#network.at(this.#network.nowUs + SECOND, () => {
      if (!node.isRunning) this.#judge.ended(node);
    });
    this.#breaks(`node ${node.host.index}`, () => node.start(this.#network.text(node)));
    return { text, lastsUs: SECOND };
  }

  /** If it is MASTER and another one can follow, that must happen. */
  #expectTakeover(node: Node, withinUs: number, after: string): void {
    const { wires, nodes, nowUs } = this.#network;
    for (const [segment, { lan }] of wires.entries()) {
      if (lan.cut !== "" || lan.lossPercent > 0 || !this.#judge.isMaster(node, segment)) continue;
      const others = nodes.filter((it) => it !== node && this.#judge.isAble(it, segment));
      if (others.length === 0 || others.some((it) => !it.isSteady)) continue;
      const deed = this.#deeds;
      this.#network.at(nowUs + withinUs, () => {
        // What is done next may be in its way.
        if (deed === this.#deeds) this.#judge.checkTakenOver(node, segment, after);
      });
    }
  }

  #split(): Deed {
    const dice = this.#dice;
    const all = [...this.#network.nodes.keys()];
    const first = all.filter(() => dice.oneIn(2));
    const groups = [first, all.filter((i) => !first.includes(i))];
    const from = dice.pick(all);
    const to = dice.pick(all.filter((it) => it !== from));
    const isOneWay = dice.oneIn(3);
    for (const { lan } of this.#network.wires) {
      if (isOneWay) lan.block(from, to);
      else lan.partition(groups);
    }
    this.#breaks("the network", () => {
      for (const { lan } of this.#network.wires) lan.heal();
      this.#judge.forgetNeighbours();
    });
    this.#judge.forgetNeighbours();
    return {
      text: isOneWay ? `node ${to} hears nothing of node ${from}` : `split: ${groups.join(" | ")}`,
    };
  }

  /** Frames get lost, come twice or come damaged, for a while. */
  #spell(): Deed {
    const dice = this.#dice;
    const forUs = dice.integer(SECOND, 5 * SECOND);
    const kind = dice.pick(["lost", "doubled", "damaged"] as const);
    const percent = dice.pick([5, 30, 80]);
    for (const wire of this.#network.wires) {
      if (kind === "lost") wire.lan.lossPercent = percent;
      else if (kind === "doubled") wire.duplicated = 10 * percent;
      else wire.corrupted = 10 * percent;
    }
    this.#network.at(this.#network.nowUs + forUs, () => {
      for (const wire of this.#network.wires) {
        wire.lan.lossPercent = wire.duplicated = wire.corrupted = 0;
      }
      this.#judge.forgetNeighbours();
    });
    return { text: `${percent}% of frames are ${kind} for ${forUs / SECOND} s`, lastsUs: forUs };
  }

  /** Somebody else takes an address, whoever has it. */
  #steal(node: Node, segment: number): Deed {
    const { tables } = node.host;
    const [wanted] = this.#network.plan.nodes[0]?.instances[segment]?.addresses ?? [];
    const held = [...tables.addresses.values()].find(({ address }) => address === wanted);
    if (held === undefined) return { text: "nothing is taken" };
    this.#judge.grace(node, SECOND);
    tables.removeAddress(held);
    return { text: `somebody takes ${wanted} from node ${node.host.index}` };
  }

  #reload(node: Node): Deed {
    const dice = this.#dice;
    const { plan } = this.#network;
    const { index } = node.host;
    const priority = dice.pick([20, 50, 100, 150, 200, 254]);
    const what = dice.pick(["priority", "preempts"] as const);
    const nodes = plan.nodes.map((it, i) => {
      if (i !== index) return it;
      if (what === "preempts") return { ...it, preempts: !it.preempts };
      return { ...it, instances: it.instances.map((one) => ({ ...one, priority })) };
    });
    this.#network.plan = { ...plan, nodes };
    node.configure(this.#network.text(node));
    return {
      text: what === "priority"
        ? `node ${index} gets priority ${priority}`
        : `node ${index} gets ${nodes[index]?.preempts ? "preempt" : "nopreempt"}`,
    };
  }
}
