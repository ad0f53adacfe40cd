import type { IpAddress } from "@keepalived/ip-address";
import { type Common, type Machine, move, stay, type Step } from "@keepalived/machine";
import {
  type Action,
  announce,
  type Cause,
  type StateKind,
  type SyncGroupEvent,
} from "./action.ts";
import {
  type Burst,
  burstsOfActive,
  nextBurstAtUs,
  takeDue,
  withLowerPriority,
  withPeriods,
} from "./announce.ts";
import { effectivePriority, type InstanceConfig, OWNER_PRIORITY } from "./config.ts";
import {
  lastWord,
  router,
  type RouterConfig,
  type RouterEvent,
  type RouterState,
} from "./router.ts";

export type InstanceEvent =
  | Exclude<RouterEvent, { readonly kind: "recovery" }>
  /** Another member of the sync group heard a router of lower priority. */
  | { readonly kind: "group"; readonly command: "announce" }
  /** Source address of own advertisements, for the choice among equals. */
  | { readonly kind: "local-address"; readonly address: IpAddress | undefined }
  /**
   * A reason not to take part came or went ("interface-down", a script's name); any keeps the instance in fault. One that
   * begins with {@linkcode GROUP_FAULT} is the sync group's.
   */
  | { readonly kind: "fault"; readonly reason: string; readonly present: boolean }
  /** The sum of the trackers' weights. */
  | { readonly kind: "priority"; readonly adjustment: number }
  /** An operator wants the addresses announced again. */
  | { readonly kind: "announcement-requested" }
  /** Who is Active now may not know that others have learned our MAC address: it is to hear us once. */
  | { readonly kind: "last-word-requested" };

/** Plain JSON data. */
export type InstanceState = {
  readonly kind: StateKind;
  /** Why it is in this state. */
  readonly cause: Cause;
  /** "initialize" while the instance does not take part. */
  readonly router: RouterState;
  /** Whether it was started up and not shut down. */
  readonly running: boolean;
  /** End of the startup delay, while it lasts. */
  readonly startAtUs: number | null;
  /** Reasons for the fault, in the order in which they came. */
  readonly faults: readonly string[];
  readonly adjustment: number;
  readonly localAddress: IpAddress | null;
  /** Another owner of the addresses is Active: ours steps down to 254 until that one is silent. */
  readonly rivalOwner: boolean;
  /** Until when the preempt delay tolerates an Active router of lower priority, once one was heard. */
  readonly toleratedUntilUs: number | null;
  readonly bursts: readonly Burst[];
};

/** What the sync group's reason for a fault begins with. */
export const GROUP_FAULT = "group ";

type MemberEvent = Extract<SyncGroupEvent, { readonly kind: "member" }>;
type Startup = Extract<RouterEvent, { readonly kind: "startup" }>;
type InstanceStep = Step<InstanceState, Action>;
type Input = InstanceEvent | Common<InstanceConfig>;

/**
 * A VRRP instance as keepalived has it: the router of RFC 9568, and around it faults, tracked priority, the preempt
 * delay, the startup delay, rival owners, and repeated announcements.
 */
export const instance: Machine<InstanceConfig, InstanceState, InstanceEvent, Action> = {
  start: () => ({
    kind: "initialize",
    cause: "startup",
    router: { kind: "initialize", cause: "startup" },
    running: false,
    startAtUs: null,
    faults: [],
    adjustment: 0,
    localAddress: null,
    rivalOwner: false,
    toleratedUntilUs: null,
    bursts: [],
  }),
  step,
  nextDeadlineUs(state) {
    if (state.startAtUs !== null) return state.startAtUs;
    const atUs = router.nextDeadlineUs(state.router);
    const burstAtUs = nextBurstAtUs(state.bursts);
    if (atUs === undefined || burstAtUs === undefined) return atUs ?? burstAtUs;
    return Math.min(atUs, burstAtUs);
  },
};

/** The priority that the instance advertises: the configured one, the trackers, and a rival owner counted in. */
export function priorityOf(config: InstanceConfig, state: InstanceState): number {
  const priority = effectivePriority(config.priority, state.adjustment);
  return priority === OWNER_PRIORITY && state.rivalOwner ? OWNER_PRIORITY - 1 : priority;
}

/** What a sync group has to know of a member. */
export function memberEvent(name: string, state: InstanceState): MemberEvent {
  return {
    kind: "member",
    member: name,
    state: state.kind,
    reason: state.cause,
    wantsActive: state.router.kind === "backup" && state.router.candidate,
    faulty: state.faults.some((reason) => !reason.startsWith(GROUP_FAULT)),
  };
}

