import { type Common, type Machine, move, stay, type Step } from "@keepalived/machine";
import type { VirtualAddress } from "./virtual_address.ts";

/** How announcements share an interface, or a group of interfaces. */
export type PacerConfig = {
  /** Least time between two messages. 0: one message a step, without waiting. */
  readonly gapUs: number;
};

/** Who announces is a name; a later announcement of the same one adds to what still waits. */
export type PacerEvent =
  | {
    readonly kind: "announce";
    readonly owner: string;
    readonly addresses: readonly VirtualAddress[];
    readonly repeat: number;
  }
  /** The addresses are held no longer: nothing of them may go out any more. */
  | { readonly kind: "withdraw"; readonly owner: string };

export type PacerAction = { readonly kind: "send-announcement"; readonly address: VirtualAddress };

/** What waits, round by round: every address is announced once before any is announced again. */
export type PacerState = {
  /** When the next message may go out. */
  readonly freeAtUs: number;
  readonly rounds: readonly (readonly Waiting[])[];
};

type Waiting = { readonly owner: string; readonly address: VirtualAddress };
type PacerStep = Step<PacerState, PacerAction>;

/** Spaces gratuitous ARPs or unsolicited neighbour advertisements, so that switches can follow (vrrp_garp_interval). */
export const pacer: Machine<PacerConfig, PacerState, PacerEvent, PacerAction> = {
  start: () => ({ freeAtUs: 0, rounds: [] }),
  step,
  nextDeadlineUs: ({ rounds, freeAtUs }) => rounds.length === 0 ? undefined : freeAtUs,
};

function step(
  config: PacerConfig,
  state: PacerState,
  event: PacerEvent | Common<PacerConfig>,
  nowUs: number,
): PacerStep {
  switch (event.kind) {
    case "announce":
      if (event.repeat === 0 || event.addresses.length === 0) return withdraw(state, event.owner);
      return sendNext(config, { ...state, rounds: withRounds(state.rounds, event) }, nowUs);
    case "withdraw":
      return withdraw(state, event.owner);
    case "timeout":
      return sendNext(config, state, nowUs);
    case "configured":
      return stay(state);
  }
}

/** One message, if one waits and the gap is over. */
function sendNext(config: PacerConfig, state: PacerState, nowUs: number): PacerStep {
  const [first, ...later] = state.rounds;
  const next = first?.[0];
  if (first === undefined || next === undefined || nowUs < state.freeAtUs) return move(state);
  const rounds = first.length > 1 ? [first.slice(1), ...later] : later;
  const action = { kind: "send-announcement", address: next.address } as const;
  return move({ freeAtUs: nowUs + config.gapUs, rounds }, [action]);
}

/** What one owner waits for is replaced: a burst that comes before the last one is through does not add to it. */
function withRounds(
  rounds: PacerState["rounds"],
  { owner, addresses, repeat }: Extract<PacerEvent, { readonly kind: "announce" }>,
): PacerState["rounds"] {
  const own = addresses.map((address) => ({ owner, address }));
  const others = without(rounds, owner);
  const count = Math.max(repeat, others.length);
  return Array.from(
    { length: count },
    (_, i) => [...others[i] ?? [], ...(i < repeat ? own : [])],
  ).filter((round) => round.length > 0);
}

function withdraw(state: PacerState, owner: string): PacerStep {
  const waits = state.rounds.some((round) => round.some((it) => it.owner === owner));
  return waits ? move({ ...state, rounds: without(state.rounds, owner) }) : stay(state);
}

function without(rounds: PacerState["rounds"], owner: string): PacerState["rounds"] {
  return rounds.map((round) => round.filter((it) => it.owner !== owner))
    .filter((round) => round.length > 0);
}
