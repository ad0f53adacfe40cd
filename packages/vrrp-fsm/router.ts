import { compareIp, type IpAddress } from "@keepalived/ip-address";
import { type Common, type Machine, move, stay, type Step } from "@keepalived/machine";
import {
  addAddresses,
  addHoldings,
  advertise,
  announce,
  type Cause,
  removeAddresses,
  removeHoldings,
  type RouterAction,
} from "./action.ts";
import { type InstanceConfig, OWNER_PRIORITY } from "./config.ts";
import { changeOfHoldings } from "./holding.ts";
import { activeDownIntervalUs, skewTimeUs } from "./timers.ts";
import { changeOfAddresses } from "./virtual_address.ts";

/** An instance's configuration as the election sees it: `priority` is the effective one. */
export type RouterConfig =
  & Omit<InstanceConfig, "name" | "family" | "preemptDelayUs" | "startupDelayUs">
  & {
    /** Source address of own advertisements, for the choice among equals; null while there is none. */
    readonly localAddress: IpAddress | null;
  };

export type RouterEvent =
  /** `resume`: we were Active a moment ago, and no peer has had the time to notice that we stopped. */
  | { readonly kind: "startup"; readonly resume?: true }
  /** Startup after a fault: the wish to be Active counts no more. */
  | { readonly kind: "recovery" }
  | { readonly kind: "shutdown" }
  | {
    readonly kind: "advertisement";
    readonly source: IpAddress;
    /** 0 resigns. */
    readonly priority: number;
    /** Counts in version 3 only; all routers of version 2 have the same interval. */
    readonly maxAdvertiseIntervalUs: number;
  }
  /** Somebody else removed an address that we hold. */
  | { readonly kind: "owned-address-lost" }
  /** What the sync group decided; `yield-briefly` comes back after the skew. */
  | { readonly kind: "group"; readonly command: "activate" | "yield" | "yield-briefly" };

/** One of the three states of RFC 9568 §6.4, with its timer and the reason for being in it. */
export type RouterState = Initialize | Backup | Active;

export type Initialize = { readonly kind: "initialize"; readonly cause: Cause };

export type Backup = {
  readonly kind: "backup";
  readonly cause: Cause;
  /** Active_Down_Timer */
  readonly activeDownAtUs: number;
  /** Active_Adver_Interval: the Active router's, or the own one before it was heard. */
  readonly activeAdverIntervalUs: number;
  /** The router last accepted as Active; null before one was heard. */
  readonly heard: { readonly source: IpAddress; readonly priority: number } | null;
  /** Its wait is over and it would be Active, but for its sync group. */
  readonly candidate: boolean;
};

export type Active = {
  readonly kind: "active";
  readonly cause: Cause;
  /** Adver_Timer */
  readonly adverAtUs: number;
};

type RouterStep = Step<RouterState, RouterAction>;
type AdvertisementEvent = Extract<RouterEvent, { readonly kind: "advertisement" }>;

/** The virtual router of RFC 9568 §6.4: one function for each of its states. */
export const router: Machine<RouterConfig, RouterState, RouterEvent, RouterAction> = {
  start: () => ({ kind: "initialize", cause: "startup" }),
  step(config, state, event, nowUs) {
    switch (state.kind) {
      case "initialize":
        return inInitialize(config, state, event, nowUs);
      case "backup":
        return inBackup(config, state, event, nowUs);
      case "active":
        return inActive(config, state, event, nowUs);
    }
  },
  nextDeadlineUs(state) {
    switch (state.kind) {
      case "initialize":
        return undefined;
      case "backup":
        return state.activeDownAtUs;
      case "active":
        return state.adverAtUs;
    }
  },
};

/** RFC 9568 §6.4.1 */
function inInitialize(
  config: RouterConfig,
  state: Initialize,
  event: RouterEvent | Common<RouterConfig>,
  nowUs: number,
): RouterStep {
  switch (event.kind) {
    case "startup":
    case "recovery":
      if (config.priority === OWNER_PRIORITY || event.kind === "startup" && event.resume === true) {
        return stand(config, backup(config, nowUs, event.kind), nowUs, event.kind);
      }
      return move(backup(config, nowUs + firstWaitUs(config, event.kind), event.kind));
    case "shutdown":
    case "timeout":
    case "configured":
    case "advertisement":
    case "owned-address-lost":
    case "group":
      return stay(state);
  }
}

/** RFC 9568 §6.4.2 */
function inBackup(
  config: RouterConfig,
  state: Backup,
  event: RouterEvent | Common<RouterConfig>,
  nowUs: number,
): RouterStep {
  switch (event.kind) {
    case "timeout":
      return nowUs >= state.activeDownAtUs
        ? stand(config, state, nowUs, "active-down")
        : stay(state);
    case "advertisement":
      if (event.priority === 0) {
        const skewUs = skewTimeUs(config.version, config.priority, state.activeAdverIntervalUs);
        return move({ ...state, activeDownAtUs: nowUs + skewUs });
      }
      if (event.priority < config.priority && preempts(config)) return stay(state);
      return move(follow(config, event, nowUs, state.cause));
    case "shutdown":
      return move({ kind: "initialize", cause: "shutdown" });
    case "configured":
      return reconfigureBackup(config, event.previous, state, nowUs);
    case "group":
      if (event.command !== "activate") return stay(state);
      return enterActive(config, nowUs, state.candidate ? "active-down" : "group");
    case "startup":
    case "recovery":
    case "owned-address-lost":
      return stay(state);
  }
}

