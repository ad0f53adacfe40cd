import type { IpAddress } from "@keepalived/ip-address";
import { type Common, type Machine, move, stay, type Step } from "@keepalived/machine";

/** What counts as a contest; times in microseconds. */
export type ContestConfig = {
  /** Own Advertisement_Interval: a rival that still advertises this long after it was first heard ignores us. */
  readonly advertisementIntervalUs: number;
  /** How long the silence of the former Active router remains a reason for doubt. */
  readonly doubtUs: number;
};

/** What an instance tells of itself and of what it hears. */
export type ContestEvent =
  /** `silent`: the router that was Active and fell silent without having resigned; absent: there was none. */
  | { readonly kind: "became-active"; readonly silent?: IpAddress }
  | { readonly kind: "left-active" }
  /** An advertisement that was accepted. Priority 0 resigns. */
  | {
    readonly kind: "advertisement";
    readonly source: IpAddress;
    readonly priority: number;
    readonly maxAdvertiseIntervalUs: number;
  };

/** Who makes our being Active doubtful: a router that is Active as well, or one that should be heard and is not. */
export type Contender = {
  readonly by: "rival" | "silence";
  readonly source: IpAddress;
};

/** `contested`: two routers may be Active. `settled`: no longer; `won` if we are still Active and alone. */
export type ContestAction =
  | ({ readonly kind: "contested" } & Contender)
  | ({ readonly kind: "settled"; readonly won: boolean } & Contender);

type Rival = {
  readonly source: IpAddress;
  readonly firstUs: number;
  /** When it is given up: three of its intervals after it was last heard. */
  readonly silentAtUs: number;
};

/** Plain JSON data. */
export type ContestState = {
  readonly active: boolean;
  /** Another router that advertises while we are Active. */
  readonly rival: Rival | null;
  /** The contest that was told, and when doubt ends if it is one by silence. */
  readonly told: (Contender & { readonly endsAtUs: number | null }) | null;
};

type ContestStep = Step<ContestState, ContestAction>;

const APART: ContestState = { active: false, rival: null, told: null };

/**
 * Split brain, as one router can see it.
 *
 * While Active, one advertisement of another router is ordinary: it is losing an election. One that goes on after it
 * must have heard us is a rival. And where the Active router fell silent without resigning, it may be dead, or
 * we may have become deaf: that is a doubt, for a while.
 */
export const contest: Machine<ContestConfig, ContestState, ContestEvent, ContestAction> = {
  start: () => APART,
  step,
  nextDeadlineUs(state) {
    const endsAtUs = state.told?.endsAtUs ?? undefined;
    if (state.rival === null) return endsAtUs;
    return Math.min(state.rival.silentAtUs, endsAtUs ?? state.rival.silentAtUs);
  },
};

function step(
  config: ContestConfig,
  state: ContestState,
  event: ContestEvent | Common<ContestConfig>,
  nowUs: number,
): ContestStep {
  switch (event.kind) {
    case "became-active":
      return state.active ? stay(state) : becomeActive(config, event.silent, nowUs);
    case "left-active":
      return state.active ? move(APART, settled(state, false)) : stay(state);
    case "advertisement":
      return state.active ? hear(config, state, event, nowUs) : stay(state);
    case "timeout":
      return expire(state, nowUs);
    case "configured":
      return stay(state);
  }
}

function becomeActive(
  config: ContestConfig,
  silent: IpAddress | undefined,
  nowUs: number,
): ContestStep {
  const active: ContestState = { ...APART, active: true };
  if (silent === undefined) return move(active);
  return tell(active, { by: "silence", source: silent }, nowUs + config.doubtUs);
}

function hear(
  config: ContestConfig,
  state: ContestState,
  event: Extract<ContestEvent, { readonly kind: "advertisement" }>,
  nowUs: number,
): ContestStep {
  const { source, priority, maxAdvertiseIntervalUs } = event;
  if (priority === 0 && state.rival?.source === source) return giveUp(state);
  if (state.told?.by === "silence" && state.told.source === source) {
    // It is heard again: no doubt, but perhaps a rival.
    const step = hear(config, { ...state, told: null }, event, nowUs);
    return move(step.state, [...settled(state, true), ...step.actions]);
  }
  if (priority === 0) return stay(state);
  const firstUs = state.rival?.source === source ? state.rival.firstUs : nowUs;
  const intervalUs = Math.max(config.advertisementIntervalUs, maxAdvertiseIntervalUs);
  const next = { ...state, rival: { source, firstUs, silentAtUs: nowUs + 3 * intervalUs } };
  const isTold = state.told?.by === "rival" && state.told.source === source;
  // Less than an interval of ours: it may not have heard us yet.
  if (isTold || nowUs - firstUs < config.advertisementIntervalUs) return move(next);
  return tell(next, { by: "rival", source }, null);
}

function expire(state: ContestState, nowUs: number): ContestStep {
  if (state.rival !== null && nowUs >= state.rival.silentAtUs) return giveUp(state);
  const endsAtUs = state.told?.endsAtUs ?? null;
  if (endsAtUs === null || nowUs < endsAtUs) return stay(state);
  return move({ ...state, told: null }, settled(state, true));
}

/** The rival is silent or has resigned. */
function giveUp(state: ContestState): ContestStep {
  if (state.told?.by !== "rival") return move({ ...state, rival: null });
  return move({ ...state, rival: null, told: null }, settled(state, true));
}

/** A contest, instead of the one that was told before. */
function tell(
  state: ContestState,
  contender: Contender,
  endsAtUs: number | null,
): ContestStep {
  return move({ ...state, told: { ...contender, endsAtUs } }, [{
    kind: "contested",
    ...contender,
  }]);
}

function settled(state: ContestState, won: boolean): readonly ContestAction[] {
  if (state.told === null) return [];
  const { by, source } = state.told;
  return [{ kind: "settled", won, by, source }];
}