function step(
  config: InstanceConfig,
  state: InstanceState,
  event: Input,
  nowUs: number,
): InstanceStep {
  switch (event.kind) {
    case "startup":
      return startup(config, state, event, nowUs);
    case "shutdown":
      return shutdown(config, state, nowUs);
    case "timeout":
      return timeout(config, state, nowUs);
    case "advertisement":
      return hear(config, state, event, nowUs);
    case "group":
      if (event.command === "announce") return announceWithGroup(config, state, nowUs);
      return drive(config, state, state, event, nowUs);
    case "owned-address-lost":
      return drive(config, state, state, event, nowUs);
    case "fault":
      return changeFaults(config, state, event, nowUs);
    case "priority":
      if (event.adjustment === state.adjustment) return stay(state);
      return settle(config, state, { ...state, adjustment: event.adjustment });
    case "local-address": {
      const localAddress = event.address ?? null;
      return localAddress === state.localAddress ? stay(state) : move({ ...state, localAddress });
    }
    case "announcement-requested":
      return move(state, announceAll(config, state, config.announcement.repeat));
    case "last-word-requested": {
      const { router } = state;
      const hasSaidIt = config.higherPrioritySendAdvert;
      if (router.kind !== "backup" || hasSaidIt) return stay(state);
      return move(state, [lastWord(routerConfig(config, state, nowUs), router)]);
    }
    case "configured":
      return reconfigure(config, event.previous, state, nowUs);
  }
}

function startup(
  config: InstanceConfig,
  state: InstanceState,
  event: Startup,
  nowUs: number,
): InstanceStep {
  if (state.running || state.startAtUs !== null) return stay(state);
  if (config.startupDelayUs === 0 || event.resume) return begin(config, state, event, nowUs);
  return move({ ...state, startAtUs: nowUs + config.startupDelayUs });
}

/** There is no startup delay, or it is over. */
function begin(
  config: InstanceConfig,
  state: InstanceState,
  event: Startup,
  nowUs: number,
): InstanceStep {
  const next = { ...state, running: true, startAtUs: null };
  if (state.faults.length > 0) return settle(config, state, next);
  return drive(config, state, next, event, nowUs);
}

function shutdown(config: InstanceConfig, state: InstanceState, nowUs: number): InstanceStep {
  if (!state.running && state.startAtUs === null) return stay(state);
  const next = { ...state, running: false, startAtUs: null };
  return drive(config, state, next, { kind: "shutdown" }, nowUs);
}

function timeout(config: InstanceConfig, state: InstanceState, nowUs: number): InstanceStep {
  if (state.startAtUs !== null) {
    return nowUs >= state.startAtUs
      ? begin(config, state, { kind: "startup" }, nowUs)
      : stay(state);
  }
  const routerAtUs = router.nextDeadlineUs(state.router);
  if (routerAtUs !== undefined && nowUs >= routerAtUs) {
    // Silence ended: a rival owner is gone, so we take over with our own priority.
    const next = state.rivalOwner ? { ...state, rivalOwner: false } : state;
    const step = drive(config, state, next, { kind: "timeout" }, nowUs);
    const rest = announceDue(config, step.state, nowUs);
    return { state: rest.state, actions: [...step.actions, ...rest.actions] };
  }
  return announceDue(config, state, nowUs);
}

function announceDue(config: InstanceConfig, state: InstanceState, nowUs: number): InstanceStep {
  const due = takeDue(state.bursts, config.announcement, nowUs);
  if (due.repeat === 0) return stay(state);
  const addresses = due.extraOnly ? config.announcement.extraAddresses : config.addresses;
  return move(
    { ...state, bursts: due.bursts },
    state.router.kind === "active" ? announce(addresses, due.repeat) : [],
  );
}

function hear(
  config: InstanceConfig,
  state: InstanceState,
  event: Extract<InstanceEvent, { readonly kind: "advertisement" }>,
  nowUs: number,
): InstanceStep {
  if (state.router.kind === "initialize") return stay(state);
  const rivalOwner = state.rivalOwner && event.priority === OWNER_PRIORITY;
  let next = rivalOwner === state.rivalOwner ? state : { ...state, rivalOwner };
  const toleratedUntilUs = tolerate(config, next, event.priority, nowUs);
  if (toleratedUntilUs !== next.toleratedUntilUs) next = { ...next, toleratedUntilUs };
  return drive(config, state, next, event, nowUs);
}

/** Until when the preempt delay tolerates the router heard now; null: pre-empt as usual. */
function tolerate(
  config: InstanceConfig,
  state: InstanceState,
  priority: number,
  nowUs: number,
): number | null {
  const isLower = priority > 0 && priority < priorityOf(config, state);
  if (!isLower || state.router.kind !== "backup") return null;
  if (config.preemptDelayUs === 0 || !config.preempt) return null;
  if (priorityOf(config, state) === OWNER_PRIORITY) return null;
  // The delay may have become shorter since it began.
  return Math.min(state.toleratedUntilUs ?? Infinity, nowUs + config.preemptDelayUs);
}

function changeFaults(
  config: InstanceConfig,
  state: InstanceState,
  event: Extract<InstanceEvent, { readonly kind: "fault" }>,
  nowUs: number,
): InstanceStep {
  if (state.faults.includes(event.reason) === event.present) return stay(state);
  const faults = event.present
    ? [...state.faults, event.reason]
    : state.faults.filter((reason) => reason !== event.reason);
  const next = { ...state, faults };
  if (!state.running) return settle(config, state, next);
  if (state.faults.length === 0) return drive(config, state, next, { kind: "shutdown" }, nowUs);
  if (faults.length === 0) return drive(config, state, next, { kind: "recovery" }, nowUs);
  return settle(config, state, next);
}

