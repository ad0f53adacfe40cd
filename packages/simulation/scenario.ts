import { activeDownIntervalUs, type InstanceConfig } from "@keepalived/vrrp-fsm";
import { Dice } from "./dice.ts";
import type { Fault, Scheduled } from "./fault.ts";
import type { Member } from "./world.ts";

const SECOND = 1_000_000;
/** Their order as numbers is not that of their texts. */
const SOURCES = ["10.0.0.9", "10.0.0.10", "10.0.0.2", "10.0.0.100", "10.0.0.11"];
const PRIORITIES = [20, 50, 100, 120, 150, 200, 254, 255];

/** Who there is, and what happens to them. */
export type Scenario = {
  readonly seed: number;
  readonly members: readonly Member[];
  readonly faults: readonly Scheduled[];
};

/** Two to five routers and a script of faults, all from one seed. */
export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed);
  const members = membersOf(dice, dice.integer(2, 5));
  return { seed, members, faults: faultsOf(dice, members) };
}

/** How long a world must be left alone until it has to be in order. */
export function quietUs(members: readonly Member[]): number {
  const delaysUs = members.map(({ config }) => config.preemptDelayUs + config.startupDelayUs);
  // Somebody takes over; the best one tolerates that for its delay, and waits once more; after it somebody who was left
  // with the interval of the one before.
  return Math.max(...delaysUs) + 3 * calmUs(members);
}

/** How long it must stay so, to see that nobody takes over any more: more than the longest wait. */
export function calmUs(members: readonly Member[]): number {
  const configs = members.map((member) => member.config);
  const intervalUs = Math.max(...configs.map((c) => c.advertisementIntervalUs));
  return SECOND / 2 + Math.max(
    ...configs.map((c) => activeDownIntervalUs(c.version, 1, intervalUs, c.downTimerAdverts)),
  );
}

function membersOf(dice: Dice, count: number): Member[] {
  const version = dice.pick([2, 3] as const);
  const intervalUs = dice.pick(version === 2 ? [SECOND, 2 * SECOND] : [SECOND / 2, SECOND]);
  const isEqual = dice.oneIn(4);
  const isPreempting = !dice.oneIn(4);
  const priorities = isEqual
    ? SOURCES.map(() => dice.pick([100, 100, 255]))
    : dice.shuffle(PRIORITIES);
  const sources = dice.shuffle(SOURCES);
  return sources.slice(0, count).map((address, i) => ({
    address,
    config: {
      name: `router ${i}`,
      virtualRouterId: 51,
      version,
      family: 4,
      initialState: dice.pick(["backup", "backup", "active"]),
      priority: priorities[i] ?? 100,
      advertisementIntervalUs: version === 3 && dice.oneIn(4) ? 4 * intervalUs : intervalUs,
      downTimerAdverts: 3,
      preempt: isPreempting || dice.oneIn(2),
      preemptDelayUs: dice.oneIn(6) ? 3 * SECOND : 0,
      startupDelayUs: dice.oneIn(8) ? SECOND : 0,
      addresses: ["10.0.0.200", "10.0.0.201"].map(virtualAddress),
      holdings: [],
      grouped: false,
      lowerPriorityNoAdvert: dice.oneIn(4),
      higherPrioritySendAdvert: dice.oneIn(4),
      ...(dice.oneIn(6) ? { lateBackupPriority: 254 } : {}),
      announcement: {
        repeat: 5,
        delayUs: 5 * SECOND,
        refreshUs: dice.oneIn(4) ? 3 * SECOND : 0,
        refreshRepeat: 1,
        lowerPriorityRepeat: 5,
        lowerPriorityDelayUs: 5 * SECOND,
      },
    },
  }));
}

