/** What holds whatever happens in whatever order, and the broken watchdogs that each law tells from the right one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { move } from "@keepalived/machine";
import fc from "fast-check";
import type { WatchdogAction } from "./action.ts";
import type { WatchdogConfig } from "./config.ts";
import type { ProcessEnd, WatchdogEvent } from "./event.ts";
import { defaults, type WatchdogMachine } from "./fixture.ts";
import { watchdog } from "./watchdog.ts";

const second = 1_000_000;
const small = fc.integer({ min: 1, max: 6 });
const length = fc.integer({ min: second / 10, max: 20 * second });

const anyConfig: fc.Arbitrary<WatchdogConfig> = fc.record({
  intervalUs: length,
  threshold: small,
  startThreshold: small,
  settledUs: length,
  firstDelayUs: length,
  longestDelayUs: length,
  restartsAtMost: fc.integer({ min: 0, max: 5 }),
  permanent: fc.subarray([0, 1, 2, 3]),
  graceUs: length,
}, { requiredKeys: Object.keys(defaults) as (keyof WatchdogConfig)[] });

const anyEnd: fc.Arbitrary<ProcessEnd> = fc.oneof(
  fc.integer({ min: 0, max: 5 }).map((status) => ({ kind: "exited", status }) as const),
  fc.constant({ kind: "killed", signal: "SIGKILL" } as const),
  fc.constant({ kind: "not-started", reason: "no memory" } as const),
);

type Told = WatchdogEvent | { readonly kind: "timeout" };

const anyEvent: fc.Arbitrary<Told> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<Told>({ kind: "start" }, { kind: "kick" }, { kind: "starved" }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Told>({ kind: "stop" }, { kind: "timeout" }) },
  { weight: 4, arbitrary: anyEnd.map((end) => ({ kind: "ended", end }) as const) },
);

type Life = readonly (readonly [waitUs: number, event: Told])[];

const anyLife: fc.Arbitrary<Life> = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 3 * second }), anyEvent),
  { maxLength: 60, size: "max" },
);

type Law = (machine: WatchdogMachine) => void;

/** Total, plain data, unchanged is identical, nothing before its time. */
const contract: Law = (machine) =>
  fc.assert(
    fc.property(anyConfig, anyConfig, anyLife, (first, second, life) => {
      let state = machine.start(first, 0);
      let config = first;
      let nowUs = 0;
      for (const [i, [waitUs, told]] of life.entries()) {
        nowUs += waitUs;
        const event = i === 30 ? { kind: "configured", previous: config } as const : told;
        if (i === 30) config = second;
        const step = machine.step(config, state, event, nowUs);
        if (step.state === state) assert.deepEqual(step.actions, []);
        else assert.notDeepEqual(step.state, state);
        assert.deepEqual(JSON.parse(JSON.stringify(step)), step);
        state = step.state;
        const early = (machine.nextDeadlineUs(state) ?? 0) - 1;
        if (early < nowUs) continue;
        assert.equal(machine.step(config, state, { kind: "timeout" }, early).state, state);
      }
    }),
    { seed: 1, numRuns: 500 },
  );

/** Runs a life, with every deadline in time, and gives what was done at which time; ends of nothing are left out. */
function play(machine: WatchdogMachine, config: WatchdogConfig, life: Life) {
  const done: { atUs: number; told: Told; actions: readonly WatchdogAction[] }[] = [];
  let state = machine.start(config, 0);
  let alive = false;
  let nowUs = 0;
  const tell = (told: Told) => {
    if (told.kind === "ended") {
      if (!alive) return;
      alive = false;
    }
    const { state: next, actions } = machine.step(config, state, told, nowUs);
    state = next;
    for (const action of actions) if (action.kind === "start") alive = true;
    done.push({ atUs: nowUs, told, actions });
  };
  for (const [waitUs, told] of life) {
    const untilUs = nowUs + waitUs;
    for (;;) {
      const atUs = machine.nextDeadlineUs(state);
      if (atUs === undefined || atUs > untilUs) break;
      nowUs = Math.max(nowUs, atUs);
      tell({ kind: "timeout" });
    }
    nowUs = untilUs;
    tell(told);
  }
  return done;
}

