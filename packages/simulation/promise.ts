import { activeDownIntervalUs, skewTimeUs } from "@keepalived/vrrp-fsm";
import {
  canTakePart,
  components,
  mates,
  type Player,
  playerOf,
  playersOf,
  rank,
} from "./component.ts";
import type { Fault } from "./fault.ts";
import { MAX_DELAY_US } from "./lan.ts";
import { groupOf } from "./member.ts";
import { MAX_LATE_US, type World } from "./world.ts";

/** A takeover that has to come. */
export type Expectation = {
  /** Numbers of the routers, one of which takes over. */
  readonly routers: readonly number[];
  readonly byUs: number;
  readonly text: string;
};

/** Takeovers that a fault may lead to on a segment; undefined: any number. */
export function allowedTakeovers(world: World, fault: Fault, segment: number): number | undefined {
  if (!concerns(world, fault, segment)) return 0;
  const players = playersOf(world, segment);
  const intervals = new Set(players.map(({ config }) => config.advertisementIntervalUs));
  // A loser's advertisement may arrive after the winner's, and leave behind its shorter interval.
  const late = intervals.size > 1 ? players.length : 0;
  switch (fault.kind) {
    case "heal":
      return late;
    case "partition":
      return late + fault.groups.length;
    // Who did not run, or has another time, does not know what happened, and may take back what it lost.
    case "pause":
    case "freeze":
    case "jump":
      return late + 2;
    case "reconfigure":
      return allowedByReload(world, fault, segment, late);
    case "address-lost": {
      const router = world.routers[fault.router];
      const loser = router && playerOf(router, fault.segment);
      return loser?.state.kind === "active" ? late + 1 : 0;
    }
    default:
      return late + 1;
  }
}

/** A reload moves nobody unless it changes who wins. Between two layouts of groups nothing is promised. */
function allowedByReload(
  world: World,
  { router: index, member }: Extract<Fault, { readonly kind: "reconfigure" }>,
  segment: number,
  late: number,
): number | undefined {
  const previous = world.routers[index]?.member;
  if (previous === undefined) return undefined;
  const segments = groupOf(previous, segment);
  if (segments.join() !== groupOf(member, segment).join()) return undefined;
  const isElection = segments.some((other) => {
    const [was, is] = [previous.instances[other], member.instances[other]];
    return was?.priority !== is?.priority || was?.preempt !== is?.preempt;
  });
  return isElection ? late + 1 : 0;
}

/** Whether a fault can make a difference on a segment, be it through a group. */
function concerns(world: World, fault: Fault, segment: number): boolean {
  const hit = "segments" in fault
    ? fault.segments
    : "segment" in fault
    ? [fault.segment]
    : undefined;
  if (hit === undefined) return true;
  return playersOf(world, segment).some(({ router }) =>
    groupOf(router.member, segment).some((other) => hit.includes(other))
  );
}

/** What a fault of the one Active router of a component must lead to, if there is another that can follow. */
export function expectation(world: World, fault: Fault, segment: number): Expectation | undefined {
  const isResignation = fault.kind === "shutdown" || fault.kind === "script-down";
  if (!isResignation && fault.kind !== "crash" && fault.kind !== "link-down") return undefined;
  const router = world.routers[fault.router];
  const leaver = router && playerOf(router, segment);
  if (leaver === undefined || !concernsPlayer(fault, leaver)) return undefined;
  const component = components(world, segment).find((it) => it.some((p) => p.router === router));
  const able = component?.filter(canTakePart) ?? [];
  const active = able.filter(({ state }) => state.kind === "active");
  if (active.length !== 1 || active[0]?.router !== router) return undefined;
  if (mates(leaver).some(({ state }) => state.kind !== "active")) return undefined;
  const others = able.filter((player) => player.router !== router);
  if (others.length === 0) return undefined;
  // A group waits for its slowest member.
  const waitsUs = others.map((player) =>
    Math.max(
      ...mates(player).map((mate) => {
        const cut = fault.kind === "crash" ||
          (fault.kind === "link-down" && fault.segment === mate.segment);
        return waitUs(mate, cut);
      }),
    )
  );
  return {
    routers: others.map((player) => player.router.index),
    byUs: world.nowUs + Math.min(...waitsUs) + 2 * MAX_DELAY_US + MAX_LATE_US,
    text: `the ${fault.kind} of ${nameOf(leaver)}`,
  };
}

function concernsPlayer(fault: Fault, { router, segment }: Player): boolean {
  return !("segment" in fault) || groupOf(router.member, segment).includes(fault.segment);
}

/** How long a Backup waits after the Active router fell silent, or resigned. */
function waitUs(player: Player, isSilent: boolean): number {
  const { state: { router: of }, config } = player;
  const intervalUs = of.kind === "backup"
    ? of.activeAdverIntervalUs
    : config.advertisementIntervalUs;
  const priority = rank(player);
  return isSilent
    ? activeDownIntervalUs(config.version, priority, intervalUs, config.downTimerAdverts)
    : skewTimeUs(config.version, priority, intervalUs);
}

/**
 * Whether the routers of a segment take over one at a time: the skews must be further apart than what network and hosts
 * add, and nobody may hold back the better one for longer than the others.
 */
export function areApart(world: World, segment: number): boolean {
  const able = playersOf(world, segment).filter(canTakePart).sort((a, b) => rank(a) - rank(b));
  const intervalUs = Math.min(
    ...able.flatMap(mates).map(({ config }) => config.advertisementIntervalUs),
  );
  return able.every((player, i) => {
    const next = able[i + 1];
    if (next === undefined) return true;
    if (next.config.preemptDelayUs !== player.config.preemptDelayUs) return false;
    const { version } = player.config;
    const gapUs = skewTimeUs(version, rank(player), intervalUs) -
      skewTimeUs(version, rank(next), intervalUs);
    return gapUs > 2 * (MAX_DELAY_US + MAX_LATE_US);
  });
}

export function nameOf(player: Player): string {
  const { router, segment } = player;
  return `router ${router.index} (${router.member.address}, priority ${
    rank(player)
  }) on ${segment}`;
}