/** All start within a second; then faults, half of them after a quiet window and a calm one. */
function faultsOf(dice: Dice, members: readonly Member[]): Scheduled[] {
  const script = new Script(dice, members);
  const faults: Scheduled[] = [];
  for (const router of members.keys()) {
    faults.push({ atUs: dice.integer(0, SECOND), fault: { kind: "restart", router } });
  }
  faults.sort((a, b) => a.atUs - b.atUs);
  let atUs = SECOND;
  const count = dice.integer(4, 9);
  for (let i = 0; i < count; i++) {
    atUs += dice.integer(0, 2 * SECOND);
    if (i === 0 || dice.oneIn(2)) atUs += quietUs(members) + calmUs(members);
    const fault = script.next();
    faults.push({ atUs, fault });
    if (fault.kind === "pause") atUs += fault.forUs;
    // Lossy spells end, or nothing could be promised any more.
    if (fault.kind !== "loss") continue;
    atUs += dice.integer(SECOND, 5 * SECOND);
    faults.push({ atUs, fault: { kind: "loss", percent: 0 } });
  }
  return faults;
}

/** Chooses faults that make a difference, for which it remembers what is broken. */
class Script {
  readonly #dice: Dice;
  readonly #configs: InstanceConfig[];
  /** For each router and kind of breakage, whether it is broken. */
  readonly #broken = new Set<string>();
  #isSplit = false;

  constructor(dice: Dice, members: readonly Member[]) {
    this.#dice = dice;
    this.#configs = members.map((member) => member.config);
  }

  next(): Fault {
    const dice = this.#dice;
    const router = dice.integer(0, this.#configs.length - 1);
    switch (dice.integer(1, 12)) {
      case 1:
      case 2:
        return this.#toggle("crash", "restart", router);
      case 3:
      case 4:
        return this.#toggle("shutdown", "startup", router);
      case 5:
        return this.#toggle("link-down", "link-up", router);
      case 6:
        return this.#toggle("script-down", "script-up", router);
      case 7:
        return { kind: "pause", router, forUs: dice.integer(SECOND / 10, 6 * SECOND) };
      case 8:
        return { kind: "weight", router, adjustment: dice.pick([-60, -15, 0, 15, 60]) };
      case 9:
        return this.#reconfigure(router);
      case 10:
        return this.#split(router);
      case 11:
        return { kind: "loss", percent: dice.pick([5, 30, 80]) };
      default:
        return { kind: "address-lost", router };
    }
  }

  #toggle(
    broken: "crash" | "shutdown" | "link-down" | "script-down",
    well: "restart" | "startup" | "link-up" | "script-up",
    router: number,
  ): Fault {
    const key = `${broken} ${router}`;
    if (this.#broken.delete(key)) return { kind: well, router };
    this.#broken.add(key);
    return { kind: broken, router };
  }

  #split(router: number): Fault {
    const dice = this.#dice;
    this.#isSplit = !this.#isSplit;
    if (!this.#isSplit) return { kind: "heal" };
    const all = [...this.#configs.keys()];
    const others = all.filter((other) => other !== router);
    if (dice.oneIn(3)) return { kind: "one-way", from: router, to: dice.pick(others) };
    const first = all.filter(() => dice.oneIn(2));
    return { kind: "partition", groups: [first, all.filter((i) => !first.includes(i))] };
  }

  #reconfigure(router: number): Fault {
    const dice = this.#dice;
    const previous = this.#configs[router] as InstanceConfig;
    const change = dice.pick<Partial<InstanceConfig>>([
      { priority: dice.pick(PRIORITIES) },
      { addresses: ["10.0.0.201", "10.0.0.202"].map(virtualAddress) },
      { addresses: ["10.0.0.200", "10.0.0.201"].map(virtualAddress) },
      { preempt: true },
    ]);
    const config = { ...previous, ...change };
    this.#configs[router] = config;
    return { kind: "reconfigure", router, config };
  }
}

function virtualAddress(address: string): InstanceConfig["addresses"][number] {
  return { address, prefixLength: 24, interface: "eth0", scope: 0, advertised: true };
}
