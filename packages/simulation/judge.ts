import type { Common } from "@keepalived/machine";
import {
  type Action,
  activeDownIntervalUs,
  type InstanceConfig,
  type InstanceEvent,
  skewTimeUs,
  type StateKind,
} from "@keepalived/vrrp-fsm";
import { canTakePart, components, preempts, rank } from "./component.ts";
import type { Fault } from "./fault.ts";
import { MAX_DELAY_US } from "./lan.ts";
import { MAX_LATE_US, type Router, type Watch, type World } from "./world.ts";

/**
 * What must hold of a world of routers.
 *
 * - `in-step`: a router holds its addresses exactly while it is Active.
 * - `convergence`: after a quiet window each component has one Active router, if any router can be.
 * - `election`: and nobody that pre-empts has a higher priority than it.
 * - `stability`: no takeover without a fault, and with distinct priorities at most one for each fault.
 * - `latency`: a takeover within Skew_Time of a resignation, within Active_Down_Interval of a crash.
 * - `pace`: an undisturbed Active router advertises once in an interval, without drift.
 * - `storm`: advertisements and announcements stay within a budget.
 */
export type Invariant =
  | "in-step"
  | "convergence"
  | "election"
  | "stability"
  | "latency"
  | "pace"
  | "storm";

export type Violation = {
  readonly invariant: Invariant;
  readonly atUs: number;
  readonly text: string;
};

/** Takeovers that a fault may lead to. */
function allowedTakeovers(world: World, fault: Fault): number {
  const intervals = new Set(world.routers.map((router) => router.config.advertisementIntervalUs));
  // A loser's advertisement may arrive after the winner's, and leave behind its shorter interval.
  const late = intervals.size > 1 ? world.routers.length : 0;
  switch (fault.kind) {
    case "heal":
      return late;
    case "partition":
      return late + fault.groups.length;
    // Who was paused does not know what happened, and may take back what it lost.
    case "pause":
      return late + 2;
    default:
      return late + 1;
  }
}

/** A takeover that has to come. */
type Expectation = {
  readonly routers: readonly Router[];
  readonly byUs: number;
  readonly text: string;
};

/** An undisturbed run of advertisements. */
type Tenure = { readonly firstAtUs: number; readonly intervalUs: number; count: number };

/** Watches a world and keeps the first violation. */
export class Judge implements Watch {
  violation: Violation | undefined;
  /** How often each invariant was put to the test. */
  readonly checks: Record<Invariant, number> = {
    "in-step": 0,
    convergence: 0,
    election: 0,
    stability: 0,
    latency: 0,
    pace: 0,
    storm: 0,
  };
  /** Takeovers allowed until the next fault; undefined: any. */
  #takeoversLeft: number | undefined;
  /** Whether the quiet window after the last fault is over. */
  #isCalm = false;
  #expected: Expectation | undefined;
  readonly #tenures = new Map<Router, Tenure>();
  /** Messages of each router in the current interval. */
  readonly #spent = new Map<Router, number>();
  #interval = 0;

  stepped(
    world: World,
    router: Router,
    from: StateKind,
    event: InstanceEvent | Common<InstanceConfig>,
    actions: readonly Action[],
  ): void {
    const hasMoved = router.state.kind !== from;
    if (hasMoved || event.kind !== "timeout") this.#tenures.delete(router);
    if (actions.length > 0) {
      this.#checkStorm(world, router, actions);
      this.#checkInStep(world, router);
    }
    if (event.kind === "timeout" && !hasMoved) this.#checkPace(world, router, actions);
    if (hasMoved && router.state.kind === "active") this.#takenOver(world, router);
  }

  /**
   * Tells what will be done to the world now.
   *
   * @param isSettled whether it was left alone for a quiet window
   */
  beforeFault(world: World, fault: Fault, isSettled: boolean): void {
    this.checkExpected(world);
    this.#tenures.clear();
    const isPromised = isSettled && world.lan.lossPercent === 0 && fault.kind !== "loss";
    this.#expected = isPromised ? expectation(world, fault) : undefined;
    this.#takeoversLeft = undefined;
    this.#isCalm = false;
    if (!isPromised || !isClean(world)) return;
    this.#takeoversLeft = allowedTakeovers(world, fault);
    this.checks.stability++;
  }

  /** A takeover that is overdue is a violation. */
  checkExpected(world: World): void {
    const expected = this.#expected;
    this.#expected = undefined;
    if (expected !== undefined && world.nowUs > expected.byUs) {
      this.#blame("latency", expected.byUs, `nobody took over after ${expected.text}`);
    }
  }

  /** What holds after a quiet window, and from then on. */
  checkSettled(world: World): void {
    this.checkExpected(world);
    this.#isCalm = isClean(world);
    this.#takeoversLeft = this.#isCalm ? 0 : undefined;
    for (const [router, tenure] of this.#tenures) {
      const dueUs = tenure.firstAtUs + (tenure.count + 1) * tenure.intervalUs + MAX_LATE_US;
      if (world.nowUs > dueUs) this.#blame("pace", dueUs, `${name(router)} advertises no more`);
    }
    for (const component of components(world)) {
      const able = component.filter(canTakePart);
      const active = component.filter((router) => router.isAlive && router.state.kind === "active");
      this.checks.convergence++;
      if (active.length !== Math.min(1, able.length)) {
        const names = active.map(name).join(", ");
        const text = `${active.length} of ${able.length} routers are active: ${names}`;
        this.#blame("convergence", world.nowUs, text);
      }
      const winner = active[0];
      if (winner === undefined) continue;
      this.checks.election++;
      const better = able.find((router) => preempts(router) && rank(router) > rank(winner));
      if (better !== undefined) {
        const text = `${name(better)} does not pre-empt ${name(winner)}`;
        this.#blame("election", world.nowUs, text);
      }
    }
  }

