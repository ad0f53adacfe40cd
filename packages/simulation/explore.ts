import type { Action, InstanceEvent } from "@keepalived/vrrp-fsm";
import type { Violation } from "./judge.ts";
import type { Machines, Member } from "./member.ts";
import { scenarioFor } from "./scenario.ts";
import { beginning, nextDeadlineUs, type RouterState, type Task, turn } from "./turn.ts";

/** What an exhaustive search found. */
export type Exploration = {
  /** Different situations that were looked at. */
  readonly situations: number;
  readonly failure: { readonly path: readonly string[]; readonly violation: Violation } | undefined;
};

export type ExploreOptions = {
  /** Moves from the start of all. */
  readonly depth: number;
  /** How many of them may be a loss, a stop or a fault. */
  readonly faults: number;
};

type Packet = { readonly from: number; readonly segment: number; readonly event: InstanceEvent };

type Side = {
  readonly state: RouterState;
  /** By segment. */
  readonly held: readonly (readonly string[])[];
  /** Advertisements on their way to it. */
  readonly inbox: readonly Packet[];
};

type Situation = { readonly nowUs: number; readonly sides: readonly Side[] };
type Move = { readonly name: string; readonly isFault: boolean; readonly to: () => Situation };
type Place = {
  readonly situation: Situation;
  readonly path: readonly string[];
  readonly faultsLeft: number;
};

/**
 * Tries every order of deliveries, losses, timeouts, stops, starts and faults of some routers, up to a number of moves.
 *
 * Each situation must be in step, its groups together, and left alone it must come to rest with one Active router for
 * each segment. All have a part in every segment.
 */
