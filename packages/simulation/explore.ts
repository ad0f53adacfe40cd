import type { Common } from "@keepalived/machine";
import type { Action, InstanceConfig, InstanceEvent, InstanceState } from "@keepalived/vrrp-fsm";
import type { Violation } from "./judge.ts";
import { calmUs, quietUs } from "./scenario.ts";
import type { Member, Vrrp } from "./world.ts";

/** What an exhaustive search found. */
export type Exploration = {
  /** Different situations that were looked at. */
  readonly situations: number;
  readonly failure: { readonly path: readonly string[]; readonly violation: Violation } | undefined;
};

type Side = {
  readonly member: Member;
  readonly state: InstanceState;
  readonly held: readonly string[];
  /** Advertisements on their way to it. */
  readonly inbox: readonly InstanceEvent[];
};

type Situation = { readonly nowUs: number; readonly sides: readonly [Side, Side] };
type Move = { readonly name: string; readonly isFault: boolean; readonly to: Situation };
type Place = {
  readonly situation: Situation;
  readonly path: readonly string[];
  readonly faultsLeft: number;
};

/**
 * Tries every order of deliveries, losses, timeouts, stops and starts of two routers, up to a number of moves.
 *
 * Each situation must be in step, and left alone it must come to rest with one Active router.
 *
 * @param depth moves from the start of both
 * @param faults how many of them may be a loss, a stop or a fault
 */
