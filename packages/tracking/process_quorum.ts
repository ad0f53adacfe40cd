import { type Machine, move, stay, type Step } from "@keepalived/machine";
import { type Damped, expire, follow, settled } from "./damping.ts";

/** `vrrp_track_process`: how many processes there must be, and how long to wait before a change counts. */
export type ProcessQuorumConfig = {
  readonly quorum: number;
  /** Absent: any number. 0: none may run, whatever the quorum. */
  readonly quorumMax?: number;
  /** Delay after a process came, microseconds. */
  readonly forkDelayUs: number;
  /** Delay after a process went, microseconds. */
  readonly terminateDelayUs: number;
};

export type ProcessQuorumEvent = {
  readonly kind: "counted";
  /** Processes that run now. */
  readonly count: number;
};

export type ProcessQuorumAction = { readonly kind: "verdict"; readonly up: boolean };

/** Plain JSON data. */
export type ProcessQuorumState = Damped & {
  /** Null until they were counted for the first time, which decides at once. */
  readonly count: number | null;
};

/** Whether enough processes run, and not too many. */
export const processQuorum: Machine<
  ProcessQuorumConfig,
  ProcessQuorumState,
  ProcessQuorumEvent,
  ProcessQuorumAction
> = {
  start: () => ({ ...settled(false), count: null }),
  step(config, state, event, nowUs) {
    switch (event.kind) {
      case "counted":
        return count(config, state, event.count, nowUs);
      case "timeout":
        return turn(state, expire(state, nowUs));
      case "configured": {
        if (state.count === null) return stay(state);
        const up = hasQuorum(config, state.count);
        if (up === hasQuorum(event.previous, state.count)) return stay(state);
        return turn(state, settled(up));
      }
    }
  },
  nextDeadlineUs: ({ changesAtUs }) => changesAtUs ?? undefined,
};

function count(
  config: ProcessQuorumConfig,
  state: ProcessQuorumState,
  count: number,
  nowUs: number,
): Step<ProcessQuorumState, ProcessQuorumAction> {
  const up = hasQuorum(config, count);
  if (state.count === null) {
    return move({ ...settled(up), count }, [{ kind: "verdict", up }]);
  }
  if (count === state.count) return stay(state);
  const delayUs = count > state.count ? config.forkDelayUs : config.terminateDelayUs;
  return turn({ ...state, count }, follow(state, up, delayUs, nowUs), state);
}

function hasQuorum({ quorum, quorumMax }: ProcessQuorumConfig, count: number): boolean {
  if (quorumMax === undefined) return count >= quorum;
  return count <= quorumMax && count >= Math.min(quorum, quorumMax);
}

function turn(
  next: ProcessQuorumState,
  damped: Damped,
  state: ProcessQuorumState = next,
): Step<ProcessQuorumState, ProcessQuorumAction> {
  if (damped === next) return stay(next);
  const { up, changesAtUs } = damped;
  const turned = { up, changesAtUs, count: next.count };
  return up === state.up ? move(turned) : move(turned, [{ kind: "verdict", up }]);
}