export function explore(
  machines: Machines,
  members: readonly Member[],
  options: ExploreOptions,
): Exploration {
  const search = new Search(machines, members);
  const seen = new Set<string>();
  const rested = new Set<string>();
  let frontier: Place[] = [{
    situation: search.start(),
    path: [],
    faultsLeft: options.faults,
  }];
  for (let moves = 0; moves <= options.depth; moves++) {
    const next: Place[] = [];
    for (const { situation, path, faultsLeft } of frontier) {
      const text = textOf(situation);
      const key = `${faultsLeft} ${text}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (!rested.has(text)) {
        const violation = search.disorder(situation) ?? search.unrest(situation);
        if (violation !== undefined) return { situations: seen.size, failure: { path, violation } };
        rested.add(text);
      }
      if (moves === options.depth) continue;
      for (const move of search.movesFrom(situation)) {
        if (move.isFault && faultsLeft === 0) continue;
        next.push({
          situation: move.to(),
          path: [...path, move.name],
          faultsLeft: move.isFault ? faultsLeft - 1 : faultsLeft,
        });
      }
    }
    frontier = next;
  }
  return { situations: seen.size, failure: undefined };
}

/** The same for situations that differ by nothing but the time of day. */
function textOf({ nowUs, sides }: Situation): string {
  return JSON.stringify(
    sides,
    (key, value) => typeof value === "number" && /AtUs$|UntilUs$/.test(key) ? value - nowUs : value,
  );
}

class Search {
  readonly #machines: Machines;
  readonly #members: readonly Member[];
  readonly #segments: readonly number[];
  readonly #quietUs: number;
  readonly #calmUs: number;

  constructor(machines: Machines, members: readonly Member[]) {
    this.#machines = machines;
    this.#members = members;
    this.#segments = [...(members[0]?.instances ?? []).keys()];
    const { quietUs, calmUs } = scenarioFor(0, members, () => []);
    this.#quietUs = quietUs;
    this.#calmUs = calmUs;
  }

  start(): Situation {
    let situation: Situation = {
      nowUs: 0,
      sides: this.#members.map((member) => ({
        state: beginning(this.#machines, member, 0),
        held: this.#segments.map(() => []),
        inbox: [],
      })),
    };
    for (const [i, { address }] of this.#members.entries()) {
      situation = this.#tellAll(situation, i, { kind: "local-address", address });
      situation = this.#tellAll(situation, i, { kind: "startup" });
    }
    return situation;
  }

  movesFrom(situation: Situation): Move[] {
    const moves: Move[] = [];
    const add = (name: string, isFault: boolean, to: () => Situation) =>
      moves.push({ name, isFault, to });
    for (const [i, { inbox, state }] of situation.sides.entries()) {
      const ways = new Set<string>();
      for (const packet of inbox) {
        // What one router sends on one segment keeps its order.
        const way = `${packet.from}/${packet.segment}`;
        if (ways.has(way)) continue;
        ways.add(way);
        add(`deliver ${way} to ${i}`, false, () => this.#deliver(situation, i, packet));
        add(`lose ${way} for ${i}`, true, () => drop(situation, i, packet));
      }
      if (state.instances.some((it) => it?.running)) {
        add(`stop ${i}`, true, () => this.#tellAll(situation, i, { kind: "shutdown" }));
      } else add(`start ${i}`, false, () => this.#tellAll(situation, i, { kind: "startup" }));
      for (const [segment, instance] of state.instances.entries()) {
        if (instance === undefined) continue;
        const tell = (event: InstanceEvent) => () => this.#step(situation, i, { segment, event });
        const present = !instance.faults.includes("script");
        const name = `${present ? "fault" : "recovery"} of ${i}/${segment}`;
        add(name, present, tell({ kind: "fault", reason: "script", present }));
        if (instance.kind !== "active") continue;
        add(`address of ${i}/${segment} lost`, true, tell({ kind: "owned-address-lost" }));
      }
    }
    if (this.#nextUs(situation) < Infinity) add("wait", false, () => this.#wait(situation));
    return moves;
  }

  /** Delivers and waits until the quiet window is over; then nothing may change any more. */
  unrest(from: Situation): Violation | undefined {
    const quietAtUs = from.nowUs + this.#quietUs;
    const endUs = quietAtUs + this.#calmUs;
    let situation = from;
    let rest: string | undefined;
    for (;;) {
      const to = situation.sides.findIndex((side) => side.inbox.length > 0);
      const [packet] = situation.sides[to]?.inbox ?? [];
      if (packet === undefined && this.#nextUs(situation) > endUs) break;
      situation = packet === undefined
        ? this.#wait(situation)
        : this.#deliver(situation, to, packet);
      const violation = this.disorder(situation);
      if (violation !== undefined) return violation;
      if (situation.nowUs <= quietAtUs) continue;
      const kinds = situation.sides.map(({ state }) =>
        state.instances.map((it) => it?.kind).join(" ")
      ).join(", ");
      rest ??= kinds;
      if (kinds !== rest) return blame(situation, "stability", `${rest}; then ${kinds}`);
    }
    return this.#unelected(situation);
  }

  /** Whoever is out of step, or a group that is not together. */
  disorder(situation: Situation): Violation | undefined {
    for (const [i, { state, held }] of situation.sides.entries()) {
      const member = this.#members[i] as Member;
      for (const segment of this.#segments) {
        const config = member.instances[segment];
        const kind = state.instances[segment]?.kind;
        const wanted = kind === "active" ? config?.addresses.map((it) => it.address) ?? [] : [];
        const has = held[segment] ?? [];
        if (wanted.length === has.length && wanted.every((it) => has.includes(it))) continue;
        return blame(situation, "in-step", `${i} is ${kind} and holds ${has.join(" ")}`);
      }
      for (const { members } of member.groups) {
        const states = state.instances.filter((it, segment) =>
          it?.running && members.includes(member.instances[segment]?.name ?? "")
        );
        const active = states.filter((it) => it?.kind === "active").length;
        if (active === 0 || active === states.length) continue;
        return blame(situation, "together", `${active} of a group of ${i} are active`);
      }
    }
    return undefined;
  }

  #unelected(situation: Situation): Violation | undefined {
    for (const segment of this.#segments) {
      const states = situation.sides.map(({ state }) => state.instances[segment]);
      const able = states.filter((state) => state?.running && state.faults.length === 0).length;
      const active = states.filter((state) => state?.kind === "active").length;
      if (active === Math.min(1, able)) continue;
      return blame(situation, "convergence", `${active} of ${able} are active on ${segment}`);
    }
    return undefined;
  }

  #deliver(situation: Situation, to: number, packet: Packet): Situation {
    const { segment, event } = packet;
    return this.#step(drop(situation, to, packet), to, { segment, event });
  }

  #nextUs({ sides }: Situation): number {
    return Math.min(...sides.map(({ state }) => nextDeadlineUs(this.#machines, state) ?? Infinity));
  }

  /** The first deadline of all, at its very moment. */
  #wait(situation: Situation): Situation {
    const atUs = this.#nextUs(situation);
    const later = { ...situation, nowUs: Math.max(situation.nowUs, atUs) };
    const isDue = (state: RouterState["instances"][number]) =>
      state !== undefined && this.#machines.instance.nextDeadlineUs(state) === atUs;
    const i = situation.sides.findIndex(({ state }) => state.instances.some(isDue));
    const segment = situation.sides[i]?.state.instances.findIndex(isDue) ?? -1;
    return this.#step(later, i, { segment, event: { kind: "timeout" } });
  }

  #tellAll(from: Situation, at: number, event: InstanceEvent): Situation {
    return this.#segments.reduce(
      (situation, segment) => this.#step(situation, at, { segment, event }),
      from,
    );
  }

  #step(situation: Situation, at: number, task: Task): Situation {
    const side = situation.sides[at] as Side;
    const member = this.#members[at] as Member;
    const { state, steps } = turn(this.#machines, member, side.state, task, situation.nowUs);
    let next = withSide(situation, at, { ...side, state });
    for (const { segment, actions } of steps) {
      for (const action of actions) next = perform(next, at, member, segment, action);
    }
    return next;
  }
}

function perform(
  situation: Situation,
  at: number,
  { address: source }: Member,
  segment: number,
  action: Action,
): Situation {
  const side = situation.sides[at] as Side;
  const has = side.held[segment] ?? [];
  switch (action.kind) {
    case "add-addresses": {
      const held = [...has, ...action.addresses.map(({ address }) => address)];
      return withSide(situation, at, { ...side, held: side.held.with(segment, held) });
    }
    case "remove-addresses": {
      const gone = action.addresses.map(({ address }) => address);
      const held = has.filter((address) => !gone.includes(address));
      return withSide(situation, at, { ...side, held: side.held.with(segment, held) });
    }
    case "send-advertisement": {
      const { priority, maxAdvertiseIntervalUs } = action.advertisement;
      const event = { kind: "advertisement", source, priority, maxAdvertiseIntervalUs } as const;
      const packet: Packet = { from: at, segment, event };
      const sides = situation.sides.map((other, i) =>
        i === at ? other : { ...other, inbox: [...other.inbox, packet] }
      );
      return { ...situation, sides };
    }
    default:
      return situation;
  }
}

function drop(situation: Situation, at: number, packet: Packet): Situation {
  const side = situation.sides[at] as Side;
  return withSide(situation, at, { ...side, inbox: side.inbox.filter((it) => it !== packet) });
}

function withSide(situation: Situation, at: number, side: Side): Situation {
  return { ...situation, sides: situation.sides.with(at, side) };
}

function blame({ nowUs }: Situation, invariant: Violation["invariant"], text: string): Violation {
  return { invariant, atUs: nowUs, text };
}
