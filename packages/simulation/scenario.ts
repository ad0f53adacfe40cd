import { activeDownIntervalUs, type InstanceConfig } from "@keepalived/vrrp-fsm";
import { Dice } from "./dice.ts";
import { durationUs, type Scheduled } from "./fault.ts";
import { inGroups, instanceName, type Member } from "./member.ts";
import { addressesOf, layoutOf, type Network, PRIORITIES } from "./network.ts";
import { Script } from "./script.ts";

const SECOND = 1_000_000;
/** Their order as numbers is not that of their texts. */
const SOURCES = ["10.0.0.9", "10.0.0.10", "10.0.0.2", "10.0.0.100", "10.0.0.11"];

/** Who there is, and what happens to them. */
export type Scenario = {
  readonly seed: number;
  readonly members: readonly Member[];
  readonly faults: readonly Scheduled[];
  /** How long the world must be left alone until it has to be in order. */
  readonly quietUs: number;
  /** How long it must stay so, to see that nobody takes over any more. */
  readonly calmUs: number;
};

/**
 * Two to five routers with one to three instances and a script of faults, all from one seed.
 *
 * @param lastsUs least time until the last fault; there are a few in any case
 */
export function scenarioOf(seed: number, lastsUs = 0): Scenario {
  const dice = new Dice(seed);
  const version = dice.pick([2, 3] as const);
  const segments = dice.integer(1, 3);
  const network: Network = {
    version,
    segments,
    intervalsUs: Array.from(
      { length: segments },
      () => dice.pick(version === 2 ? [SECOND, 2 * SECOND] : [SECOND / 2, SECOND]),
    ),
    hasSlow: version === 3 && dice.oneIn(2),
    isGroupable: !dice.oneIn(3),
  };
  const members = membersOf(dice, network, dice.integer(2, 5));
  return scenarioFor(seed, members, (timing) => {
    const script = new Script(dice, network, members);
    return faultsOf(dice, script, members.length, { ...timing, lastsUs });
  }, network);
}

type Timing = Pick<Scenario, "quietUs" | "calmUs">;

/** A scenario with the time that its members need to come to rest. */
export function scenarioFor(
  seed: number,
  members: readonly Member[],
  faults: (timing: Timing) => readonly Scheduled[],
  network?: Network,
): Scenario {
  const configs = members.flatMap(({ instances }) => instances.flatMap((it) => it ?? []));
  const intervalUs = Math.max(
    ...configs.map((config) => config.advertisementIntervalUs),
    ...(network?.intervalsUs ?? []).map((it) => network?.hasSlow ? 4 * it : it),
  );
  // More than the longest wait.
  const calmUs = SECOND / 2 +
    Math.max(
      ...configs.map((c) => activeDownIntervalUs(c.version, 1, intervalUs, c.downTimerAdverts)),
    );
  const delaysUs = configs.map((config) => config.preemptDelayUs + config.startupDelayUs);
  // Somebody takes over; the best one tolerates that for its delay, and waits once more; after it somebody who was left
  // with the interval of the one before.
  const timing = { calmUs, quietUs: Math.max(...delaysUs) + 3 * calmUs };
  return { seed, members, faults: faults(timing), ...timing };
}

function membersOf(dice: Dice, network: Network, count: number): Member[] {
  const { segments, isGroupable } = network;
  const isEqual = dice.oneIn(4);
  const isPreempting = !dice.oneIn(4);
  const listOf = () =>
    isEqual ? SOURCES.map(() => dice.pick([100, 100, 255])) : dice.shuffle(PRIORITIES);
  const common = listOf();
  const priorities = Array.from({ length: segments }, () => isGroupable ? common : listOf());
  const sources = dice.shuffle(SOURCES);
  const layout = isGroupable ? layoutOf(dice, segments) : [];
  return sources.slice(0, count).map((address, i) => {
    const base = baseConfig(dice, network, isPreempting || dice.oneIn(2));
    const instances = priorities.map((list, segment) => {
      // Two routers are everywhere; others may lack a segment that no group needs.
      if (!isGroupable && i > 1 && dice.oneIn(4)) return undefined;
      return instanceOf(dice, network, base, segment, list[i] ?? 100);
    });
    return inGroups({ address, instances, groups: [] }, layout);
  });
}

/** What a router's instances have in common. */
function baseConfig(dice: Dice, { version }: Network, preempt: boolean): InstanceConfig {
  return {
    name: "",
    virtualRouterId: 51,
    version,
    family: 4,
    initialState: dice.pick(["backup", "backup", "active"]),
    priority: 100,
    advertisementIntervalUs: SECOND,
    downTimerAdverts: 3,
    preempt,
    preemptDelayUs: dice.oneIn(6) ? 3 * SECOND : 0,
    startupDelayUs: dice.oneIn(8) ? SECOND : 0,
    addresses: [],
    holdings: dice.oneIn(2) ? [{ key: "route", value: 1 }, { key: "rule", value: 1 }] : [],
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
      extraUs: dice.oneIn(4) ? 7 * SECOND : 0,
      extraAddresses: [],
    },
  };
}

function instanceOf(
  dice: Dice,
  { intervalsUs, hasSlow }: Network,
  base: InstanceConfig,
  segment: number,
  priority: number,
): InstanceConfig {
  const intervalUs = intervalsUs[segment] ?? SECOND;
  return {
    ...base,
    name: instanceName(segment),
    virtualRouterId: 51 + segment,
    priority,
    advertisementIntervalUs: hasSlow && dice.oneIn(3) ? 4 * intervalUs : intervalUs,
    addresses: addressesOf(segment, [200, 201]),
  };
}

/** All start within a second; then faults, half of them after a quiet window and a calm one. */
function faultsOf(
  dice: Dice,
  script: Script,
  routers: number,
  { quietUs, calmUs, lastsUs }: Timing & { readonly lastsUs: number },
): Scheduled[] {
  const faults: Scheduled[] = [];
  for (let router = 0; router < routers; router++) {
    faults.push({ atUs: dice.integer(0, SECOND), fault: { kind: "restart", router } });
  }
  faults.sort((a, b) => a.atUs - b.atUs);
  let atUs = SECOND;
  const count = dice.integer(4, 9);
  for (let i = 0; i < count || atUs < lastsUs; i++) {
    atUs += dice.integer(0, 2 * SECOND);
    if (i === 0 || dice.oneIn(2)) atUs += quietUs + calmUs;
    for (const { afterUs, fault } of script.next()) {
      atUs += afterUs;
      faults.push({ atUs, fault });
      atUs += durationUs(fault);
    }
  }
  return faults;
}
