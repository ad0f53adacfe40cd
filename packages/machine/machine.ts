/** What a step returns: the next state, and the actions to perform in this order. */
export type Step<State, Action> = {
  readonly state: State;
  readonly actions: readonly Action[];
};

/** Events that every machine has: its deadline came, or its configuration was replaced. */
export type Common<Config> =
  | { readonly kind: "timeout" }
  | { readonly kind: "configured"; readonly previous: Config };

/** A machine: three pure functions. `nowUs` is a monotonic clock in integer microseconds. */
export type Machine<Config, State, Event, Action> = {
  /** The state before any event. `seed` feeds the machine's own random numbers. */
  readonly start: (config: Config, seed: number) => State;
  /** One event. Returns the same state object if nothing changed. */
  readonly step: (
    config: Config,
    state: State,
    event: Event | Common<Config>,
    nowUs: number,
  ) => Step<State, Action>;
  /** When to call `step` with `timeout`, or undefined if nothing is pending. */
  readonly nextDeadlineUs: (state: State) => number | undefined;
};

/** A step that changes nothing. */
export function stay<State>(state: State): Step<State, never> {
  return { state, actions: [] };
}

/** A step to another state, with its actions in order. */
export function move<State, Action = never>(
  state: State,
  actions: readonly Action[] = [],
): Step<State, Action> {
  return { state, actions };
}
