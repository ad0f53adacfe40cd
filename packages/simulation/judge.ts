import {
  canTakePart,
  components,
  isClean,
  mates,
  type Player,
  playerOf,
  playersOf,
  preempts,
  rank,
} from "./component.ts";
import type { Fault } from "./fault.ts";
import { allowedTakeovers, areApart, type Expectation, expectation, nameOf } from "./promise.ts";
import type { Router } from "./router.ts";
import type { Stepped } from "./turn.ts";
import { MAX_LATE_US, type Watch, type World } from "./world.ts";

/**
 * What must hold of a world of routers, on each segment.
 *
 * - `in-step`: an instance holds its addresses and the rest exactly while it is Active.
 * - `together`: of a sync group all members that run are Active, or none; all are in fault, or none.
 * - `convergence`: after a quiet window each component has one Active router, if any router can be.
 * - `election`: and nobody that pre-empts has a higher priority than it.
 * - `stability`: no takeover without a fault, and with distinct priorities at most one for each fault.
 * - `latency`: a takeover within Skew_Time of a resignation, within Active_Down_Interval of a crash.
 * - `pace`: an undisturbed Active router advertises once in an interval, without drift.
 * - `storm`: advertisements and announcements stay within a budget.
 */
export type Invariant =
  | "in-step"
  | "together"
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

/** An undisturbed run of advertisements. */
type Tenure = { readonly firstAtUs: number; readonly intervalUs: number; count: number };

/** What a segment is promised. */
type Promise = {
  /** Takeovers allowed until the next fault; undefined: any. */
  takeoversLeft: number | undefined;
  /** Whether the quiet window after the last fault is over. */
  isCalm: boolean;
  expected: Expectation | undefined;
};

/** Watches a world and keeps the first violation. */
export class Judge implements Watch {
  violation: Violation | undefined;
  /** How often each invariant was put to the test. */
  readonly checks: Record<Invariant, number> = {
    "in-step": 0,
    together: 0,
    convergence: 0,
    election: 0,
    stability: 0,
    latency: 0,
    pace: 0,
    storm: 0,
  };
  readonly #promises = new Map<number, Promise>();
  /** By router and segment. */
  readonly #tenures = new Map<string, Tenure>();
  /** Messages of each instance in its current interval. */
  readonly #spent = new Map<string, { readonly interval: number; count: number }>();

  turned(world: World, router: Router, steps: readonly Stepped[]): void {
    for (const step of steps) {
      const player = playerOf(router, step.segment);
      if (player === undefined) continue;
      const hasMoved = step.from !== step.to;
      if (hasMoved || step.event.kind !== "timeout") this.#tenures.delete(keyOf(player));
      if (step.actions.length > 0) this.#checkStorm(world, player, step);
      if (step.event.kind === "timeout" && !hasMoved) this.#checkPace(world, player, step);
      if (hasMoved && step.to === "active") this.#takenOver(world, player);
    }
    for (const { segment, actions } of steps) {
      const player = actions.length > 0 ? playerOf(router, segment) : undefined;
      if (player !== undefined) this.#checkInStep(world, player);
    }
  }

  rested(world: World, router: Router): void {
    if (!router.isAlive) return;
    for (const { name, members } of router.member.groups) {
      this.checks.together++;
      const states = router.member.instances.flatMap((config, segment) =>
        config !== undefined && members.includes(config.name)
          ? router.state.instances[segment] ?? []
          : []
      ).filter((state) => state.running);
      for (const kind of ["active", "fault"] as const) {
        const count = states.filter((state) => state.kind === kind).length;
        if (count === 0 || count === states.length) continue;
        const kinds = states.map((state) => state.kind).join(", ");
        this.#blame("together", world.nowUs, `${name} of router ${router.index} is ${kinds}`);
      }
    }
  }

  /**
   * Tells what will be done to the world now.
   *
   * @param isSettled whether it was left alone for a quiet window
   */
  beforeFault(world: World, fault: Fault, isSettled: boolean): void {
    this.#tenures.clear();
    for (const [segment, lan] of world.lans.entries()) {
      const promise = this.#promiseOf(segment);
      this.#checkExpected(world, promise);
      const isPromised = isSettled && lan.lossPercent === 0 && fault.kind !== "loss";
      promise.expected = isPromised ? expectation(world, fault, segment) : undefined;
      promise.isCalm = false;
      promise.takeoversLeft = isPromised && isClean(world, segment)
        ? allowedTakeovers(world, fault, segment)
        : undefined;
      if (promise.takeoversLeft !== undefined) this.checks.stability++;
    }
  }

  /** What holds after a quiet window, and from then on. */
  checkSettled(world: World): void {
    for (const segment of world.lans.keys()) {
      const promise = this.#promiseOf(segment);
      this.#checkExpected(world, promise);
      promise.isCalm = isClean(world, segment);
      promise.takeoversLeft = promise.isCalm ? 0 : undefined;
      for (const component of components(world, segment)) this.#checkElected(world, component);
      for (const player of playersOf(world, segment)) {
        const tenure = this.#tenures.get(keyOf(player));
        if (tenure === undefined) continue;
        const dueUs = tenure.firstAtUs + (tenure.count + 1) * tenure.intervalUs + MAX_LATE_US;
        if (world.nowUs > dueUs) this.#blame("pace", dueUs, `${nameOf(player)} advertises no more`);
      }
    }
  }