/** There are never two processes, signals go to one that is there, and each process that was wanted has one last word. */
const oneAtATime: Law = (machine) =>
  fc.assert(
    fc.property(anyConfig, anyLife, (config, life) => {
      let alive = false;
      let asked = false;
      for (const { told, actions } of play(machine, config, life)) {
        if (told.kind === "ended") alive = false;
        for (const { kind } of actions) {
          if (kind === "start") {
            assert.equal(alive, false, "two at a time");
            assert.equal(asked, false, "started while it is not wanted");
            alive = true;
          }
          if (kind === "kill" || kind === "terminate") assert.equal(alive, true, "nobody there");
          if (kind === "terminate") asked = true;
          if (kind === "give-up" || kind === "stopped") {
            assert.equal(alive, false, "it still runs");
            asked = false;
          }
        }
      }
    }),
    { seed: 2, numRuns: 500 },
  );

/** A process that gives a heartbeat in time is never killed, and one that does not is, in time. */
const heartbeats: Law = (machine) =>
  fc.assert(
    fc.property(
      fc.record({ threshold: small, startThreshold: small }),
      fc.array(fc.integer({ min: 1, max: 8 * second }), { minLength: 1, maxLength: 20 }),
      (thresholds, gapsUs) => {
        const config = { ...defaults, ...thresholds };
        const life: Life = [
          [0, { kind: "start" }],
          ...gapsUs.map((gapUs) => [gapUs, { kind: "kick" }] as const),
        ];
        let lastUs = 0;
        let patience = thresholds.startThreshold;
        for (const { atUs, told, actions } of play(machine, config, life)) {
          const killed = actions.some(({ kind }) => kind === "kill");
          const silentUs = atUs - lastUs;
          if (killed) assert.ok(silentUs > (patience - 1) * second, `killed after ${silentUs}`);
          if (killed) return;
          assert.ok(silentUs <= (patience + 1) * second, `not killed after ${silentUs}`);
          if (told.kind !== "kick") continue;
          lastUs = atUs;
          patience = thresholds.threshold;
        }
      },
    ),
    { seed: 3, numRuns: 500 },
  );

/** Whatever ends how fast: starts are rare in the long run, and one that lived long comes back at once. */
const backOff: Law = (machine) =>
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 60, max: 90 })), {
        minLength: 12,
        maxLength: 30,
      }),
      (lengthsS) => {
        const config = { ...defaults, threshold: 100, startThreshold: 100 };
        let state = machine.step(config, machine.start(config, 0), { kind: "start" }, 0).state;
        let nowUs = 0;
        let row = 0;
        for (const lengthS of lengthsS) {
          nowUs += lengthS * second;
          row = lengthS >= 60 ? 0 : row;
          const end = { kind: "killed", signal: "SIGKILL" } as const;
          const step = machine.step(config, state, { kind: "ended", end }, nowUs);
          const restart = step.actions.find(({ kind }) => kind === "restart");
          const expected = row === 0 ? 0 : Math.min(60, 2 ** (row - 1));
          assert.deepEqual(restart, { kind: "restart", end, delayUs: expected * second });
          row++;
          state = step.state;
          if (expected === 0) continue;
          nowUs += expected * second;
          const started = machine.step(config, state, { kind: "timeout" }, nowUs);
          assert.deepEqual(started.actions, [{ kind: "start" }]);
          state = started.state;
        }
      },
    ),
    { seed: 4, numRuns: 200 },
  );

/** Only ends that a restart may mend are followed by one. */
const giveUp: Law = (machine) =>
  fc.assert(
    fc.property(anyConfig, anyLife, (config, life) => {
      for (const { told, actions } of play(machine, config, life)) {
        if (told.kind !== "ended" || told.end.kind !== "exited") continue;
        const permanent = config.permanent.includes(told.end.status);
        const kinds = actions.map(({ kind }) => kind);
        if (permanent) assert.ok(!kinds.includes("restart"));
        for (const action of actions) {
          if (action.kind !== "give-up") continue;
          assert.equal(action.reason === "permanent", permanent);
          assert.ok(permanent || config.restartsAtMost !== undefined);
        }
      }
    }),
    { seed: 5, numRuns: 500 },
  );

