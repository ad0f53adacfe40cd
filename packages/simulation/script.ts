import type { InstanceConfig } from "@keepalived/vrrp-fsm";
import type { Dice } from "./dice.ts";
import type { Fault } from "./fault.ts";
import { inGroups, type Member } from "./member.ts";
import { addressesOf, layoutOf, type Network, PRIORITIES } from "./network.ts";

const SECOND = 1_000_000;

/** Last numbers of a segment's addresses. */
const HOSTS: readonly (readonly number[])[] = [[200, 201], [201, 202]];

/** A fault, and its time after the end of the one before. */
type Next = { readonly afterUs: number; readonly fault: Fault };

/** Chooses faults that make a difference, for which it remembers what is broken. */
export class Script {
  readonly #dice: Dice;
  readonly #network: Network;
  readonly #members: Member[];
  /** What is broken now, and what mends it. */
  readonly #broken = new Map<string, Fault>();

  constructor(dice: Dice, network: Network, members: readonly Member[]) {
    this.#dice = dice;
    this.#network = network;
    this.#members = [...members];
  }

  next(): readonly Next[] {
    const dice = this.#dice;
    const router = dice.integer(0, this.#members.length - 1);
    const segment = dice.integer(0, this.#network.segments - 1);
    // Where everything is broken nothing happens any more.
    if (this.#broken.size > this.#members.length / 2 && dice.oneIn(2)) return once(this.#mend());
    switch (dice.integer(1, 17)) {
      case 1:
      case 2:
        return once(this.#toggle({ kind: "crash", router }, { kind: "restart", router }));
      case 3:
      case 4:
        return once(this.#toggle({ kind: "shutdown", router }, { kind: "startup", router }));
      case 5:
        return once(
          this.#toggle({ kind: "link-down", router, segment }, {
            kind: "link-up",
            router,
            segment,
          }),
        );
      case 6:
        return once(this.#toggle(
          { kind: "script-down", router, segment },
          { kind: "script-up", router, segment },
        ));
      case 7:
        return once({ kind: "pause", router, forUs: dice.integer(SECOND / 10, 6 * SECOND) });
      case 8:
        return once({ kind: "freeze", router, forUs: dice.integer(SECOND / 10, 9 * SECOND) });
      case 9:
        return once({ kind: "jump", router, byUs: dice.integer(SECOND / 10, 9 * SECOND) });
      case 10:
        return once(this.#weigh(router, segment));
      case 11:
      case 12:
      case 13:
        return once(this.#reconfigure(router, segment));
      case 14:
        return this.#regroup(router, segment);
      case 15:
        return once(this.#split(router, segment));
      case 16:
        // Lossy spells end, or nothing could be promised any more.
        return [
          { afterUs: 0, fault: { kind: "loss", percent: dice.pick([5, 30, 80]) } },
          { afterUs: dice.integer(SECOND, 5 * SECOND), fault: { kind: "loss", percent: 0 } },
        ];
      default:
        return once({ kind: "address-lost", router, segment });
    }
  }

  /** Breaks it, or mends it if it is broken. */
  #toggle(broken: Fault, well: Fault): Fault {
    const key = JSON.stringify(well);
    if (this.#broken.delete(key)) return well;
    this.#broken.set(key, well);
    return broken;
  }

  #mend(): Fault {
    const [key, well] = this.#dice.pick([...this.#broken]);
    this.#broken.delete(key);
    return well;
  }

  /** A tracker of an instance, or of a group, whose members must not come to disagree. */
  #weigh(router: number, segment: number): Fault {
    const adjustment = this.#dice.pick([-60, -15, 0, 15, 60]);
    const segments = this.#network.isGroupable
      ? Array.from({ length: this.#network.segments }, (_, i) => i)
      : [segment];
    return { kind: "weight", router, segments, adjustment };
  }

  /** Some segments, or all, cut in the same way; groups are put to the test by both. */
  #split(router: number, segment: number): Fault {
    const dice = this.#dice;
    const all = [...this.#members.keys()];
    const segments = dice.oneIn(3)
      ? [segment]
      : Array.from({ length: this.#network.segments }, (_, i) => i);
    const others = all.filter((other) => other !== router);
    const first = all.filter(() => dice.oneIn(2));
    const groups = [first, all.filter((i) => !first.includes(i))];
    const cut: Fault = dice.oneIn(3)
      ? { kind: "one-way", segments, from: router, to: dice.pick(others) }
      : { kind: "partition", segments, groups };
    return this.#toggle(cut, { kind: "heal" });
  }

  #reconfigure(router: number, segment: number): Fault {
    const dice = this.#dice;
    const { isGroupable, hasSlow, intervalsUs } = this.#network;
    const member = this.#members[router] as Member;
    const fastUs = intervalsUs[segment] ?? SECOND;
    const isFast = member.instances[segment]?.advertisementIntervalUs === fastUs;
    const advertisementIntervalUs = hasSlow && isFast ? 4 * fastUs : fastUs;
    const priority = dice.pick(PRIORITIES);
    const change = dice.pick<(config: InstanceConfig, of: number) => Partial<InstanceConfig>>([
      (_, of) => isGroupable || of === segment ? { priority } : {},
      (_, of) => of === segment ? { addresses: addressesOf(of, dice.pick(HOSTS)) } : {},
      (_, of) => of === segment ? { holdings: [{ key: "rule", value: 1 }] } : {},
      (_, of) => of === segment ? { advertisementIntervalUs } : {},
      () => ({ preempt: true }),
    ]);
    return this.#reload(router, {
      ...member,
      instances: member.instances.map((config, of) =>
        config === undefined ? undefined : { ...config, ...change(config, of) }
      ),
    });
  }

  /** A new layout of groups on every router, one after the other; where none are possible, an instance goes or comes. */
  #regroup(router: number, segment: number): readonly Next[] {
    const dice = this.#dice;
    const { segments, isGroupable } = this.#network;
    if (isGroupable) {
      const layout = layoutOf(dice, segments);
      return dice.shuffle([...this.#members.keys()]).map((index) => {
        const member = this.#members[index] as Member;
        const fault = this.#reload(index, inGroups(member, layout));
        return { afterUs: dice.integer(0, SECOND), fault };
      });
    }
    const member = this.#members[router] as Member;
    const present = this.#members.filter((it) => it.instances[segment] !== undefined);
    const isLeaving = member.instances[segment] !== undefined;
    if (isLeaving && present.length < 3) return once(this.#reload(router, member));
    const template = present.find((it) => it !== member)?.instances[segment];
    const own = member.instances.find((it) => it !== undefined);
    const comes = template && { ...template, priority: own?.priority ?? 100 };
    return once(this.#reload(router, {
      ...member,
      instances: member.instances.with(segment, isLeaving ? undefined : comes),
    }));
  }

  #reload(router: number, member: Member): Fault {
    this.#members[router] = member;
    return { kind: "reconfigure", router, member };
  }
}

function once(fault: Fault): readonly Next[] {
  return [{ afterUs: 0, fault }];
}