/** RFC 9568 §6.4.3 */
function inActive(
  config: RouterConfig,
  state: Active,
  event: RouterEvent | Common<RouterConfig>,
  nowUs: number,
): RouterStep {
  switch (event.kind) {
    case "timeout":
      if (nowUs < state.adverAtUs) return stay(state);
      if (isTooLate(config, state, nowUs)) return yieldLate(config, nowUs);
      return move({ ...state, adverAtUs: nextAdverAtUs(config, state, nowUs) }, [
        advertise(config),
      ]);
    case "advertisement": {
      if (!isTooLate(config, state, nowUs)) return hearInActive(config, state, event, nowUs);
      // It may be the one that took over, and is not to be answered before our timer has had its turn.
      const late = yieldLate(config, nowUs);
      const { state: next, actions } = router.step(config, late.state, event, nowUs);
      return move(next, [...late.actions, ...actions]);
    }
    case "shutdown":
      return leaveActive(config, { kind: "initialize", cause: "shutdown" }, [
        advertise(config, 0),
      ]);
    case "owned-address-lost":
      return yieldBriefly(config, nowUs, "address-lost");
    case "group":
      if (event.command === "activate") return stay(state);
      if (event.command === "yield-briefly") return yieldBriefly(config, nowUs, "group");
      return leaveActive(config, backup(config, nowUs + downUs(config), "group"), [
        advertise(config, 0),
      ]);
    case "configured":
      return reconfigureActive(config, event.previous, state, nowUs);
    case "startup":
    case "recovery":
      return stay(state);
  }
}

/**
 * The advertisement of a loser. It names the winner's interval: whoever hears it after the winner's own would wait for
 * the loser's shorter one, and take over from a healthy router.
 */
export function lastWord(config: RouterConfig, next: Backup): RouterAction {
  return advertise({ ...config, advertisementIntervalUs: next.activeAdverIntervalUs });
}

/** The advertisement of another router that believes to be Active. */
function hearInActive(
  config: RouterConfig,
  state: Active,
  event: AdvertisementEvent,
  nowUs: number,
): RouterStep {
  if (event.source === config.localAddress) return stay(state);
  const asserted = { ...state, adverAtUs: nowUs + config.advertisementIntervalUs };
  if (event.priority === 0) return move(asserted, [advertise(config)]);
  const conflict = event.priority === OWNER_PRIORITY && config.priority === OWNER_PRIORITY;
  if (outranks(event, config)) {
    const next = follow(config, event, nowUs, "higher-priority");
    return leaveActive(config, next, [
      ...(conflict ? [ownerConflict(event.source, true)] : []),
      ...(config.higherPrioritySendAdvert ? [lastWord(config, next)] : []),
    ]);
  }
  const actions: RouterAction[] = [];
  if (!config.lowerPriorityNoAdvert) actions.push(advertise(config));
  actions.push(...announce(config.addresses, config.announcement.lowerPriorityRepeat));
  if (conflict) actions.push(ownerConflict(event.source, false));
  actions.push({
    kind: "lower-priority-heard",
    source: event.source,
    priority: event.priority,
  });
  return move(config.lowerPriorityNoAdvert ? state : asserted, actions);
}

/** A peer must have taken over while this host did not run. */
function yieldLate(config: RouterConfig, nowUs: number): RouterStep {
  return leaveActive(config, backup(config, nowUs + downUs(config), "late"));
}

/** Nobody else was heard, so we come back before anybody else would. */
function yieldBriefly(config: RouterConfig, nowUs: number, cause: Cause): RouterStep {
  const skewUs = skewTimeUs(config.version, config.priority, config.advertisementIntervalUs);
  return leaveActive(config, backup(config, nowUs + skewUs, cause));
}

/** The wait is over. In a sync group it begins anew, until all members have come so far. */
function stand(config: RouterConfig, state: Backup, nowUs: number, cause: Cause): RouterStep {
  if (!config.grouped) return enterActive(config, nowUs, cause);
  const activeDownAtUs = nowUs + downUs(config, state.activeAdverIntervalUs);
  return move({ ...state, activeDownAtUs, candidate: true });
}

/** Peers wait for the advertisement, so it goes out before the kernel is asked for anything. */
function enterActive(config: RouterConfig, nowUs: number, cause: Cause): RouterStep {
  const state: Active = {
    kind: "active",
    cause,
    adverAtUs: nowUs + config.advertisementIntervalUs,
  };
  return move(state, [
    advertise(config),
    ...addAddresses(config.addresses),
    ...addHoldings(config.holdings),
    ...announce(config.addresses, config.announcement.repeat),
  ]);
}