/** If the watchdog itself did not run for a while, that is nobody's silence. */
const fairness: Law = (machine) =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 2, max: 30 }), { maxLength: 20 }), (gapsS) => {
      const config = { ...defaults, threshold: 1, startThreshold: 1 };
      let state = machine.step(config, machine.start(config, 0), { kind: "start" }, 0).state;
      let nowUs = 0;
      for (const gapS of gapsS) {
        nowUs += gapS * second;
        const step = machine.step(config, state, { kind: "timeout" }, nowUs);
        assert.deepEqual(step.actions, []);
        state = step.state;
      }
    }),
    { seed: 6, numRuns: 100 },
  );

const laws: Readonly<Record<string, Law>> = {
  contract,
  oneAtATime,
  heartbeats,
  backOff,
  giveUp,
  fairness,
};

for (const [name, law] of Object.entries(laws)) {
  test(`law: ${name}`, () => law(watchdog));
}

/** The right watchdog, but for one thing; and the law that finds it. */
const mutants: readonly (readonly [string, keyof typeof laws, Partial<WatchdogMachine>])[] = [
  ["a heartbeat does not reset the counter", "heartbeats", {
    step: (config, state, event, nowUs) =>
      event.kind === "kick" && state.kind === "running"
        ? move({ ...state, heard: true })
        : watchdog.step(config, state, event, nowUs),
  }],
  ["one interval of patience too little", "heartbeats", {
    step: (config, state, event, nowUs) => {
      const threshold = Math.max(1, config.threshold - 1);
      return watchdog.step({ ...config, threshold }, state, event, nowUs);
    },
  }],
  ["never kills", "heartbeats", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ ...config, threshold: 99, startThreshold: 99 }, state, event, nowUs),
  }],
  ["a start has no more time than an interval", "heartbeats", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ ...config, startThreshold: config.threshold }, state, event, nowUs),
  }],
  ["restarts what it killed before that has gone", "oneAtATime", {
    step: (config, state, event, nowUs) => {
      const step = watchdog.step(config, state, event, nowUs);
      if (step.state.kind !== "killed" || state.kind !== "running") return step;
      const end = { kind: "killed", signal: "SIGKILL" } as const;
      const next = watchdog.step(config, step.state, { kind: "ended", end }, nowUs);
      return move(next.state, [...step.actions, ...next.actions]);
    },
  }],
  ["starts although it is being stopped", "oneAtATime", {
    step: (config, state, event, nowUs) =>
      state.kind === "stopping" && event.kind === "ended"
        ? watchdog.step(config, { kind: "off" }, { kind: "start" }, nowUs)
        : watchdog.step(config, state, event, nowUs),
  }],
  ["every delay is the same", "backOff", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ ...config, longestDelayUs: config.firstDelayUs }, state, event, nowUs),
  }],
  ["delays grow for ever", "backOff", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ ...config, longestDelayUs: 9e15 }, state, event, nowUs),
  }],
  ["a long life does not end the row", "backOff", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ ...config, settledUs: 9e15 }, state, event, nowUs),
  }],
  ["restarts what a restart does not mend", "giveUp", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ ...config, permanent: [] }, state, event, nowUs),
  }],
  ["gives up without a limit", "giveUp", {
    step: (config, state, event, nowUs) =>
      watchdog.step({ restartsAtMost: 2, ...config }, state, event, nowUs),
  }],
  ["kills others for its own absence", "fairness", {
    step: (config, state, event, nowUs) =>
      event.kind === "timeout" && state.kind === "running" && nowUs > state.countAtUs
        ? watchdog.step(config, state, event, state.countAtUs)
        : watchdog.step(config, state, event, nowUs),
  }],
  ["acts before its deadline", "contract", {
    nextDeadlineUs: (state) => {
      const atUs = watchdog.nextDeadlineUs(state);
      return atUs === undefined ? undefined : atUs + 2;
    },
  }],
  ["a heartbeat that changes nothing makes a new state", "contract", {
    step: (config, state, event, nowUs) => {
      const step = watchdog.step(config, state, event, nowUs);
      return event.kind === "kick" ? { ...step, state: { ...step.state } } : step;
    },
  }],
];

for (const [what, law, change] of mutants) {
  test(`a watchdog is refused: ${what}`, () => {
    assert.throws(() => laws[law]?.({ ...watchdog, ...change }), `${law} does not see it`);
  });
}