  #takenOver(world: World, router: Router): void {
    const expected = this.#expected;
    if (expected?.routers.includes(router)) {
      if (world.nowUs > expected.byUs) this.checkExpected(world);
      this.#expected = undefined;
      this.checks.latency++;
    }
    if (this.#takeoversLeft === undefined) return;
    this.#takeoversLeft--;
    if (this.#takeoversLeft < 0 && (this.#isCalm || areApart(world))) {
      this.#blame("stability", world.nowUs, `${name(router)} took over without a cause`);
    }
  }

  #checkInStep(world: World, router: Router): void {
    this.checks["in-step"]++;
    const wanted = router.state.kind === "active" ? router.config.addresses : [];
    const isInStep = wanted.length === router.held.size &&
      wanted.every(({ address }) => router.held.has(address));
    if (isInStep) return;
    const text = `${name(router)} is ${router.state.kind} and holds ${[...router.held].join(" ")}`;
    this.#blame("in-step", world.nowUs, text);
  }

  /** Between two timeouts and nothing else lies one interval, but for how late the host wakes up. */
  #checkPace(world: World, router: Router, actions: readonly Action[]): void {
    if (!actions.some((action) => action.kind === "send-advertisement")) return;
    if (router.resumedAtUs === world.nowUs) return;
    const tenure = this.#tenures.get(router);
    if (tenure === undefined) {
      const intervalUs = router.config.advertisementIntervalUs;
      this.#tenures.set(router, { firstAtUs: world.nowUs, intervalUs, count: 0 });
      return;
    }
    this.checks.pace++;
    tenure.count++;
    const offUs = world.nowUs - tenure.firstAtUs - tenure.count * tenure.intervalUs;
    if (Math.abs(offUs) <= MAX_LATE_US) return;
    this.#blame("pace", world.nowUs, `${name(router)} advertises ${offUs} us off its pace`);
  }

  /** Answers included, a router has no reason for more than four messages per router in an interval. */
  #checkStorm(world: World, router: Router, actions: readonly Action[]): void {
    // What waited for a process that did not run is answered all at once.
    if (router.resumedAtUs === world.nowUs) return;
    const intervals = world.routers.map((r) => r.config.advertisementIntervalUs);
    const interval = Math.floor(world.nowUs / Math.min(...intervals));
    if (interval !== this.#interval) {
      this.#spent.clear();
      this.#interval = interval;
    }
    this.checks.storm++;
    const sent = actions.filter((a) => a.kind === "send-advertisement" || a.kind === "announce");
    const spent = (this.#spent.get(router) ?? 0) + sent.length;
    this.#spent.set(router, spent);
    if (spent <= 4 * world.routers.length) return;
    this.#blame("storm", world.nowUs, `${name(router)} sent ${spent} messages in one interval`);
  }

  #blame(invariant: Invariant, atUs: number, text: string): void {
    this.violation ??= { invariant, atUs, text };
  }
}

/** What a fault of the one Active router of a component must lead to, if there is another that can follow. */
function expectation(world: World, fault: Fault): Expectation | undefined {
  const isResignation = fault.kind === "shutdown" || fault.kind === "script-down";
  if (!isResignation && fault.kind !== "crash" && fault.kind !== "link-down") return undefined;
  const leaver = world.routers[fault.router];
  if (leaver === undefined) return undefined;
  const component = components(world).find((c) => c.includes(leaver));
  const able = component?.filter(canTakePart) ?? [];
  const active = able.filter((router) => router.state.kind === "active");
  if (active.length !== 1 || active[0] !== leaver) return undefined;
  const routers = able.filter((router) => router !== leaver);
  const waitsUs = routers.map((router) => {
    const { state: { router: of }, config } = router;
    const intervalUs = of.kind === "backup"
      ? of.activeAdverIntervalUs
      : config.advertisementIntervalUs;
    return isResignation
      ? skewTimeUs(config.version, rank(router), intervalUs)
      : activeDownIntervalUs(config.version, rank(router), intervalUs, config.downTimerAdverts);
  });
  if (routers.length === 0) return undefined;
  const byUs = world.nowUs + Math.min(...waitsUs) + 2 * MAX_DELAY_US + MAX_LATE_US;
  return { routers, byUs, text: `the ${fault.kind} of ${name(leaver)}` };
}

/** Whether all routers are in components, so that each of them is promised something. */
function isClean(world: World): boolean {
  return components(world).flat().length === world.routers.length;
}

/**
 * Whether the routers take over one at a time: the skews must be further apart than what network and hosts add, and
 * nobody may hold back the better one for longer than the others.
 */
function areApart(world: World): boolean {
  const able = world.routers.filter(canTakePart).sort((a, b) => rank(a) - rank(b));
  const intervalUs = Math.min(...able.map((router) => router.config.advertisementIntervalUs));
  return able.every((router, i) => {
    const next = able[i + 1];
    if (next === undefined) return true;
    if (next.config.preemptDelayUs !== router.config.preemptDelayUs) return false;
    const { version } = router.config;
    const gapUs = skewTimeUs(version, rank(router), intervalUs) -
      skewTimeUs(version, rank(next), intervalUs);
    return gapUs > 2 * (MAX_DELAY_US + MAX_LATE_US);
  });
}

function name(router: Router): string {
  return `router ${router.index} (${router.address}, priority ${rank(router)})`;
}