/** Whatever comes next, the addresses go; `first` is what peers have to know before. */
function leaveActive(
  config: RouterConfig,
  next: Backup | Initialize,
  first: readonly RouterAction[] = [],
): RouterStep {
  return move(next, [
    ...first,
    ...removeHoldings(config.holdings),
    ...removeAddresses(config.addresses),
  ]);
}

/** A Backup that has heard nobody. */
function backup(config: RouterConfig, activeDownAtUs: number, cause: Cause): Backup {
  const activeAdverIntervalUs = config.advertisementIntervalUs;
  return {
    kind: "backup",
    cause,
    activeDownAtUs,
    activeAdverIntervalUs,
    heard: null,
    candidate: false,
  };
}

/** A Backup of the router that sent the advertisement. */
function follow(
  config: RouterConfig,
  event: AdvertisementEvent,
  nowUs: number,
  cause: Cause,
): Backup {
  // An interval of 0 would make every Backup take over at once.
  const learned = config.version === 3 && event.maxAdvertiseIntervalUs > 0;
  const intervalUs = learned ? event.maxAdvertiseIntervalUs : config.advertisementIntervalUs;
  return {
    kind: "backup",
    cause,
    activeDownAtUs: nowUs + downUs(config, intervalUs),
    activeAdverIntervalUs: intervalUs,
    heard: { source: event.source, priority: event.priority },
    candidate: false,
  };
}

/** A wait that the reload changes starts anew; with a longer interval the running one would end too early. */
function reconfigureBackup(
  config: RouterConfig,
  previous: RouterConfig,
  state: Backup,
  nowUs: number,
): RouterStep {
  // Without its group it has waited long enough.
  if (state.candidate && !config.grouped) return enterActive(config, nowUs, "active-down");
  const learned = config.version === 3 && state.heard !== null;
  const intervalUs = learned ? state.activeAdverIntervalUs : config.advertisementIntervalUs;
  const waitUs = downUs(config, intervalUs);
  const isSame = intervalUs === state.activeAdverIntervalUs &&
    waitUs === downUs(previous, state.activeAdverIntervalUs);
  if (isSame) return stay(state);
  return move({ ...state, activeAdverIntervalUs: intervalUs, activeDownAtUs: nowUs + waitUs });
}

/** Mastership stays; only what differs is touched. */
function reconfigureActive(
  config: RouterConfig,
  previous: RouterConfig,
  state: Active,
  nowUs: number,
): RouterStep {
  const addresses = changeOfAddresses(previous.addresses, config.addresses);
  const holdings = changeOfHoldings(previous.holdings, config.holdings);
  const kernel = [
    ...removeHoldings(holdings.remove),
    ...removeAddresses(addresses.remove),
    ...addAddresses(addresses.add),
    ...addHoldings(holdings.add),
    ...announce(addresses.add, config.announcement.repeat),
  ];
  const [was, is] = [advertise(previous), advertise(config)];
  if (JSON.stringify(was) === JSON.stringify(is)) {
    return kernel.length === 0 ? stay(state) : move(state, kernel);
  }
  const adverAtUs = nowUs + config.advertisementIntervalUs;
  return move({ ...state, adverAtUs }, [is, ...kernel]);
}

/** Adverts follow each other without drift; after a gap of more than an interval they start anew. */
function nextAdverAtUs(config: RouterConfig, state: Active, nowUs: number): number {
  const next = state.adverAtUs + config.advertisementIntervalUs;
  return next > nowUs ? next : nowUs + config.advertisementIntervalUs;
}

/** Whether a peer of the configured priority has taken over since our last advertisement. */
function isTooLate(config: RouterConfig, state: Active, nowUs: number): boolean {
  if (config.lateBackupPriority === undefined) return false;
  const intervalUs = config.advertisementIntervalUs;
  const peer = { ...config, priority: config.lateBackupPriority };
  return nowUs >= state.adverAtUs - intervalUs + downUs(peer);
}

/** `state MASTER` waits for one advertisement and the least skew instead of the whole interval. */
function firstWaitUs(config: RouterConfig, event: "startup" | "recovery"): number {
  if (event === "recovery" || config.initialState === "backup") return downUs(config);
  return downUs({ ...config, priority: OWNER_PRIORITY, downTimerAdverts: 1 });
}

function downUs(config: RouterConfig, intervalUs = config.advertisementIntervalUs): number {
  const { version, priority, downTimerAdverts } = config;
  return activeDownIntervalUs(version, priority, intervalUs, downTimerAdverts);
}

/** RFC 9568 §6.1: the owner of the addresses always pre-empts. */
function preempts(config: RouterConfig): boolean {
  return config.preempt || config.priority === OWNER_PRIORITY;
}

/** RFC 9568 §6.4.3; a router without an address of its own yields to its equals. */
function outranks(event: AdvertisementEvent, config: RouterConfig): boolean {
  if (event.priority !== config.priority) return event.priority > config.priority;
  return config.localAddress === null || compareIp(event.source, config.localAddress) > 0;
}

function ownerConflict(source: IpAddress, yielded: boolean): RouterAction {
  return { kind: "owner-conflict", source, yielded };
}
