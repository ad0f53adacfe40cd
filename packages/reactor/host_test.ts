import assert from "node:assert/strict";
import { test } from "node:test";
import { type Machine, move, stay } from "@keepalived/machine";
import { type Deadline, Deadlines } from "./deadlines.ts";
import { type Host, host, type HostOptions, type Scheduler } from "./host.ts";
import { jsonRecorder } from "./recorder.ts";

type Config = { readonly periodUs: number };
type State = { readonly count: number; readonly atUs: number | undefined };
type Event = { readonly kind: "start" } | { readonly kind: "echo"; readonly depth: number };
type Action = { readonly kind: "count" | "echo"; readonly value: number };

/** Counts its deadlines, and answers an echo with two actions. */
const counter: Machine<Config, State, Event, Action> = {
  start: (_config, seed) => ({ count: seed, atUs: undefined }),
  step(config, state, event, nowUs) {
    switch (event.kind) {
      case "start":
        return move({ ...state, atUs: nowUs + config.periodUs });
      case "configured":
        if (state.atUs === undefined) return stay(state);
        return move({ ...state, atUs: state.atUs - event.previous.periodUs + config.periodUs });
      case "timeout": {
        if (state.atUs === undefined || nowUs < state.atUs) return stay(state);
        const count = state.count + 1;
        return move({ count, atUs: state.atUs + config.periodUs }, [{
          kind: "count",
          value: count,
        }]);
      }
      case "echo":
        return move(state, [{ kind: "echo", value: event.depth }, {
          kind: "count",
          value: event.depth,
        }]);
    }
  },
  nextDeadlineUs: (state) => state.atUs,
};

class VirtualTime implements Scheduler {
  readonly deadlines: Deadlines = new Deadlines(() => this.atUs);
  atUs = 1000;

  nowUs(): number {
    return this.atUs;
  }

  deadline(callback: () => void, prepare?: () => void): Deadline {
    return this.deadlines.add(callback, prepare);
  }

  advanceTo(atUs: number): void {
    for (let next = this.deadlines.nextUs; next !== undefined && next <= atUs;) {
      this.atUs = Math.max(this.atUs, next);
      this.deadlines.takeDue(this.atUs)?.();
      next = this.deadlines.nextUs;
    }
    this.atUs = atUs;
  }
}

type Options = Partial<HostOptions<Config, Event, Action>>;

function run(options: Options = {}): {
  time: VirtualTime;
  actions: Action[];
  running: Host<Config, State, Event>;
} {
  const time = new VirtualTime();
  const actions: Action[] = [];
  const running = host(counter, {
    name: "counter",
    config: { periodUs: 100 },
    seed: 0,
    scheduler: time,
    perform: (action) => actions.push(action),
    ...options,
  });
  return { time, actions, running };
}

test("a host steps at each deadline and sets the next", () => {
  const { time, actions, running } = run();
  time.advanceTo(5000);
  assert.deepEqual(actions, []);
  running.send({ kind: "start" });
  time.advanceTo(5350);
  assert.deepEqual(actions.map(({ value }) => value), [1, 2, 3]);
  assert.equal(running.state.count, 3);
  assert.equal(time.deadlines.nextUs, 5400);
});

test("a host prepares what its deadline will bring, with the lead of its state, and does nothing", () => {
  const prepared: Action[] = [];
  const { time, actions, running } = run({
    leadUs: (state) => (state as State).count === 0 ? 40 : 0,
    prepare: (action) => {
      prepared.push(action);
      return undefined;
    },
  });
  running.send({ kind: "start" });
  assert.equal(time.deadlines.next?.leadUs, 40);
  const before = running.state;
  time.deadlines.next?.prepare?.();
  assert.deepEqual(prepared, [{ kind: "count", value: 1 }]);
  assert.deepEqual(actions, []);
  assert.equal(running.state, before);
  time.advanceTo(1100);
  assert.deepEqual(actions, prepared);
  assert.equal(time.deadlines.next?.leadUs, 0);
});

test("what others wait for of prepared actions comes first, in order; after one that is not, all is as usual", () => {
  const order: string[] = [];
  const burst: typeof counter = {
    ...counter,
    step(config, state, event, nowUs) {
      const { state: next, actions } = counter.step(config, state, event, nowUs);
      return { state: next, actions: event.kind === "timeout" ? many : actions };
    },
  };
  const many: readonly Action[] = [1, 2, 3, 4].map((value) => ({ kind: "count", value }));
  const time = new VirtualTime();
  const running = host(burst, {
    name: "counter",
    config: { periodUs: 100 },
    seed: 0,
    scheduler: time,
    perform: ({ value }) => order.push(`perform ${value}`),
    leadUs: () => 40,
    prepare: ({ value }) => {
      if (value === 3) return undefined;
      return () => {
        order.push(`act ${value}`);
        return () => order.push(`rest ${value}`);
      };
    },
  });
  running.send({ kind: "start" });
  time.deadlines.next?.prepare?.();
  assert.deepEqual(order, []);
  time.advanceTo(1100);
  assert.deepEqual(order, ["act 1", "act 2", "rest 1", "rest 2", "perform 3", "perform 4"]);
});

