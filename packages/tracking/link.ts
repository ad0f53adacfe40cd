import { type Machine, move, stay, type Step } from "@keepalived/machine";
import { type Damped, expire, follow, settled } from "./damping.ts";

/** `interface_up_down_delays` of one interface, microseconds; 0: at once. */
export type LinkConfig = { readonly downUs: number; readonly upUs: number };

export type LinkEvent =
  /** What the kernel says: up, and with a carrier. */
  | { readonly kind: "observed"; readonly up: boolean }
  /** There is no such interface, or no longer. */
  | { readonly kind: "absent" };

export type LinkAction = { readonly kind: "verdict"; readonly up: boolean };

/** Plain JSON data. */
export type LinkState = Damped & {
  /** Whether the interface has been up once: only then do the delays count. */
  readonly wasUp: boolean;
};

/**
 * An interface as those see it who depend on it: changes that are taken back within a delay do not count.
 *
 * It is down until it was observed. An interface that vanishes is down at once, and when it comes again it is another
 * one.
 */
export const link: Machine<LinkConfig, LinkState, LinkEvent, LinkAction> = {
  start: () => ({ ...settled(false), wasUp: false }),
  step(config, state, event, nowUs) {
    switch (event.kind) {
      case "observed": {
        const delayUs = state.wasUp ? event.up ? config.upUs : config.downUs : 0;
        return turn(state, follow(state, event.up, delayUs, nowUs));
      }
      case "absent":
        return state.wasUp ? turn({ ...state, wasUp: false }, settled(false)) : stay(state);
      case "timeout":
        return turn(state, expire(state, nowUs));
      case "configured": {
        const { changesAtUs } = state;
        if (changesAtUs === null) return stay(state);
        const longerUs = delayOf(config, state) - delayOf(event.previous, state);
        if (longerUs === 0) return stay(state);
        return move({ ...state, changesAtUs: changesAtUs + longerUs });
      }
    }
  },
  nextDeadlineUs: ({ changesAtUs }) => changesAtUs ?? undefined,
};

/** The delay of the change that a state waits for. */
function delayOf(config: LinkConfig, { up }: LinkState): number {
  return up ? config.downUs : config.upUs;
}

function turn(state: LinkState, damped: Damped): Step<LinkState, LinkAction> {
  if (damped === state) return stay(state);
  const { up, changesAtUs } = damped;
  const next = { up, changesAtUs, wasUp: state.wasUp || up };
  return up === state.up ? move(next) : move(next, [{ kind: "verdict", up }]);
}
