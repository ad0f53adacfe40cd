import type { Cause, StateKind } from "@keepalived/vrrp-fsm";

/** The operator's words for the states. */
export type OperatorState = "INIT" | "BACKUP" | "MASTER" | "FAULT";

/** The numbers that they have in dumps and metrics. */
export const stateNumbers: Readonly<Record<OperatorState, number>> = {
  INIT: 0,
  BACKUP: 1,
  MASTER: 2,
  FAULT: 3,
};

/** What operators call the states: RFC 9568's words inside, keepalived's outside. They meet only here. */
const operatorWords: Readonly<Record<StateKind, OperatorState>> = {
  initialize: "INIT",
  backup: "BACKUP",
  active: "MASTER",
  fault: "FAULT",
};

/** The operator's word for a state. */
export function operatorState(state: StateKind): OperatorState {
  return operatorWords[state];
}

/** Why a state was entered, as the end of a sentence for operators. */
const causes: Readonly<Record<Cause, string>> = {
  startup: "start",
  shutdown: "stop",
  "active-down": "the master is silent or resigned",
  "higher-priority": "a router of higher priority was heard",
  "address-lost": "an address was removed by somebody else",
  late: "our own advertisement was too late",
  fault: "not able to take part",
  recovery: "able to take part again",
  group: "its sync group",
};

/** The operator's words for a cause. */
export function operatorCause(cause: Cause): string {
  return causes[cause];
}
