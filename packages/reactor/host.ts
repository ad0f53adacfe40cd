import type { Common, Machine, Step } from "@keepalived/machine";
import type { Recorder } from "./recorder.ts";
import type { Reactor } from "./reactor.ts";

/** How much later than its deadline a step that was prepared for it still counts. */
const preparedForUs = 1000;

/** What a host needs of the reactor. Tests and the simulator bring their own, on virtual time. */
export type Scheduler = Pick<Reactor, "nowUs" | "deadline"> & {
  /** Told of every machine that has no recorder of its own. */
  readonly recorder?: Recorder | undefined;
};

/**
 * An action that was made ready: brings about what others wait for, and returns what is left to do of it.
 *
 * Of several, the second begins before the first one's rest is done.
 */
export type PreparedAction = () => () => void;

/** How to run a machine. */
export type HostOptions<Config, Event, Action, State = unknown> = {
  /** Unique among the machines of a process, for recordings and messages; its first word is the kind of machine. */
  readonly name: string;
  readonly config: Config;
  /** Feeds the machine's own random numbers. */
  readonly seed: number;
  readonly scheduler: Scheduler;
  /** Carries out one action. May call `send`: the event waits until all actions of this step are done. */
  readonly perform: (action: Action, send: (event: Event) => void) => void;
  /** How long before its deadline a state is to be prepared for it; absent or 0: not at all. */
  readonly leadUs?: (state: State) => number;
  /**
   * Makes an action ready that the deadline will bring if nothing happens before; undefined: it cannot be.
   *
   * Must have no effect to be seen.
   */
  readonly prepare?: (action: Action) => PreparedAction | undefined;
  /** Told about every event before it is stepped, and about the actions before they are performed. Default: the scheduler's. */
  readonly recorder?: Recorder;
  /** Events that may wait while actions are performed; one more is a runaway loop. Default 1024. */
  readonly queueLength?: number;
};

/** A running machine. */
export type Host<Config, State, Event> = Disposable & {
  readonly name: string;
  readonly config: Config;
  readonly state: State;
  /**
   * Feeds an event. From inside `perform` it queues, else it is done when this returns. Nothing after disposal.
   *
   * @param atUs when it happened, such as the arrival of a packet; absent: now. Time never goes back for a machine, so
   *   an event that is told late counts from the last one.
   */
  readonly send: (event: Event, atUs?: number) => void;
  /** Replaces the configuration; the machine gets `configured`, its state stays. */
  readonly configure: (config: Config) => void;
};

/**
 * Runs one machine: one queue, one event at a time, run to completion.
 *
 * Each event is stepped, the new state stored, the actions performed in order, the deadline set anew.
 */
export function host<Config, State, Event, Action>(
  machine: Machine<Config, State, Event, Action>,
  options: HostOptions<Config, Event, Action, State>,
): Host<Config, State, Event> {
  const { name, scheduler, perform, recorder = scheduler.recorder, queueLength = 1024 } = options;
  /** With the first actions of the step, as far as they could be made ready. */
  type Prepared = {
    readonly atUs: number;
    readonly step: Step<State, Action>;
    readonly ready: readonly PreparedAction[];
  };
  type Queued =
    | { readonly event: Event; readonly atUs?: number | undefined }
    | { readonly config: Config };
  const queue: Queued[] = [];
  let config = options.config;
  let state = machine.start(config, options.seed);
  let running = false;
  let disposed = false;
  let lastUs = scheduler.nowUs();
  let prepared: Prepared | undefined;
  const timeout = { kind: "timeout" } as Event;
  const deadline = scheduler.deadline(() => enqueue({ event: timeout }), prepare);
  recorder?.({ machine: name, atUs: scheduler.nowUs(), start: { config, seed: options.seed } });
  setDeadline();

  function setDeadline(): void {
    deadline.setAt(machine.nextDeadlineUs(state), options.leadUs?.(state));
  }

  /** A machine is pure: what it will do can be asked before, without doing it. */
  function prepare(): void {
    const atUs = machine.nextDeadlineUs(state);
    if (atUs === undefined || options.prepare === undefined) return;
    const step = machine.step(config, state, timeout, atUs);
    const ready: PreparedAction[] = [];
    for (const action of step.actions) {
      const act = options.prepare(action);
      if (act === undefined) break;
      ready.push(act);
    }
    prepared = { atUs, step, ready };
  }

  /** What was prepared, if this is what for: its time is then the deadline, and not a bit later. */
  function takePrepared(queued: Queued, nowUs: number): Prepared | undefined {
    const candidate = prepared;
    // Whatever happens before the deadline may change what it brings.
    prepared = undefined;
    if (candidate === undefined || !("event" in queued) || queued.event !== timeout) {
      return undefined;
    }
    const lateUs = nowUs - candidate.atUs;
    return lateUs >= 0 && lateUs <= preparedForUs ? candidate : undefined;
  }

  function enqueue(queued: Queued): void {
    if (disposed) return;
    if (queue.length >= queueLength) {
      throw new RangeError(`Cannot queue another event for ${name}: ${queueLength} wait`);
    }
    queue.push(queued);
    if (!running) drain();
  }

  function drain(): void {
    running = true;
    try {
      for (let next = queue.shift(); next !== undefined && !disposed; next = queue.shift()) {
        step(next);
      }
    } finally {
      running = false;
    }
  }

  function step(queued: Queued): void {
    const nowUs = scheduler.nowUs();
    const early = takePrepared(queued, nowUs);
    const happenedUs = early?.atUs ?? ("event" in queued ? queued.atUs ?? nowUs : nowUs);
    const atUs = Math.max(lastUs, Math.min(happenedUs, nowUs));
    lastUs = atUs;
    let event: Event | Common<Config>;
    if ("config" in queued) {
      event = { kind: "configured", previous: config };
      config = queued.config;
      recorder?.({ machine: name, atUs, configured: config });
    } else {
      event = queued.event;
      recorder?.({ machine: name, atUs, event });
    }
    const { state: next, actions } = early?.step ?? machine.step(config, state, event, atUs);
    state = next;
    if (actions.length > 0) recorder?.({ machine: name, atUs, actions });
    const rests = early?.ready.map((act) => act()) ?? [];
    for (const rest of rests) rest();
    for (const action of rests.length === 0 ? actions : actions.slice(rests.length)) {
      perform(action, send);
    }
    if (!disposed) setDeadline();
  }

  function send(event: Event, atUs?: number): void {
    enqueue({ event, atUs });
  }

  return {
    name,
    get config() {
      return config;
    },
    get state() {
      return state;
    },
    send,
    configure: (next) => enqueue({ config: next }),
    [Symbol.dispose]() {
      disposed = true;
      queue.length = 0;
      deadline[Symbol.dispose]();
    },
  };
}
