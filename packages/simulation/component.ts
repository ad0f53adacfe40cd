import { OWNER_PRIORITY, priorityOf } from "@keepalived/vrrp-fsm";
import type { Router, World } from "./world.ts";

/**
 * Sets of routers that hear each other and that nobody else half hears.
 *
 * Only of these the standard promises one Active router: beside a one-way link two of them are right behaviour.
 */
export function components(world: World): readonly (readonly Router[])[] {
  const { routers, lan } = world;
  const left = new Set(routers);
  const found: Router[][] = [];
  for (const first of routers) {
    if (!left.has(first)) continue;
    const touched: Router[] = [first];
    left.delete(first);
    for (const router of touched) {
      for (const other of [...left]) {
        if (!lan.reaches(router.index, other.index) && !lan.reaches(other.index, router.index)) {
          continue;
        }
        left.delete(other);
        touched.push(other);
      }
    }
    const isMutual = touched.every((a) =>
      touched.every((b) => a === b || lan.reaches(a.index, b.index))
    );
    if (isMutual) found.push(touched);
  }
  return found;
}

/** Whether a router can be Active: running, well, and heard by others. */
export function canTakePart(router: Router): boolean {
  return router.isAlive && router.hasLink && !router.isPaused && router.state.running &&
    router.state.faults.length === 0;
}

/** The priority it takes part with. */
export function rank(router: Router): number {
  return priorityOf(router.config, router.state);
}

/** Whether it takes over from a router of lower priority. */
export function preempts(router: Router): boolean {
  return router.config.preempt || router.config.priority === OWNER_PRIORITY;
}
