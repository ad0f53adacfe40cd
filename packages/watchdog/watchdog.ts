import { type Machine, move, stay, type Step } from "@keepalived/machine";
import type { WatchdogAction } from "./action.ts";
import type { WatchdogConfig } from "./config.ts";
import type { ProcessEnd, WatchdogEvent } from "./event.ts";
import type { WatchdogState } from "./state.ts";

type In<Kind extends WatchdogState["kind"]> = Extract<WatchdogState, { readonly kind: Kind }>;
type Result = Step<WatchdogState, WatchdogAction>;

/** Watches over one process: kills it when it gives no heartbeat, and starts it anew when it ends. */
export const watchdog: Machine<WatchdogConfig, WatchdogState, WatchdogEvent, WatchdogAction> = {
  start: () => ({ kind: "off" }),
  step(config, state, event, nowUs) {
    if (event.kind === "configured") return configured(config, state, nowUs);
    switch (state.kind) {
      case "off":
        return event.kind === "start" ? enterRunning(config, 0, nowUs) : stay(state);
      case "running":
        return inRunning(config, state, event, nowUs);
      case "killed":
        return inKilled(config, state, event, nowUs);
      case "waiting":
        return inWaiting(config, state, event, nowUs);
      case "stopping":
        return inStopping(state, event, nowUs);
    }
  },
  nextDeadlineUs(state) {
    switch (state.kind) {
      case "running":
        return state.countAtUs;
      case "waiting":
        return state.startAtUs;
      case "stopping":
        return state.killAtUs ?? undefined;
      case "off":
      case "killed":
        return undefined;
    }
  },
};

/**
 * Whether a process that was killed for its silence does not even go then, because it waits for a device or memory.
 *
 * It still holds what it holds, and no other can take its place.
 */
export function isStuck(config: WatchdogConfig, state: WatchdogState, nowUs: number): boolean {
  return state.kind === "killed" &&
    nowUs - state.killedAtUs >= config.intervalUs * config.threshold;
}

type Told = WatchdogEvent | { readonly kind: "timeout" };

function inRunning(
  config: WatchdogConfig,
  state: In<"running">,
  event: Told,
  nowUs: number,
): Result {
  switch (event.kind) {
    case "start":
      return stay(state);
    case "kick":
      return state.heard && state.missed === 0
        ? stay(state)
        : move({ ...state, heard: true, missed: 0 });
    case "starved":
      return state.missed === 0 ? stay(state) : move({ ...state, missed: state.missed - 1 });
    case "ended":
      return afterEnd(config, state, event.end, nowUs);
    case "stop":
      return move(
        { kind: "stopping", askedAtUs: nowUs, killAtUs: nowUs + config.graceUs },
        [{ kind: "terminate" }],
      );
    case "timeout":
      return nowUs >= state.countAtUs ? count(config, state, nowUs) : stay(state);
  }
}

/** An interval without a heartbeat. If we are late ourselves by a whole one, it was perhaps given and not heard. */
function count(config: WatchdogConfig, state: In<"running">, nowUs: number): Result {
  const countAtUs = nowUs + config.intervalUs;
  if (nowUs - state.countAtUs >= config.intervalUs) return move({ ...state, countAtUs });
  const missed = state.missed + 1;
  const threshold = state.heard ? config.threshold : config.startThreshold;
  if (missed < threshold) return move({ ...state, missed, countAtUs });
  const { startedAtUs, restarts } = state;
  return move({ kind: "killed", startedAtUs, killedAtUs: nowUs, restarts }, [
    { kind: "kill", reason: "hung", afterUs: missed * config.intervalUs },
  ]);
}

function inKilled(config: WatchdogConfig, state: In<"killed">, event: Told, nowUs: number): Result {
  switch (event.kind) {
    case "ended":
      return afterEnd(config, state, event.end, nowUs);
    case "stop":
      return move({ kind: "stopping", askedAtUs: nowUs, killAtUs: null });
    default:
      return stay(state);
  }
}

function inWaiting(
  config: WatchdogConfig,
  state: In<"waiting">,
  event: Told,
  nowUs: number,
): Result {
  switch (event.kind) {
    case "start":
      return enterRunning(config, state.restarts, nowUs);
    case "timeout":
      return nowUs >= state.startAtUs ? enterRunning(config, state.restarts, nowUs) : stay(state);
    case "stop":
      return move({ kind: "off" }, [{ kind: "stopped" }]);
    default:
      return stay(state);
  }
}

function inStopping(state: In<"stopping">, event: Told, nowUs: number): Result {
  switch (event.kind) {
    case "ended":
      return move({ kind: "off" }, [{ kind: "stopped" }]);
    case "timeout":
      if (state.killAtUs === null || nowUs < state.killAtUs) return stay(state);
      return move({ ...state, killAtUs: null }, [
        { kind: "kill", reason: "not-ended", afterUs: nowUs - state.askedAtUs },
      ]);
    default:
      return stay(state);
  }
}

function enterRunning(config: WatchdogConfig, restarts: number, nowUs: number): Result {
  const countAtUs = nowUs + config.intervalUs;
  return move(
    { kind: "running", startedAtUs: nowUs, heard: false, missed: 0, countAtUs, restarts },
    [{ kind: "start" }],
  );
}

/** A process ended unasked. */
function afterEnd(
  config: WatchdogConfig,
  { startedAtUs, restarts }: In<"running"> | In<"killed">,
  end: ProcessEnd,
  nowUs: number,
): Result {
  if (end.kind === "exited" && config.permanent.includes(end.status)) {
    return move({ kind: "off" }, [{ kind: "give-up", end, reason: "permanent" }]);
  }
  const before = nowUs - startedAtUs >= config.settledUs ? 0 : restarts;
  if (before >= (config.restartsAtMost ?? Infinity)) {
    return move({ kind: "off" }, [{ kind: "give-up", end, reason: "restarts" }]);
  }
  const delayUs = delayOf(config, before);
  const restart: WatchdogAction = { kind: "restart", end, delayUs };
  if (delayUs > 0) {
    return move({ kind: "waiting", startAtUs: nowUs + delayUs, restarts: before + 1 }, [restart]);
  }
  const { state, actions } = enterRunning(config, before + 1, nowUs);
  return move(state, [restart, ...actions]);
}

/** 0, then the first delay, doubled with each further restart. */
function delayOf({ firstDelayUs, longestDelayUs }: WatchdogConfig, restarts: number): number {
  if (restarts === 0) return 0;
  return Math.min(longestDelayUs, firstDelayUs * 2 ** (restarts - 1));
}

/** What was to come later than the new configuration would have it comes then. */
function configured(config: WatchdogConfig, state: WatchdogState, nowUs: number): Result {
  switch (state.kind) {
    case "running": {
      const latestUs = nowUs + config.intervalUs;
      return state.countAtUs <= latestUs ? stay(state) : move({ ...state, countAtUs: latestUs });
    }
    case "waiting": {
      const latestUs = nowUs + config.longestDelayUs;
      return state.startAtUs <= latestUs ? stay(state) : move({ ...state, startAtUs: latestUs });
    }
    case "stopping": {
      const latestUs = nowUs + config.graceUs;
      return (state.killAtUs ?? 0) <= latestUs
        ? stay(state)
        : move({ ...state, killAtUs: latestUs });
    }
    case "off":
    case "killed":
      return stay(state);
  }
}
