import { type Common, type Machine, move, nextRandom, stay, type Step } from "@keepalived/machine";
import type { SessionAction } from "./action.ts";
import type { SessionConfig } from "./config.ts";
import type { SessionEvent } from "./event.ts";
import { detectionTimeUs, transmitIntervalUs } from "./timers.ts";

/** The states of RFC 5880 §6.2. */
export type SessionKind = "admin-down" | "down" | "init" | "up";

/** What the other side said last; before it was heard, and once it is silent for too long, it is nobody. */
export type Remote = {
  /** bfd.RemoteSessionState */
  readonly state: SessionKind;
  /** bfd.RemoteDiscr; 0: nobody. */
  readonly discriminator: number;
  readonly diagnostic: number;
  readonly detectMult: number;
  readonly desiredMinTxIntervalUs: number;
  /** bfd.RemoteMinRxInterval */
  readonly requiredMinRxIntervalUs: number;
  /** bfd.RemoteDemandMode */
  readonly demand: boolean;
};

/** A session and its timers. Times are microseconds. */
export type SessionState = {
  /** bfd.SessionState */
  readonly kind: SessionKind;
  /** bfd.LocalDiag */
  readonly diagnostic: number;
  readonly remote: Remote;
  /** Poll Sequences (§6.5): the one under way, and one more to come if intervals changed meanwhile. */
  readonly polls: 0 | 1 | 2;
  /** The desired interval that counts: a longer one does so only when its Poll Sequence has ended (§6.8.3). */
  readonly desiredTxUs: number;
  /** The required interval that counts: a shorter one does so only when its Poll Sequence has ended. */
  readonly requiredRxUs: number;
  /** When the last packet went out that was not an answer. */
  readonly sentAtUs: number;
  /** Random, for the time to the next packet. */
  readonly spread: number;
  /** When the other side was heard; null: it is nobody. */
  readonly heardAtUs: number | null;
  readonly transmitAtUs: number | null;
  readonly detectAtUs: number | null;
  readonly seed: number;
};

type SessionStep = Step<SessionState, SessionAction>;
type PacketEvent = Extract<SessionEvent, { readonly kind: "packet" }>;

const detectionTimeExpired = 1;
const neighborSignaledDown = 3;
const administrativelyDown = 7;

/** The values of §6.8.1. */
const nobody: Remote = {
  state: "down",
  discriminator: 0,
  diagnostic: 0,
  detectMult: 0,
  desiredMinTxIntervalUs: 0,
  requiredMinRxIntervalUs: 1,
  demand: false,
};

/** What becomes of a state when the other side tells its own (§6.8.6). */
const transitions: Readonly<
  Record<Exclude<SessionKind, "admin-down">, Readonly<Record<SessionKind, SessionKind>>>
> = {
  down: { "admin-down": "down", down: "init", init: "up", up: "down" },
  init: { "admin-down": "down", down: "init", init: "up", up: "up" },
  up: { "admin-down": "down", down: "down", init: "up", up: "up" },
};

/** A session of RFC 5880 §6.8 in asynchronous mode. */
export const session: Machine<SessionConfig, SessionState, SessionEvent, SessionAction> = {
  start: (config, seed) => ({
    kind: "admin-down",
    diagnostic: 0,
    remote: nobody,
    polls: 0,
    desiredTxUs: config.idleTxIntervalUs,
    requiredRxUs: config.requiredMinRxIntervalUs,
    sentAtUs: 0,
    spread: 0,
    heardAtUs: null,
    transmitAtUs: null,
    detectAtUs: null,
    seed,
  }),
  step(config, state, event, nowUs) {
    if (state.kind === "admin-down") return inAdminDown(config, state, event, nowUs);
    switch (event.kind) {
      case "startup":
        return stay(state);
      case "shutdown":
        return enter(config, { ...state, polls: 0 }, "admin-down", administrativelyDown, nowUs);
      case "packet":
        return hear(config, state, event, nowUs);
      case "timeout":
        return passTime(config, state, nowUs);
      case "configured":
        return reconfigure(config, event.previous, state, nowUs);
    }
  },
  nextDeadlineUs({ transmitAtUs, detectAtUs }) {
    if (transmitAtUs === null || detectAtUs === null) {
      return transmitAtUs ?? detectAtUs ?? undefined;
    }
    return Math.min(transmitAtUs, detectAtUs);
  },
};

