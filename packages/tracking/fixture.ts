import type { Common, Machine } from "@keepalived/machine";

/** A machine that is told events at times, for tables of tests. */
export class Bench<Config, State, Event, Action> {
  readonly #machine: Machine<Config, State, Event, Action>;
  #config: Config;
  state: State;

  constructor(machine: Machine<Config, State, Event, Action>, config: Config) {
    this.#machine = machine;
    this.#config = config;
    this.state = machine.start(config, 0);
  }

  /** What it does at an event. */
  tell(atUs: number, event: Event | Common<Config>): readonly Action[] {
    const { state, actions } = this.#machine.step(this.#config, this.state, event, atUs);
    this.state = state;
    return actions;
  }

  /** What it does at its deadlines up to a time, each with the time. */
  advance(toUs: number): readonly (readonly [number, Action])[] {
    const done: (readonly [number, Action])[] = [];
    for (;;) {
      const atUs = this.#machine.nextDeadlineUs(this.state);
      if (atUs === undefined || atUs > toUs) return done;
      done.push(
        ...this.tell(atUs, { kind: "timeout" }).map((action) => [atUs, action] as const),
      );
    }
  }

  configure(atUs: number, config: Config): readonly Action[] {
    const previous = this.#config;
    this.#config = config;
    return this.tell(atUs, { kind: "configured", previous });
  }
}