/** The caches that believed a router of lower priority on one segment may have done so on the others. */
function announceWithGroup(
  config: InstanceConfig,
  state: InstanceState,
  nowUs: number,
): InstanceStep {
  if (state.kind !== "active") return stay(state);
  const bursts = withLowerPriority(state.bursts, config.announcement, nowUs);
  const next = bursts === state.bursts ? state : { ...state, bursts };
  return move(next, announceAll(config, state, config.announcement.lowerPriorityRepeat));
}

function reconfigure(
  config: InstanceConfig,
  previous: InstanceConfig,
  state: InstanceState,
  nowUs: number,
): InstanceStep {
  const bursts = state.router.kind === "active"
    ? withPeriods(state.bursts, config.announcement, previous.announcement, nowUs)
    : state.bursts;
  const next = bursts === state.bursts ? state : { ...state, bursts };
  const event = { kind: "configured", previous: routerConfig(previous, state, nowUs) } as const;
  return drive(config, state, next, event, nowUs, previous);
}

/** Hands an event to the router and settles what it makes of it. `next` is `state` with what changed besides. */
function drive(
  config: InstanceConfig,
  state: InstanceState,
  next: InstanceState,
  event: RouterEvent | Common<RouterConfig>,
  nowUs: number,
  previous: InstanceConfig = config,
): InstanceStep {
  const step = router.step(routerConfig(config, next, nowUs), next.router, event, nowUs);
  let driven = step.state === next.router ? next : { ...next, router: step.state };
  if (step.state.kind === "active" && next.router.kind !== "active") {
    driven = { ...driven, bursts: burstsOfActive(config.announcement, nowUs) };
  }
  if (step.actions.some(isLowerPriorityHeard)) {
    const bursts = withLowerPriority(driven.bursts, config.announcement, nowUs);
    driven = { ...driven, bursts };
  }
  if (step.actions.some((action) => action.kind === "owner-conflict" && action.yielded)) {
    driven = { ...driven, rivalOwner: true };
  }
  return settle(config, state, driven, step.actions, previous);
}

/** Sets the state that operators see, and tells them and the sync group what changed. */
function settle(
  config: InstanceConfig,
  state: InstanceState,
  next: InstanceState,
  actions: readonly Action[] = [],
  previous: InstanceConfig = config,
): InstanceStep {
  const step = settleKind(config, state, next, actions, previous);
  if (!config.grouped) return step;
  const { name } = config;
  const told: Action[] = actions.some(isLowerPriorityHeard)
    ? [{ kind: "tell-group", event: { kind: "lower-priority-heard", member: name } }]
    : [];
  const event = memberEvent(name, step.state);
  if (!previous.grouped || !isSameReport(event, memberEvent(name, state))) {
    told.push({ kind: "tell-group", event });
  }
  return told.length === 0 ? step : move(step.state, [...step.actions, ...told]);
}

function isLowerPriorityHeard(action: Action): boolean {
  return action.kind === "lower-priority-heard";
}

function isSameReport(a: MemberEvent, b: MemberEvent): boolean {
  return a.state === b.state && a.reason === b.reason && a.wantsActive === b.wantsActive &&
    a.faulty === b.faulty;
}

function settleKind(
  config: InstanceConfig,
  state: InstanceState,
  next: InstanceState,
  actions: readonly Action[],
  previous: InstanceConfig,
): InstanceStep {
  const kind = kindOf(next);
  if (kind === state.kind) {
    const priority = priorityOf(config, next);
    if (priority === priorityOf(previous, state)) return move(next, actions);
    return move(next, [...actions, { kind: "priority-changed", state: kind, priority }]);
  }
  const cause = causeOf(kind, next.router);
  const settled: InstanceState = {
    ...next,
    kind,
    cause,
    rivalOwner: next.rivalOwner && kind === "backup",
    toleratedUntilUs: null,
    bursts: kind === "active" ? next.bursts : [],
  };
  const priority = priorityOf(config, settled);
  return move(settled, [
    ...actions,
    { kind: "state-changed", from: state.kind, to: kind, reason: cause, priority },
  ]);
}

function kindOf(state: InstanceState): StateKind {
  return state.running && state.faults.length > 0 ? "fault" : state.router.kind;
}

function causeOf(kind: StateKind, router: RouterState): Cause {
  if (kind === "fault") return "fault";
  return kind === "initialize" ? "shutdown" : router.cause;
}

function routerConfig(config: InstanceConfig, state: InstanceState, nowUs: number): RouterConfig {
  const { toleratedUntilUs, localAddress } = state;
  const preempt = config.preempt && (toleratedUntilUs === null || nowUs >= toleratedUntilUs);
  return { ...config, priority: priorityOf(config, state), preempt, localAddress };
}

function announceAll(
  config: InstanceConfig,
  state: InstanceState,
  repeat: number,
): readonly Action[] {
  return state.router.kind === "active" ? announce(config.addresses, repeat) : [];
}
