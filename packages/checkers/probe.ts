import { type Machine, move, stay } from "@keepalived/machine";
import { type Ending, failed, type Failure, formatSeconds, succeeded } from "./ending.ts";

/** A question in one packet: UDP_CHECK, DNS_CHECK, PING_CHECK. */
export type ProbeConfig = {
  readonly timeoutUs: number;
  /** No answer is a good one: only an error that comes back is not. */
  readonly silenceIsGood: boolean;
};

/** What a packet is worth: the answer, one that belongs to another question, or an answer that says no. */
export type Judgement = "good" | "foreign" | Failure;

export type ProbeEvent =
  /** The question is on its way. */
  | { readonly kind: "sent" }
  | { readonly kind: "reply"; readonly judgement: Judgement }
  | { readonly kind: "failed"; readonly failure: Failure };

export type ProbeAction = { readonly kind: "finish"; readonly ending: Ending };

/** Plain JSON data. */
export type ProbeState = {
  readonly finished: boolean;
  readonly deadlineUs: number | null;
  /** Packets that belong to another question. */
  readonly foreign: number;
};

/** One question and its answer. Whoever can send us packets cannot make it wait longer than its time. */
export const probe: Machine<ProbeConfig, ProbeState, ProbeEvent, ProbeAction> = {
  start: () => ({ finished: false, deadlineUs: null, foreign: 0 }),
  step(config, state, event, nowUs) {
    if (state.finished) return stay(state);
    switch (event.kind) {
      case "sent":
        return state.deadlineUs === null
          ? move({ ...state, deadlineUs: nowUs + config.timeoutUs })
          : stay(state);
      case "reply":
        if (event.judgement === "foreign") return move({ ...state, foreign: state.foreign + 1 });
        return event.judgement === "good"
          ? finish(state, succeeded)
          : finish(state, { ok: false, failure: event.judgement });
      case "failed":
        return finish(state, { ok: false, failure: event.failure });
      case "timeout":
        if (state.deadlineUs === null || nowUs < state.deadlineUs) return stay(state);
        return finish(state, config.silenceIsGood ? succeeded : silence(config, state));
      case "configured":
        return stay(state);
    }
  },
  nextDeadlineUs: ({ deadlineUs }) => deadlineUs ?? undefined,
};

function finish(state: ProbeState, ending: Ending) {
  const next: ProbeState = { ...state, finished: true, deadlineUs: null };
  return move<ProbeState, ProbeAction>(next, [{ kind: "finish", ending }]);
}

function silence({ timeoutUs }: ProbeConfig, { foreign }: ProbeState): Ending {
  const others = foreign === 0 ? "" : `, but ${foreign} that did not belong to the question`;
  return failed("timeout", `no answer within ${formatSeconds(timeoutUs)}${others}`);
}