/** Nothing is said, nothing is heard. */
function inAdminDown(
  config: SessionConfig,
  state: SessionState,
  event: SessionEvent | Common<SessionConfig>,
  nowUs: number,
): SessionStep {
  if (event.kind !== "startup") return stay(state);
  const { requiredMinRxIntervalUs: requiredRxUs } = config;
  const fresh = { ...state, remote: nobody, heardAtUs: null, requiredRxUs, sentAtUs: nowUs };
  return enter(config, fresh, "down", 0, nowUs);
}

/** RFC 5880 §6.8.6, from the point on where the session is known. */
function hear(
  config: SessionConfig,
  state: SessionState,
  event: PacketEvent,
  nowUs: number,
): SessionStep {
  if (state.kind === "admin-down") return stay(state);
  const remote: Remote = {
    state: event.state,
    discriminator: event.myDiscriminator,
    diagnostic: event.diagnostic,
    detectMult: event.detectMult,
    desiredMinTxIntervalUs: event.desiredMinTxIntervalUs,
    requiredMinRxIntervalUs: event.requiredMinRxIntervalUs,
    demand: event.demand,
  };
  const heard: SessionState = { ...state, remote, heardAtUs: nowUs };
  const ended = event.final && state.polls > 0 ? endPoll(config, heard) : move(heard);
  const kind = transitions[state.kind][event.state];
  const actions: SessionAction[] = [...ended.actions];
  // Whatever the timer says; in the new state, which the other side is to know at once.
  const answered = { ...ended.state, kind, diagnostic: diagnosticOf(state, kind) };
  if (event.poll) actions.push(packetOf(config, answered, { final: true }));
  if (kind === state.kind) return move(timed(config, ended.state), actions);
  const entered = enter(config, ended.state, kind, answered.diagnostic, nowUs, event.poll);
  return move(entered.state, [...actions, ...entered.actions]);
}

/** Leaving Down, the reason for it is history. */
function diagnosticOf(state: SessionState, kind: SessionKind): number {
  if (kind === state.kind) return state.diagnostic;
  return kind === "down" ? neighborSignaledDown : 0;
}

/** Both timers; the other side may have gone just when we are to speak. */
function passTime(config: SessionConfig, state: SessionState, nowUs: number): SessionStep {
  const isGone = state.detectAtUs !== null && nowUs >= state.detectAtUs;
  const { state: next, actions } = isGone ? lose(config, state, nowUs) : stay(state) as SessionStep;
  if (next.transmitAtUs === null || nowUs < next.transmitAtUs) return { state: next, actions };
  const sent = transmit(config, next, nowUs);
  return move(sent.state, [...actions, ...sent.actions]);
}

/** RFC 5880 §6.8.4, and §6.8.1: who is silent for the Detection Time is nobody. */
function lose(config: SessionConfig, state: SessionState, nowUs: number): SessionStep {
  const lost: SessionState = {
    ...state,
    remote: { ...nobody, diagnostic: state.remote.diagnostic },
    heardAtUs: null,
    polls: 0,
    desiredTxUs: config.idleTxIntervalUs,
    requiredRxUs: config.requiredMinRxIntervalUs,
  };
  if (state.kind === "down") return move(timed(config, lost));
  return enter(config, lost, "down", detectionTimeExpired, nowUs);
}

/** Entry work of every state: the other side hears of it, a change of the interval is polled. @param answered just now */
function enter(
  config: SessionConfig,
  state: SessionState,
  kind: SessionKind,
  diagnostic: number,
  nowUs: number,
  answered = false,
): SessionStep {
  const { state: polled, actions: started } = changeIntervals(
    config,
    { ...state, kind, diagnostic },
    desiredUs(config, state.kind) !== desiredUs(config, kind),
  );
  // An answer has told it already.
  const isNews = maySpeak(config, polled) && (!answered || polled.polls > 0);
  const sent = isNews ? transmit(config, polled, nowUs) : move(timed(config, polled));
  return move(sent.state, [
    ...started,
    ...sent.actions,
    {
      kind: "state-changed",
      from: state.kind,
      to: kind,
      diagnostic,
      remoteDiagnostic: state.remote.diagnostic,
    },
  ]);
}

/** The state stays; what packets say from now on is told, and new intervals are polled. */
function reconfigure(
  config: SessionConfig,
  previous: SessionConfig,
  state: SessionState,
  nowUs: number,
): SessionStep {
  const isSame = JSON.stringify(packetOf(config, state)) ===
    JSON.stringify(packetOf(previous, state));
  if (isSame) return replaced(state, timed(config, state));
  const intervals = config.requiredMinRxIntervalUs !== previous.requiredMinRxIntervalUs ||
    desiredUs(config, state.kind) !== desiredUs(previous, state.kind);
  const { state: polled, actions } = changeIntervals(config, state, intervals);
  // Who has heard nobody has nobody to poll.
  if (!maySpeak(config, polled)) return replaced(state, timed(config, polled));
  const sent = transmit(config, polled, nowUs);
  return move(sent.state, [...actions, ...sent.actions]);
}

