import {
  type InstanceConfig,
  type InstanceState,
  OWNER_PRIORITY,
  priorityOf,
} from "@keepalived/vrrp-fsm";
import type { Lan } from "./lan.ts";
import { groupOf } from "./member.ts";
import type { Router } from "./router.ts";
import type { World } from "./world.ts";

/** A router's part in a segment. */
export type Player = {
  readonly router: Router;
  readonly segment: number;
  readonly config: InstanceConfig;
  readonly state: InstanceState;
};

/** Those who have a part in a segment. */
export function playersOf(world: World, segment: number): readonly Player[] {
  return world.routers.flatMap((router) => playerOf(router, segment) ?? []);
}

export function playerOf(router: Router, segment: number): Player | undefined {
  const config = router.member.instances[segment];
  const state = router.state.instances[segment];
  return config === undefined || state === undefined
    ? undefined
    : { router, segment, config, state };
}

/**
 * Sets of players of a segment that hear each other and that nobody else half hears.
 *
 * Only of these the standard promises one Active router: beside a one-way link two of them are right behaviour. A sync
 * group can keep the promise only where all its segments are cut alike.
 */
export function components(world: World, segment: number): readonly (readonly Player[])[] {
  const lan = world.lans[segment] as Lan;
  if (!isWhole(world, segment)) return [];
  const players = playersOf(world, segment);
  const left = new Set(players);
  const found: Player[][] = [];
  for (const first of players) {
    if (!left.has(first)) continue;
    const touched: Player[] = [first];
    left.delete(first);
    for (const { router } of touched) {
      for (const other of [...left]) {
        const { index } = other.router;
        if (!lan.reaches(router.index, index) && !lan.reaches(index, router.index)) continue;
        left.delete(other);
        touched.push(other);
      }
    }
    const isMutual = touched.every((a) =>
      touched.every((b) => a === b || lan.reaches(a.router.index, b.router.index))
    );
    if (isMutual) found.push(touched);
  }
  return found;
}

/** Whether nothing ties the segment to others that look different. */
function isWhole(world: World, segment: number): boolean {
  const groups = playersOf(world, segment).map(({ router }) => groupOf(router.member, segment));
  const [first = []] = groups;
  if (groups.every((group) => group.length === 1)) return true;
  if (!groups.every((group) => group.join() === first.join())) return false;
  const cut = (world.lans[segment] as Lan).cut;
  return first.every((other) => world.lans[other]?.cut === cut);
}

/** Whether all who have a part in a segment are in components, so that each of them is promised something. */
export function isClean(world: World, segment: number): boolean {
  return components(world, segment).flat().length === playersOf(world, segment).length;
}

/** Whether it can be Active: running and well, as are those that it is grouped with. What the machines believe counts not. */
export function canTakePart(player: Player): boolean {
  const { router } = player;
  if (!router.isAlive || !router.isRunning || router.pause !== "none") return false;
  return mates(player).every(({ segment, state }) => {
    const port = router.ports[segment];
    return port?.hasLink && port.hasScript && state.startAtUs === null;
  });
}

/** The priority it takes part with. */
export function rank({ config, state }: Player): number {
  return priorityOf(config, state);
}

/** Whether it takes over from a router of lower priority. */
export function preempts({ config }: Player): boolean {
  return config.preempt || config.priority === OWNER_PRIORITY;
}

/** The members of a player's group, itself included. */
export function mates({ router, segment }: Player): readonly Player[] {
  return groupOf(router.member, segment).flatMap((other) => playerOf(router, other) ?? []);
}
