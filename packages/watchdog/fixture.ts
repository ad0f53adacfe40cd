import type { Machine } from "@keepalived/machine";
import type { WatchdogAction } from "./action.ts";
import type { WatchdogConfig } from "./config.ts";
import type { WatchdogEvent } from "./event.ts";
import type { WatchdogState } from "./state.ts";

export type WatchdogMachine = Machine<WatchdogConfig, WatchdogState, WatchdogEvent, WatchdogAction>;

const second = 1_000_000;

/** Round numbers, so that what a test expects can be seen. */
export const defaults: WatchdogConfig = {
  intervalUs: second,
  threshold: 3,
  startThreshold: 10,
  settledUs: 60 * second,
  firstDelayUs: second,
  longestDelayUs: 60 * second,
  permanent: [1, 2, 4],
  graceUs: 5 * second,
};

/** A watchdog on virtual time, in seconds. */
export class Bench {
  readonly #machine: WatchdogMachine;
  #config: WatchdogConfig;
  #nowS = 0;
  state: WatchdogState;

  constructor(machine: WatchdogMachine, config: Partial<WatchdogConfig> = {}) {
    this.#machine = machine;
    this.#config = { ...defaults, ...config };
    this.state = machine.start(this.#config, 0);
  }

  /** What it does on an event at a time. Deadlines before that do not come: the watchdog itself was late. */
  tell(atS: number, event: WatchdogEvent | { readonly kind: "timeout" }): readonly string[] {
    this.#nowS = atS;
    const { state, actions } = this.#machine.step(this.#config, this.state, event, atS * second);
    this.state = state;
    return actions.map((action) => textOf(action));
  }

  /** What it does at its deadlines up to a time, and with an event then; each with its time: `4 kill hung 3`. */
  at(toS: number, event?: WatchdogEvent): readonly string[] {
    const done: string[] = [];
    for (;;) {
      const atUs = this.#machine.nextDeadlineUs(this.state);
      if (atUs === undefined || atUs > toS * second) break;
      const atS = Math.max(this.#nowS, atUs / second);
      done.push(...this.tell(atS, { kind: "timeout" }).map((text) => `${atS} ${text}`));
    }
    this.#nowS = toS;
    if (event !== undefined) done.push(...this.tell(toS, event).map((text) => `${toS} ${text}`));
    return done;
  }

  configure(atS: number, config: Partial<WatchdogConfig>): readonly string[] {
    const previous = this.#config;
    this.#config = { ...this.#config, ...config };
    const event = { kind: "configured", previous } as const;
    const { state, actions } = this.#machine.step(this.#config, this.state, event, atS * second);
    this.state = state;
    return actions.map((action) => textOf(action));
  }
}

function textOf(action: WatchdogAction): string {
  switch (action.kind) {
    case "kill":
      return `kill ${action.reason} ${action.afterUs / second}`;
    case "restart":
      return `restart ${action.delayUs / second}`;
    case "give-up":
      return `give-up ${action.reason}`;
    case "start":
    case "terminate":
    case "stopped":
      return action.kind;
  }
}

export const start: WatchdogEvent = { kind: "start" };
export const kick: WatchdogEvent = { kind: "kick" };
export const stop: WatchdogEvent = { kind: "stop" };
export const crashed: WatchdogEvent = {
  kind: "ended",
  end: { kind: "killed", signal: "SIGSEGV" },
};

export function exited(status: number): WatchdogEvent {
  return { kind: "ended", end: { kind: "exited", status } };
}
