import { type Machine, move, stay, type Step } from "@keepalived/machine";
import type { Verdict } from "./influence.ts";

/** When a `vrrp_script` runs, and what its results decide. */
export type ScriptConfig = {
  readonly intervalUs: number;
  /** Successes in a row that make it good, and failures that make it bad; at least 1. */
  readonly rise: number;
  readonly fall: number;
  /** It counts as bad until it has succeeded `rise` times; otherwise the first result decides. */
  readonly initFail: boolean;
};

export type ScriptEvent = {
  readonly kind: "ended";
  /** Whether the run ended by itself, in time, and with exit status 0. */
  readonly success: boolean;
};

export type ScriptAction =
  /** Run it, and tell `ended` in any case. */
  | { readonly kind: "run" }
  /** A run was due while the one before still went on. */
  | { readonly kind: "skipped" }
  | { readonly kind: "verdict"; readonly good: boolean };

/** Plain JSON data. */
export type ScriptState = {
  readonly verdict: Verdict;
  /** Results in a row that speak against the verdict. */
  readonly against: number;
  readonly running: boolean;
  /** When the next run is due; null: the first one, at once. */
  readonly nextAtUs: number | null;
};

/** A script that runs each interval, and its verdict, which does not follow every single result. */
export const script: Machine<ScriptConfig, ScriptState, ScriptEvent, ScriptAction> = {
  start: ({ initFail }) => ({
    verdict: initFail ? "bad" : "unknown",
    against: 0,
    running: false,
    nextAtUs: null,
  }),
  step(config, state, event, nowUs) {
    switch (event.kind) {
      case "timeout":
        return nowUs >= (state.nextAtUs ?? 0) ? due(config, state, nowUs) : stay(state);
      case "ended":
        return state.running ? judge(config, state, event.success) : stay(state);
      case "configured": {
        const latestUs = nowUs + config.intervalUs;
        return (state.nextAtUs ?? 0) <= latestUs
          ? stay(state)
          : move({ ...state, nextAtUs: latestUs });
      }
    }
  },
  nextDeadlineUs: ({ nextAtUs }) => nextAtUs ?? 0,
};

/** Keeps to the beat; beats that were missed altogether are not made up for. */
function due(
  config: ScriptConfig,
  state: ScriptState,
  nowUs: number,
): Step<ScriptState, ScriptAction> {
  const beatUs = (state.nextAtUs ?? nowUs) + config.intervalUs;
  const nextAtUs = beatUs > nowUs ? beatUs : nowUs + config.intervalUs;
  if (state.running) return move({ ...state, nextAtUs }, [{ kind: "skipped" }]);
  return move({ ...state, nextAtUs, running: true }, [{ kind: "run" }]);
}

function judge(
  config: ScriptConfig,
  state: ScriptState,
  success: boolean,
): Step<ScriptState, ScriptAction> {
  const ended = { ...state, running: false, against: 0 };
  if (state.verdict === (success ? "good" : "bad")) return move(ended);
  const against = state.against + 1;
  const needed = state.verdict === "unknown" ? 1 : success ? config.rise : config.fall;
  if (against < needed) return move({ ...ended, against });
  return move({ ...ended, verdict: success ? "good" : "bad" }, [
    { kind: "verdict", good: success },
  ]);
}