test("a step that was prepared counts at its deadline, and not after another event or much later", () => {
  const steps: number[] = [];
  const watched: typeof counter = {
    ...counter,
    step(config, state, event, nowUs) {
      steps.push(nowUs);
      return counter.step(config, state, event, nowUs);
    },
  };
  const time = new VirtualTime();
  const running = host(watched, {
    name: "counter",
    config: { periodUs: 100 },
    seed: 0,
    scheduler: time,
    perform: () => {},
    leadUs: () => 40,
    prepare: () => undefined,
  });
  const prepareAndFire = (lateUs: number, between: () => void = () => {}): readonly number[] => {
    steps.length = 0;
    const { atUs = NaN } = running.state;
    time.atUs = atUs - 40;
    time.deadlines.next?.prepare?.();
    between();
    time.atUs = atUs + lateUs;
    time.deadlines.takeDue(time.atUs)?.();
    return steps.map((it) => it - atUs);
  };
  running.send({ kind: "start" });
  assert.deepEqual(prepareAndFire(7), [0]);
  assert.deepEqual(prepareAndFire(5000), [0, 5000]);
  running.send({ kind: "start" });
  assert.deepEqual(prepareAndFire(7, () => running.send({ kind: "echo", depth: 0 })), [0, -40, 7]);
});

test("an event counts from when it happened, but not from before the last one or after now", () => {
  const { time, running } = run();
  time.advanceTo(5000);
  running.send({ kind: "start" }, 4950);
  assert.equal(running.state.atUs, 5050);
  running.send({ kind: "start" }, 3000);
  assert.equal(running.state.atUs, 5050);
  running.send({ kind: "start" }, 9000);
  assert.equal(running.state.atUs, 5100);
});

test("send() from perform() queues: all actions of a step come first", () => {
  const order: string[] = [];
  const { running } = run({
    perform(action, send) {
      order.push(`${action.kind} ${action.value}`);
      if (action.kind === "echo" && action.value < 2) {
        send({ kind: "echo", depth: action.value + 1 });
      }
    },
  });
  running.send({ kind: "echo", depth: 0 });
  assert.deepEqual(order, ["echo 0", "count 0", "echo 1", "count 1", "echo 2", "count 2"]);
});

test("the state is stored before actions are performed", () => {
  const seen: number[] = [];
  const { time, running } = run({ perform: () => seen.push(running.state.count) });
  running.send({ kind: "start" });
  time.advanceTo(1100);
  assert.deepEqual(seen, [1]);
});

test("configure() replaces the configuration, tells the machine the one before, keeps the state", () => {
  const { time, actions, running } = run();
  running.send({ kind: "start" });
  time.advanceTo(1150);
  running.configure({ periodUs: 1000 });
  assert.equal(running.state.count, 1);
  assert.equal(running.config.periodUs, 1000);
  assert.equal(time.deadlines.nextUs, 2100);
  time.advanceTo(2100);
  assert.equal(actions.length, 2);
});

test("a disposed host does nothing more, even in the middle of its queue", () => {
  const { time, actions, running } = run({
    perform(action, send) {
      actions.push(action);
      send({ kind: "echo", depth: 9 });
      running[Symbol.dispose]();
    },
  });
  running.send({ kind: "start" });
  time.advanceTo(1100);
  assert.equal(actions.length, 1);
  running.send({ kind: "echo", depth: 1 });
  time.advanceTo(9000);
  assert.equal(actions.length, 1);
  assert.equal(time.deadlines.size, 0);
});

test("a machine that feeds itself without end is stopped", () => {
  const { running } = run({
    queueLength: 8,
    perform(action, send) {
      send({ kind: "echo", depth: action.value });
      send({ kind: "echo", depth: action.value });
    },
  });
  assert.throws(() => running.send({ kind: "echo", depth: 0 }), {
    name: "RangeError",
    message: "Cannot queue another event for counter: 8 wait",
  });
});

test("a recording has all that the steps depend on: stepped again it ends in the same state", () => {
  const lines: string[] = [];
  const { time, running } = run({ seed: 40, recorder: jsonRecorder((line) => lines.push(line)) });
  running.send({ kind: "start" });
  time.advanceTo(1250);
  running.configure({ periodUs: 30 });
  time.advanceTo(1300);

  assert.equal(
    lines[0],
    '{"machine":"counter","atUs":1000,"start":{"config":{"periodUs":100},"seed":40}}',
  );
  let config: Config = { periodUs: 0 };
  let state: State = { count: 0, atUs: undefined };
  for (const line of lines) {
    const { atUs, start, event, configured, actions } = JSON.parse(line);
    if (actions !== undefined) continue;
    if (start !== undefined) {
      config = start.config;
      state = counter.start(config, start.seed);
    } else if (configured !== undefined) {
      const previous = config;
      config = configured;
      state = counter.step(config, state, { kind: "configured", previous }, atUs).state;
    } else state = counter.step(config, state, event, atUs).state;
  }
  assert.deepEqual(state, running.state);
  assert.ok(state.count > 41);
});
