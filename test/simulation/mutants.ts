import { type Common, move, stay, type Step } from "@keepalived/machine";
import type { Invariant, Machines } from "@keepalived/simulation";
import {
  type Action,
  instance,
  type InstanceConfig,
  type InstanceEvent,
  type InstanceState,
  type RouterState,
  skewTimeUs,
  syncGroup,
  type SyncGroupAction,
  type SyncGroupState,
} from "@keepalived/vrrp-fsm";

type Input = InstanceEvent | Common<InstanceConfig>;
type InstanceStep = Step<InstanceState, Action>;
type Stepper = Machines["instance"]["step"];
type GroupStepper = Machines["syncGroup"]["step"];

/** A plausible bug, and the invariant that has to notice it. */
export type Mutant = {
  readonly name: string;
  readonly caughtBy: Invariant;
  readonly machines: Machines;
};

const { step } = instance;

/** Each is one of the machines with one thing wrong. */
export const MUTANTS: readonly Mutant[] = [
  mutant("no choice among equals", "convergence", (config, state, event, nowUs) => {
    const isEqual = event.kind === "advertisement" && event.priority === priorityOf(config, state);
    return isEqual && state.kind === "active" ? stay(state) : step(config, state, event, nowUs);
  }),
  mutant("addresses kept on demotion", "in-step", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return state.kind === "active" && next.state.kind === "backup"
      ? without("remove-addresses", next)
      : next;
  }),
  mutant("old addresses kept on reload", "in-step", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return event.kind === "configured" ? without("remove-addresses", next) : next;
  }),
  mutant("addresses never added", "in-step", (config, state, event, nowUs) => {
    return without("add-addresses", step(config, state, event, nowUs));
  }),
  mutant("skew lost from the down interval", "stability", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    const { router } = next.state;
    if (router.kind !== "backup" || router === state.router || isResignation(event)) return next;
    const skewUs = skewTimeUs(
      config.version,
      priorityOf(config, next.state),
      router.activeAdverIntervalUs,
    );
    return withRouter(next, { ...router, activeDownAtUs: router.activeDownAtUs - skewUs });
  }),
  mutant("equal priority ignored", "stability", (config, state, event, nowUs) => {
    const isEqual = event.kind === "advertisement" && event.priority === priorityOf(config, state);
    return isEqual && state.kind === "backup" ? stay(state) : step(config, state, event, nowUs);
  }),
  mutant("priority 0 ignored", "latency", (config, state, event, nowUs) => {
    return isResignation(event) ? stay(state) : step(config, state, event, nowUs);
  }),
  mutant("priority 0 never sent", "latency", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return next.state.kind === "active" ? next : without("send-advertisement", next);
  }),
  mutant("one advertisement too many waited for", "latency", (config, state, event, nowUs) => {
    return step({ ...config, downTimerAdverts: 4 }, state, event, nowUs);
  }),
  mutant("silent on becoming Active", "stability", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return state.kind === "backup" && next.state.kind === "active"
      ? without("send-advertisement", next)
      : next;
  }),
  mutant("advertisements drift", "pace", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    const { router } = next.state;
    if (router.kind !== "active" || router === state.router) return next;
    return withRouter(next, { ...router, adverAtUs: nowUs + config.advertisementIntervalUs });
  }),
  mutant("advertisements stop", "pace", (config, state, event, nowUs) => {
    if (event.kind !== "timeout" || state.kind !== "active") {
      return step(config, state, event, nowUs);
    }
    const next = step(config, state, event, nowUs);
    const { router } = next.state;
    if (router.kind !== "active" || router === state.router) return next;
    return withRouter(next, { ...router, adverAtUs: nowUs + 1e9 });
  }),
  mutant("never yields", "storm", (config, state, event, nowUs) => {
    const isBetter = event.kind === "advertisement" && state.kind === "active" &&
      event.priority >= priorityOf(config, state);
    return isBetter
      ? step({ ...config, lowerPriorityNoAdvert: false }, state, { ...event, priority: 0 }, nowUs)
      : step(config, state, event, nowUs);
  }),
  mutant(
    "interval of the Active router not learned",
    "stability",
    (config, state, event, nowUs) => {
      if (event.kind !== "advertisement") return step(config, state, event, nowUs);
      const maxAdvertiseIntervalUs = config.advertisementIntervalUs;
      return step(config, state, { ...event, maxAdvertiseIntervalUs }, nowUs);
    },
  ),
  mutant("never pre-empts", "election", (config, state, event, nowUs) => {
    return step({ ...config, preempt: false }, state, event, nowUs);
  }),
  mutant("a link without carrier is no fault", "convergence", (config, state, event, nowUs) => {
    return event.kind === "fault" && event.reason === "interface-down"
      ? stay(state)
      : step(config, state, event, nowUs);
  }),
  mutant("recovery forgotten", "convergence", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    if (state.kind !== "fault" || next.state.kind === "fault") return next;
    return move<InstanceState>({
      ...next.state,
      kind: "initialize",
      router: { kind: "initialize", cause: "fault" },
    });
  }),
  mutant("a member of a group becomes Active alone", "together", (config, state, event, nowUs) => {
    return step({ ...config, grouped: event.kind !== "timeout" }, state, event, nowUs);
  }),
  mutant("holdings kept on resignation", "in-step", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return event.kind === "shutdown" ? without("remove-holdings", next) : next;
  }),
  mutant("a member of a group waits too long", "latency", (config, state, event, nowUs) => {
    return step(config.grouped ? { ...config, downTimerAdverts: 4 } : config, state, event, nowUs);
  }),
  mutant("a reload is not advertised", "stability", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return event.kind === "configured" ? without("send-advertisement", next) : next;
  }),
  mutant("a member resigns silently from its group", "latency", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    const isDragged = event.kind === "fault" && event.reason.startsWith("group ");
    return isDragged ? without("send-advertisement", next) : next;
  }),
  mutant("a candidate forgets to withdraw", "together", (config, state, event, nowUs) => {
    const next = step(config, state, event, nowUs);
    return event.kind === "advertisement" ? without("tell-group", next) : next;
  }),
  groupMutant("the fall of a member changes nothing", "together", (config, state, event, nowUs) => {
    return event.kind === "member" && event.state === "backup" && !event.wantsActive &&
        state.aim === "active"
      ? stay(state)
      : syncGroup.step(config, state, event, nowUs);
  }),
  groupMutant("one that wants to is enough", "stability", (config, state, event, nowUs) => {
    const next = syncGroup.step(config, state, event, nowUs);
    if (event.kind !== "member" || !event.wantsActive) return next;
    return move<SyncGroupState, SyncGroupAction>(next.state, [
      ...next.actions,
      {
        kind: "tell-member",
        member: event.member,
        event: { kind: "group", command: "activate" },
      },
    ]);
  }),
  groupMutant("a fault is not shared", "together", (config, state, event, nowUs) => {
    return withoutTold("fault", syncGroup.step(config, state, event, nowUs));
  }),
  groupMutant("nobody is activated", "convergence", (config, state, event, nowUs) => {
    return withoutTold("group", syncGroup.step(config, state, event, nowUs));
  }),
  groupMutant("the end of a fault is not shared", "convergence", (config, state, event, nowUs) => {
    const next = syncGroup.step(config, state, event, nowUs);
    return next.state.faulty ? next : withoutTold("fault", next);
  }),
  groupMutant("a reload is not noticed", "election", (config, state, event, nowUs) => {
    return event.kind === "configured" ? stay(state) : syncGroup.step(config, state, event, nowUs);
  }),
];

