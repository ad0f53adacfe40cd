import type { PoolServer } from "./config.ts";

/** What is known of a server. Plain JSON data. */
export type ServerState = {
  readonly id: string;
  /** Ids of the checkers that are not content; it is up if there are none. */
  readonly failed: readonly string[];
  /** It waits for the first word of a checker. */
  readonly pending: boolean;
  /** What checkers say of its weight. */
  readonly weights: readonly { readonly checker: string; readonly weight: CheckerWeight }[];
  /** What an operator made of it for a while, without a change of its state. */
  readonly service: ServerService;
  /** An operator's weight; null: that of the configuration and the checkers. */
  readonly override: number | null;
};

/** In service; with weight 0, so that what is connected stays; or not in the kernel at all. */
export type ServerService = "in" | "drained" | "out";

/** What a checker says of the weight of its server: in place of what is configured, or to be added to it. */
export type CheckerWeight = { readonly kind: "set" | "add"; readonly value: number };

/** What concerns one server. */
export type ServerEvent =
  /** A checker came to another verdict, or to its first one. */
  | {
    readonly kind: "check-changed";
    readonly server: string;
    readonly checker: string;
    readonly up: boolean;
  }
  /** A checker has something to say of the weight, or null: no longer. */
  | {
    readonly kind: "weight";
    readonly server: string;
    readonly checker: string;
    readonly weight: CheckerWeight | null;
  }
  /** An operator takes a server out of service, or back in. */
  | { readonly kind: "server-service"; readonly server: string; readonly service: ServerService }
  /** An operator sets a weight, or null: takes that back. */
  | { readonly kind: "server-weight"; readonly server: string; readonly weight: number | null };

/** IPVS_WEIGHT_MAX of the kernel. */
const heaviest = 2_147_483_647;

/** A server that nothing was said of yet. */
export function newServer({ id, checkers }: PoolServer): ServerState {
  const failed = checkers.filter(({ alpha }) => alpha).map((checker) => checker.id);
  const pending = failed.length > 0;
  return { id, failed, pending, weights: [], service: "in", override: null };
}

/** Whether all checkers are content. */
export function isUp({ failed }: ServerState): boolean {
  return failed.length === 0;
}

/**
 * The weight that a server has, or would have if it were up; 0–2147483647.
 *
 * Each checker counts by what it changes in the configured weight, so several add up.
 */
export function weightOf({ weight }: PoolServer, state: ServerState): number {
  if (state.service !== "in") return 0;
  if (state.override !== null) return state.override;
  const total = state.weights.reduce(
    (sum, { weight: { kind, value } }) => sum + (kind === "set" ? value - weight : value),
    weight,
  );
  return Math.min(Math.max(total, 0), heaviest);
}

/** What becomes of a server by an event; the same object if nothing. */
export function changed(server: PoolServer, state: ServerState, event: ServerEvent): ServerState {
  switch (event.kind) {
    case "check-changed":
      return judged(server, state, event.checker, event.up);
    case "weight":
      return weighed(server, state, event.checker, event.weight);
    case "server-service":
      return state.service === event.service ? state : { ...state, service: event.service };
    case "server-weight":
      return state.override === event.weight ? state : { ...state, override: event.weight };
  }
}

/**
 * What a server keeps when its configuration is replaced; the same object if all.
 *
 * A server that is down stays so until all of its checkers have passed, those that are new to it too.
 */
export function carriedOver(
  previous: PoolServer,
  server: PoolServer,
  state: ServerState,
): ServerState {
  const ids = new Set(server.checkers.map(({ id }) => id));
  const known = new Set(previous.checkers.map(({ id }) => id));
  const added = isUp(state) ? [] : [...ids].filter((id) => !known.has(id));
  const failed = [...state.failed.filter((id) => ids.has(id)), ...added];
  const weights = state.weights.filter(({ checker }) => ids.has(checker));
  const isSame = added.length === 0 && failed.length === state.failed.length &&
    weights.length === state.weights.length;
  return isSame
    ? state
    : { ...state, failed, weights, pending: state.pending && failed.length > 0 };
}

function judged(server: PoolServer, state: ServerState, checker: string, up: boolean): ServerState {
  if (!server.checkers.some(({ id }) => id === checker)) return state;
  const others = state.failed.filter((id) => id !== checker);
  const failed = up ? others : [...others, checker];
  const pending = state.pending && up && failed.length > 0;
  const isSame = failed.length === state.failed.length && pending === state.pending;
  return isSame ? state : { ...state, failed, pending };
}

function weighed(
  server: PoolServer,
  state: ServerState,
  checker: string,
  weight: CheckerWeight | null,
): ServerState {
  if (!server.checkers.some(({ id }) => id === checker)) return state;
  const before = state.weights.find((it) => it.checker === checker)?.weight ?? null;
  if (before?.kind === weight?.kind && before?.value === weight?.value) return state;
  const others = state.weights.filter((it) => it.checker !== checker);
  return { ...state, weights: weight === null ? others : [...others, { checker, weight }] };
}
