import type { InstanceEvent } from "@keepalived/vrrp-fsm";
import type { Member } from "./member.ts";
import type { RouterState } from "./turn.ts";

/** A router's place on a segment. */
export type Port = {
  /** Addresses on its interface, and what else it holds. */
  readonly held: Set<string>;
  hasLink: boolean;
  hasScript: boolean;
  adjustment: number;
};

/** A host. */
export type Router = {
  readonly index: number;
  member: Member;
  state: RouterState;
  /** By segment. */
  readonly ports: readonly Port[];
  isAlive: boolean;
  /** Started, and not shut down. */
  isRunning: boolean;
  /** Not running for now: "deaf" if packets are lost meanwhile. */
  pause: "none" | "waiting" | "deaf";
  /** When it last ran again after a pause. */
  resumedAtUs: number;
  /** How much later its clock is than the world's. */
  aheadUs: number;
  /** Last time that its machines were told. */
  lastUs: number;
  /** What it waits for, on its own clock. */
  deadlineUs: number | undefined;
  /** Of the wake-up that counts; earlier ones were called off. */
  wakeUp: number;
  readonly waiting: Arrival[];
  /** A configuration to go over to after the pause. */
  reload: Member | undefined;
};

/** An event for an instance, and when it came on the router's clock. */
type Arrival = { readonly segment: number; readonly event: InstanceEvent; readonly atUs: number };

/** A router that was not started yet. */
export function newRouter(
  member: Member,
  index: number,
  state: RouterState,
  segments: number,
): Router {
  return {
    index,
    member,
    state,
    ports: Array.from({ length: segments }, () => ({
      held: new Set(),
      hasLink: true,
      hasScript: true,
      adjustment: 0,
    })),
    isAlive: false,
    isRunning: false,
    pause: "none",
    resumedAtUs: -1,
    aheadUs: 0,
    lastUs: 0,
    deadlineUs: undefined,
    wakeUp: 0,
    waiting: [],
    reload: undefined,
  };
}