  #promiseOf(segment: number): Promise {
    let promise = this.#promises.get(segment);
    if (promise === undefined) {
      promise = { takeoversLeft: undefined, isCalm: false, expected: undefined };
      this.#promises.set(segment, promise);
    }
    return promise;
  }

  /** A takeover that is overdue is a violation. */
  #checkExpected(world: World, promise: Promise): void {
    const { expected } = promise;
    promise.expected = undefined;
    if (expected !== undefined && world.nowUs > expected.byUs) {
      this.#blame("latency", expected.byUs, `nobody took over after ${expected.text}`);
    }
  }

  #checkElected(world: World, component: readonly Player[]): void {
    const able = component.filter(canTakePart);
    const active = component.filter(({ router, state }) =>
      router.isAlive && state.kind === "active"
    );
    this.checks.convergence++;
    if (active.length !== Math.min(1, able.length)) {
      const names = active.map(nameOf).join(", ");
      const text = `${active.length} of ${able.length} are active on ${
        component[0]?.segment
      }: ${names}`;
      this.#blame("convergence", world.nowUs, text);
    }
    const winner = active[0];
    if (winner === undefined) return;
    this.checks.election++;
    const better = able.find((player) =>
      rank(player) > rank(winner) && mates(player).every(preempts)
    );
    if (better === undefined) return;
    const text = `${nameOf(better)} does not pre-empt ${nameOf(winner)}`;
    this.#blame("election", world.nowUs, text);
  }

  #takenOver(world: World, player: Player): void {
    const promise = this.#promiseOf(player.segment);
    if (promise.expected?.routers.includes(player.router.index)) {
      if (world.nowUs > promise.expected.byUs) this.#checkExpected(world, promise);
      promise.expected = undefined;
      this.checks.latency++;
    }
    if (promise.takeoversLeft === undefined) return;
    promise.takeoversLeft--;
    if (promise.takeoversLeft < 0 && (promise.isCalm || areApart(world, player.segment))) {
      this.#blame("stability", world.nowUs, `${nameOf(player)} took over without a cause`);
    }
  }

  #checkInStep(world: World, player: Player): void {
    const { state, config, router, segment } = player;
    this.checks["in-step"]++;
    const held = router.ports[segment]?.held ?? new Set();
    const wanted = state.kind === "active"
      ? [
        ...config.addresses.map(({ address }) => address),
        ...config.holdings.map(({ key }) => key),
      ]
      : [];
    if (wanted.length === held.size && wanted.every((it) => held.has(it))) return;
    const text = `${nameOf(player)} is ${state.kind} and holds ${[...held].join(" ")}`;
    this.#blame("in-step", world.nowUs, text);
  }

  /** Between two timeouts and nothing else lies one interval, but for how late the host wakes up. */
  #checkPace(world: World, player: Player, { actions }: Stepped): void {
    if (!actions.some((action) => action.kind === "send-advertisement")) return;
    if (player.router.resumedAtUs === world.nowUs) return;
    const tenure = this.#tenures.get(keyOf(player));
    if (tenure === undefined) {
      const intervalUs = player.config.advertisementIntervalUs;
      this.#tenures.set(keyOf(player), { firstAtUs: world.nowUs, intervalUs, count: 0 });
      return;
    }
    this.checks.pace++;
    tenure.count++;
    const offUs = world.nowUs - tenure.firstAtUs - tenure.count * tenure.intervalUs;
    if (Math.abs(offUs) <= MAX_LATE_US) return;
    this.#blame("pace", world.nowUs, `${nameOf(player)} advertises ${offUs} us off its pace`);
  }

  /**
   * A peer that comes back twice in an interval with a last word each time is answered with eight messages; an instance
   * has no reason for more than six per router and mate.
   */
  #checkStorm(world: World, player: Player, { actions }: Stepped): void {
    // What waited for a process that did not run is answered all at once.
    if (player.router.resumedAtUs === world.nowUs) return;
    const players = playersOf(world, player.segment);
    const intervalUs = Math.min(...players.map(({ config }) => config.advertisementIntervalUs));
    const interval = Math.floor(world.nowUs / intervalUs);
    const before = this.#spent.get(keyOf(player));
    const spent = before?.interval === interval ? before : { interval, count: 0 };
    this.#spent.set(keyOf(player), spent);
    this.checks.storm++;
    spent.count +=
      actions.filter((a) => a.kind === "send-advertisement" || a.kind === "announce").length;
    if (spent.count <= 6 * players.length * mates(player).length) return;
    const text = `${nameOf(player)} sent ${spent.count} messages in one interval`;
    this.#blame("storm", world.nowUs, text);
  }

  #blame(invariant: Invariant, atUs: number, text: string): void {
    this.violation ??= { invariant, atUs, text };
  }
}

function keyOf({ router, segment }: Player): string {
  return `${router.index}/${segment}`;
}