function mutant(name: string, caughtBy: Invariant, mutated: Stepper): Mutant {
  return { name, caughtBy, machines: { instance: { ...instance, step: mutated }, syncGroup } };
}

function groupMutant(name: string, caughtBy: Invariant, mutated: GroupStepper): Mutant {
  return { name, caughtBy, machines: { instance, syncGroup: { ...syncGroup, step: mutated } } };
}

/** The group's step, but its members do not hear of some events. */
function withoutTold(
  kind: InstanceEvent["kind"],
  { state, actions }: Step<SyncGroupState, SyncGroupAction>,
): Step<SyncGroupState, SyncGroupAction> {
  const told = actions.filter((it) => it.kind !== "tell-member" || it.event.kind !== kind);
  return { state, actions: told };
}

/** The effective priority without a rival owner: close enough for a bug. */
function priorityOf(config: InstanceConfig, state: InstanceState): number {
  if (config.priority === 255) return 255;
  return Math.min(254, Math.max(1, config.priority + state.adjustment));
}

function isResignation(event: Input): boolean {
  return event.kind === "advertisement" && event.priority === 0;
}

function without(kind: Action["kind"], { state, actions }: InstanceStep): InstanceStep {
  return { state, actions: actions.filter((action) => action.kind !== kind) };
}

function withRouter({ state, actions }: InstanceStep, router: RouterState): InstanceStep {
  return { state: { ...state, router }, actions };
}
