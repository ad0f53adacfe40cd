import type { BfdState } from "@keepalived/bfd-codec";
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

/** The states of BFD sessions, as RFC 5880 writes them. */
export type OperatorBfdState = "AdminDown" | "Down" | "Init" | "Up";

const bfdWords: Readonly<Record<BfdState, OperatorBfdState>> = {
  "admin-down": "AdminDown",
  down: "Down",
  init: "Init",
  up: "Up",
};

/** The operator's word for the state of a BFD session. */
export function bfdState(state: BfdState): OperatorBfdState {
  return bfdWords[state];
}

/** By number (RFC 5880 §4.1). */
const bfdDiagnostics: readonly string[] = [
  "No Diagnostic",
  "Control Detection Time Expired",
  "Echo Function Failed",
  "Neighbor Signaled Session Down",
  "Forwarding Plane Reset",
  "Path Down",
  "Concatenated Path Down",
  "Administratively Down",
  "Reverse Concatenated Path Down",
];

/** The operator's words for why a BFD session changed its state. */
export function bfdDiagnostic(code: number): string {
  return bfdDiagnostics[code] ?? `Reserved (${code})`;
}