function replaced(state: SessionState, next: SessionState): SessionStep {
  return JSON.stringify(next) === JSON.stringify(state) ? stay(state) : move(next);
}

/** RFC 5880 §6.8.3: until the other side has heard of them, the intervals in use are those that are safe. */
function changeIntervals(
  config: SessionConfig,
  state: SessionState,
  changed: boolean,
): SessionStep {
  if (!changed) return stay(state);
  const desired = desiredUs(config, state.kind);
  const required = config.requiredMinRxIntervalUs;
  const isUp = state.kind === "up";
  const next: SessionState = {
    ...state,
    desiredTxUs: isUp ? Math.min(state.desiredTxUs, desired) : desired,
    requiredRxUs: isUp ? Math.max(state.requiredRxUs, required) : required,
  };
  if (state.kind === "admin-down" || state.remote.discriminator === 0) {
    return move({ ...next, polls: 0 });
  }
  if (state.polls > 0) return move({ ...next, polls: 2 });
  return move({ ...next, polls: 1 }, [{ kind: "poll-started" }]);
}

/** An answer to our poll has come. If intervals changed meanwhile, it may have been for those before. */
function endPoll(config: SessionConfig, state: SessionState): SessionStep {
  if (state.polls === 2) return move({ ...state, polls: 1 }, [{ kind: "poll-started" }]);
  return move({
    ...state,
    polls: 0,
    desiredTxUs: desiredUs(config, state.kind),
    requiredRxUs: config.requiredMinRxIntervalUs,
  });
}

/** A packet that is not an answer: the next one comes an interval later. */
function transmit(config: SessionConfig, state: SessionState, nowUs: number): SessionStep {
  const { value: spread, seed } = nextRandom(state.seed);
  const sent = { ...state, sentAtUs: nowUs, spread, seed };
  return move(timed(config, sent), [packetOf(config, state, { poll: state.polls > 0 })]);
}

/** Sets the timers by what is known now. */
function timed(config: SessionConfig, state: SessionState): SessionState {
  const { remote, heardAtUs, sentAtUs, spread } = state;
  if (state.kind === "admin-down") return { ...state, transmitAtUs: null, detectAtUs: null };
  const intervalUs = Math.max(state.desiredTxUs, remote.requiredMinRxIntervalUs);
  const isQuiet = !maySpeak(config, state) || remote.requiredMinRxIntervalUs === 0 ||
    isDemanded(state);
  return {
    ...state,
    transmitAtUs: isQuiet
      ? null
      : sentAtUs + transmitIntervalUs(intervalUs, config.detectMult, spread),
    detectAtUs: heardAtUs === null ? null : heardAtUs + detectionTimeUs(
      remote.detectMult,
      state.requiredRxUs,
      remote.desiredMinTxIntervalUs,
    ),
  };
}

/** RFC 5880 §6.8.7: the passive side waits until it is spoken to. */
function maySpeak(config: SessionConfig, { remote }: SessionState): boolean {
  return !config.passive || remote.discriminator !== 0;
}

/** RFC 5880 §6.8.7: in demand mode the other side wants to hear answers and polls only. */
function isDemanded({ kind, remote, polls }: SessionState): boolean {
  return remote.demand && kind === "up" && remote.state === "up" && polls === 0;
}

/** bfd.DesiredMinTxInterval */
function desiredUs(config: SessionConfig, kind: SessionKind): number {
  return kind === "up" ? config.desiredMinTxIntervalUs : config.idleTxIntervalUs;
}

function packetOf(
  config: SessionConfig,
  { kind, diagnostic, remote }: SessionState,
  { poll = false, final = false }: { readonly poll?: boolean; readonly final?: boolean } = {},
): SessionAction {
  return {
    kind: "send-packet",
    packet: {
      state: kind,
      diagnostic,
      poll,
      final,
      detectMult: config.detectMult,
      myDiscriminator: config.localDiscriminator,
      yourDiscriminator: remote.discriminator,
      desiredMinTxIntervalUs: desiredUs(config, kind),
      requiredMinRxIntervalUs: config.requiredMinRxIntervalUs,
    },
  };
}