export function explore(
  machine: Vrrp,
  members: readonly [Member, Member],
  depth: number,
  faults: number,
): Exploration {
  const seen = new Set<string>();
  let frontier: Place[] = [{
    situation: beginning(machine, members),
    path: [],
    faultsLeft: faults,
  }];
  for (let moves = 0; moves <= depth; moves++) {
    const next: Place[] = [];
    for (const { situation, path, faultsLeft } of frontier) {
      const key = `${faultsLeft} ${JSON.stringify(situation)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const violation = outOfStep(situation) ?? restless(machine, situation);
      if (violation !== undefined) return { situations: seen.size, failure: { path, violation } };
      for (const move of movesFrom(machine, situation)) {
        if (move.isFault && faultsLeft === 0) continue;
        next.push({
          situation: move.to,
          path: [...path, move.name],
          faultsLeft: move.isFault ? faultsLeft - 1 : faultsLeft,
        });
      }
    }
    frontier = next;
  }
  return { situations: seen.size, failure: undefined };
}

function beginning(machine: Vrrp, members: readonly [Member, Member]): Situation {
  const side = (member: Member): Side => ({
    member,
    state: machine.start(member.config, 0),
    held: [],
    inbox: [],
  });
  let situation: Situation = { nowUs: 0, sides: [side(members[0]), side(members[1])] };
  for (const [i, { address }] of members.entries()) {
    situation = step(machine, situation, i, { kind: "local-address", address });
    situation = step(machine, situation, i, { kind: "startup" });
  }
  return situation;
}

function movesFrom(machine: Vrrp, situation: Situation): Move[] {
  const moves: Move[] = [];
  const add = (name: string, isFault: boolean, to: Situation) => moves.push({ name, isFault, to });
  for (const [i, { inbox, state }] of situation.sides.entries()) {
    const tell = (event: InstanceEvent) => step(machine, situation, i, event);
    if (inbox.length > 0) {
      add(`deliver to ${i}`, false, deliver(machine, situation, i));
      add(`lose for ${i}`, true, withSide(situation, i, { inbox: inbox.slice(1) }));
    }
    if (state.running) add(`stop ${i}`, true, tell({ kind: "shutdown" }));
    else add(`start ${i}`, false, tell({ kind: "startup" }));
    const present = state.faults.length === 0;
    const name = `${present ? "fault of" : "recovery of"} ${i}`;
    add(name, present, tell({ kind: "fault", reason: "script", present }));
    if (state.kind === "active") {
      add(`address of ${i} lost`, true, tell({ kind: "owned-address-lost" }));
    }
  }
  const waited = wait(machine, situation);
  if (waited !== undefined) add("wait", false, waited);
  return moves;
}

/** Delivers and waits until the quiet window is over; then nothing may change any more. */
function restless(machine: Vrrp, from: Situation): Violation | undefined {
  const members = from.sides.map((side) => side.member);
  const quietAtUs = from.nowUs + quietUs(members);
  const endUs = quietAtUs + calmUs(members);
  let situation = from;
  let rest: string | undefined;
  for (;;) {
    const to = situation.sides.findIndex((side) => side.inbox.length > 0);
    const next = to >= 0 ? deliver(machine, situation, to) : wait(machine, situation);
    if (next === undefined || next.nowUs > endUs) break;
    const violation = outOfStep(next);
    if (violation !== undefined) return violation;
    if (next.nowUs > quietAtUs) {
      const kinds = next.sides.map((side) => side.state.kind).join(" ");
      rest ??= kinds;
      if (kinds !== rest) return blame(next, "stability", `${rest}, then ${kinds}`);
    }
    situation = next;
  }
  const able = situation.sides.filter(({ state }) => state.running && state.faults.length === 0);
  const active = situation.sides.filter(({ state }) => state.kind === "active");
  if (active.length === Math.min(1, able.length)) return undefined;
  return blame(situation, "convergence", `${active.length} of ${able.length} are active`);
}

function outOfStep(situation: Situation): Violation | undefined {
  for (const [i, { member, state, held }] of situation.sides.entries()) {
    const wanted = state.kind === "active" ? member.config.addresses : [];
    const isInStep = wanted.length === held.length &&
      wanted.every(({ address }) => held.includes(address));
    if (!isInStep) {
      return blame(situation, "in-step", `${i} is ${state.kind}, holds ${held.join(" ")}`);
    }
  }
  return undefined;
}

function blame({ nowUs }: Situation, invariant: Violation["invariant"], text: string): Violation {
  return { invariant, atUs: nowUs, text };
}

function deliver(machine: Vrrp, situation: Situation, to: number): Situation {
  const side = situation.sides[to] as Side;
  const [event, ...inbox] = side.inbox;
  if (event === undefined) return situation;
  return step(machine, withSide(situation, to, { inbox }), to, event);
}

/** The first deadline of the two, at its very moment. */
function wait(machine: Vrrp, situation: Situation): Situation | undefined {
  const deadlines = situation.sides.map((side) => machine.nextDeadlineUs(side.state) ?? Infinity);
  const atUs = Math.min(...deadlines);
  if (atUs === Infinity) return undefined;
  const later = { ...situation, nowUs: Math.max(situation.nowUs, atUs) };
  return step(machine, later, deadlines.indexOf(atUs), { kind: "timeout" });
}

function step(
  machine: Vrrp,
  situation: Situation,
  at: number,
  event: InstanceEvent | Common<InstanceConfig>,
): Situation {
  const side = situation.sides[at] as Side;
  const next = machine.step(side.member.config, side.state, event, situation.nowUs);
  const performed = next.actions.reduce(
    (to, action) => perform(to, at, action),
    withSide(situation, at, { state: next.state }),
  );
  return performed;
}

function perform(situation: Situation, at: number, action: Action): Situation {
  const side = situation.sides[at] as Side;
  switch (action.kind) {
    case "add-addresses": {
      const held = [...side.held, ...action.addresses.map(({ address }) => address)];
      return withSide(situation, at, { held });
    }
    case "remove-addresses": {
      const gone = action.addresses.map(({ address }) => address);
      return withSide(situation, at, { held: side.held.filter((a) => !gone.includes(a)) });
    }
    case "send-advertisement": {
      const { priority, maxAdvertiseIntervalUs } = action.advertisement;
      const source = side.member.address;
      const peer = situation.sides[1 - at] as Side;
      const inbox: InstanceEvent[] = [
        ...peer.inbox,
        { kind: "advertisement", source, priority, maxAdvertiseIntervalUs },
      ];
      return withSide(situation, 1 - at, { inbox });
    }
    default:
      return situation;
  }
}

function withSide(situation: Situation, at: number, change: Partial<Side>): Situation {
  const [first, second] = situation.sides;
  return {
    ...situation,
    sides: at === 0 ? [{ ...first, ...change }, second] : [first, { ...second, ...change }],
  };
}
